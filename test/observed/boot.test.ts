import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WORD_FUNCTIONS } from '../../src/observed/asking.js';
import { BOOT_FUNCTION, bootStarters, parseBoot, type BootStarter } from '../../src/observed/boot.js';
import type { Observation, ObservedHost } from '../../src/observed/observed.js';
import { removeFolders, runShell, tempFolder } from '../apply/run-shell.js';
import { aFarm, CANARY } from '../support/farm.js';
import { startedBy } from '../support/foreign.js';
import { changeWorker, inPlace, stopped } from '../support/observation.js';
import { codes, FARM, plan, PLACED, summary } from '../support/plan.js';

let folder: string;

beforeEach(() => {
  folder = tempFolder();
});
afterEach(removeFolders);

function write(path: string, text: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** What the function finds in this folder in place of the host's own files. */
function found(subState = 'running'): readonly BootStarter[] {
  const here = BOOT_FUNCTION.replaceAll(/(?<= )\/(?=etc|var)/g, `${folder}/`);
  const systemctl = `systemctl() { echo 'SubState=${subState}'; }`;
  const { stdout, status } = runShell(`${WORD_FUNCTIONS}\n${here}\n${systemctl}\nboots\n`);
  expect(status).toBe(0);
  expect(stdout).not.toContain(CANARY);
  return stdout.split('\n').flatMap((line) => parseBoot(line.split(' ').slice(1)) ?? []);
}

describe('what starts a worker at boot', () => {
  it('is told with its file and line, and never with its text', () => {
    write('etc/crontab', `# @reboot\n@reboot root TOKEN=${CANARY} /opt/lotus-worker run\n`);
    write(
      'var/spool/cron/crontabs/root',
      '@daily lotus-worker info\n  @reboot tmux new -d "lotus-worker run"\n',
    );
    write('etc/rc.local', '#!/bin/sh\n# lotus-worker run\nexit 0\nnohup lotus-worker run &\n');
    write('lib/seal.service', `[Service]\nEnvironment=A=${CANARY}\nExecStart=/usr/bin/lotus-worker run\n`);
    mkdirSync(join(folder, 'etc/systemd/system/multi-user.target.wants'), { recursive: true });
    const link = join(folder, 'etc/systemd/system/multi-user.target.wants');
    symlinkSync('../../../../lib/seal.service', join(link, 'seal.service'));
    symlinkSync('../../../../lib/seal.service', join(link, 'sealfarm-worker@w.service'));
    expect(found()).toEqual([
      { kind: 'cron', file: join(folder, 'etc/crontab'), line: 2 },
      { kind: 'cron', file: join(folder, 'var/spool/cron/crontabs/root'), line: 2 },
      { kind: 'rc.local', file: join(folder, 'etc/rc.local'), line: 2 + 2 },
      { kind: 'unit', file: join(link, 'seal.service'), line: 3 },
    ]);
    expect(found('auto-restart').at(-1)).toMatchObject({ kind: 'unit', returns: true });
  });

  it('is nothing on a host where nothing does', () => {
    write('etc/crontab', '@reboot root lotus-miner run\n');
    expect(found()).toEqual([]);
  });
});

describe('a host where something else starts a worker', () => {
  const unit: BootStarter = {
    kind: 'unit',
    file: '/etc/systemd/system/multi-user.target.wants/seal.service',
    line: 7,
  };
  const cron: BootStarter = { kind: 'cron', file: '/etc/crontab', line: 3 };
  const hostOf = (seen: Observation): ObservedHost => {
    const host = seen.hosts.get('host-1');
    if (host?.reached !== true) throw new Error('no host');
    return host;
  };
  const having = (seen: Observation, boots: readonly BootStarter[]): Observation => ({
    ...seen,
    hosts: new Map([...seen.hosts, ['host-1', { ...hostOf(seen), boots }]]),
  });

  it('has it said in its plan, with what to do', () => {
    const made = plan(FARM, having(PLACED, [cron, unit]));
    expect([summary(made), codes(made)]).toEqual([[], ['SF553 warning', 'SF553 warning']]);
    expect(made.diagnostics[0]?.message).toContain('line 3 of /etc/crontab');
    expect(made.diagnostics[1]?.help).toContain('systemctl disable seal.service');
  });

  it('has a unit said once, with the worker that runs by it', () => {
    const starter = { kind: 'unit', unit: 'seal.service', enabled: true } as const;
    const seen = changeWorker(inPlace(aFarm()), 'worker-1', startedBy({ starter }));
    expect(bootStarters(hostOf(having(seen, [unit])))).toEqual([]);
  });

  it('starts no worker beside a unit that is about to come back', () => {
    const down = changeWorker(PLACED, 'worker-1', stopped);
    const made = plan(FARM, having(down, [{ ...unit, returns: true }]));
    expect([summary(made), codes(made)]).toEqual([[], ['SF553 warning', 'SF554 error']]);
    expect(summary(plan(FARM, having(down, [unit])))).toEqual(['start: none, not-running']);
  });
});
