import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shellQuote } from '../../src/host/shell.js';
import { WORD_FUNCTIONS } from '../../src/observed/asking.js';
import { BOOT_FUNCTION, bootStarters, parseBoot, type BootStarter } from '../../src/observed/boot.js';
import type { Observation, ObservedHost } from '../../src/observed/observed.js';
import { UNIT_FUNCTIONS } from '../../src/observed/unit-script.js';
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

const SYSTEM = 'etc/systemd/system';

/**
 * What the function finds in this folder in place of the host's own files.
 * @param says what systemd says of each unit
 * @param active units that are in force, though not enabled
 */
function found(
  says: Readonly<Record<string, readonly string[]>> = {},
  active: readonly string[] = [],
): readonly BootStarter[] {
  const here = `${UNIT_FUNCTIONS}\n${BOOT_FUNCTION}`.replaceAll(/(?<=[ '])\/(?=etc|var)/g, `${folder}/`);
  const answers = Object.entries(says).map(
    ([name, lines]) => `  show:${name}) printf '%s\\n' ${lines.map(shellQuote).join(' ')} ;;`,
  );
  const systemctl = `systemctl() {
  verb=$1; [ "$verb" != --quiet ] || verb=$2
  for last; do :; done
  case $verb:$last in
${answers.join('\n')}
  ${['is-active:-', ...active.map((unit) => `is-active:${unit}`)].join(' | ')}) ;;
  *) return 1 ;;
  esac
}`;
  const { stdout, status } = runShell(`${WORD_FUNCTIONS}\n${here}\n${systemctl}\nboots\n`);
  expect(status).toBe(0);
  expect(stdout).not.toContain(CANARY);
  return stdout.split('\n').flatMap((line) => parseBoot(line.split(' ').slice(1)) ?? []);
}

/** A unit in this folder, and what systemd says of it. */
function unit(name: string, ...more: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const file = join(SYSTEM, name);
  write(file, `[Service]\nEnvironment=A=${CANARY}\nExecStart=/usr/bin/lotus-worker run\n`);
  const exec = 'ExecStart={ path=/usr/bin/lotus-worker ; argv[]=/usr/bin/lotus-worker run ; pid=0 }';
  return { [name]: [exec, `FragmentPath=${join(folder, file)}`, 'SubState=dead', ...more] };
}

describe('what starts a worker at boot', () => {
  it('is told beside a pipe that cron has in its folder, which nobody reads', () => {
    write('var/spool/cron/root', '@reboot lotus-worker run\n');
    execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', join(folder, 'var/spool/cron/trigger')]);
    expect(found()).toEqual([{ kind: 'cron', file: join(folder, 'var/spool/cron/root'), line: 1 }]);
  });

  it('is told with its file and line, and never with its text', () => {
    write('etc/crontab', `# @reboot\n@reboot root TOKEN=${CANARY} /opt/lotus-worker run\n`);
    write(
      'var/spool/cron/crontabs/root',
      '@daily lotus-worker info\n  @reboot tmux new -d "lotus-worker run"\n',
    );
    write('etc/rc.local', '#!/bin/sh\n# lotus-worker run\nexit 0\nnohup lotus-worker run &\n');
    const enabled = unit('seal.service', 'UnitFileState=enabled');
    const ours = unit('sealfarm-worker@w.service', 'UnitFileState=enabled');
    expect(found({ ...enabled, ...ours })).toEqual([
      { kind: 'cron', file: join(folder, 'etc/crontab'), line: 2 },
      { kind: 'cron', file: join(folder, 'var/spool/cron/crontabs/root'), line: 2 },
      { kind: 'rc.local', file: join(folder, 'etc/rc.local'), line: 2 + 2 },
      { kind: 'unit', unit: 'seal.service', file: join(folder, SYSTEM, 'seal.service'), line: 3 },
    ]);
    const again = { 'seal.service': [...(enabled['seal.service'] ?? []), 'SubState=auto-restart'] };
    const returning = { 'seal.service': again['seal.service'].filter((line) => line !== 'SubState=dead') };
    expect(found(returning).at(-1)).toMatchObject({ unit: 'seal.service', returns: true });
  });

  it('is a unit that nobody enabled where a timer or another unit in force brings it', () => {
    const timed = unit('timed.service', 'UnitFileState=static', 'TriggeredBy=timed.timer');
    const wanted = unit('wanted.service', 'UnitFileState=static', 'WantedBy=farm.target');
    const alone = unit('alone.service', 'UnitFileState=disabled', 'TriggeredBy=', 'WantedBy=off.target');
    const all = { ...timed, ...wanted, ...alone };
    expect(found(all, ['timed.timer', 'farm.target']).map((boot) => [boot.unit, boot.by])).toEqual([
      ['timed.service', 'timed.timer'],
      ['wanted.service', 'farm.target'],
    ]);
    expect(found(all)).toEqual([]);
  });

  it('is in a drop-in, and made of a template', () => {
    const dropIn = join(SYSTEM, 'x.service.d/10.conf');
    write(dropIn, '[Service]\nExecStart=\nExecStart=/usr/bin/lotus-worker run\n');
    write(join(SYSTEM, 'multi-user.target.wants/t@7.service'), '');
    unit('t@.service');
    const exec = 'ExecStart={ argv[]=/usr/bin/lotus-worker run }';
    const [x, t] = ['x.service', 't@.service'].map((name) => join(folder, SYSTEM, name));
    const says = {
      'x.service': [
        exec,
        `FragmentPath=${x}`,
        `DropInPaths=${join(folder, dropIn)}`,
        'UnitFileState=enabled',
      ],
      't@7.service': [exec, `FragmentPath=${t}`, 'UnitFileState=enabled'],
    };
    expect(found(says)).toEqual([
      { kind: 'unit', unit: 't@7.service', file: t, line: 3 },
      { kind: 'unit', unit: 'x.service', file: join(folder, dropIn), line: 3 },
    ]);
  });

  it('is cron, too, at times that have a name', () => {
    write('etc/cron.d/seal', '@hourly root pgrep lotus-worker || lotus-worker run\n');
    const file = join(folder, 'etc/cron.d/seal');
    expect(found()).toEqual([{ kind: 'cron', file, line: 1, byClock: true }]);
  });

  it('is a script that cron runs every hour or day', () => {
    write('etc/cron.daily/seal', '#!/bin/sh\n# lotus-worker run\npgrep lotus-worker || lotus-worker run &\n');
    const file = join(folder, 'etc/cron.daily/seal');
    expect(found()).toEqual([{ kind: 'cron', file, line: 3, byClock: true }]);
  });

  it('is cron, too, where it looks again and again', () => {
    write(
      'etc/cron.d/seal',
      '* * * * * root flock -n /run/w lotus-worker run\n*/5 * * * * root lotus-worker info\n',
    );
    expect(found()).toEqual([
      { kind: 'cron', file: join(folder, 'etc/cron.d/seal'), line: 1, byClock: true },
    ]);
  });

  it('is nothing on a host where nothing does', () => {
    write('etc/crontab', '@reboot root lotus-miner run\n');
    expect(found()).toEqual([]);
  });
});

describe('a host where something else starts a worker', () => {
  const seal: BootStarter = {
    kind: 'unit',
    unit: 'seal.service',
    file: '/etc/systemd/system/seal.service',
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
    const made = plan(FARM, having(PLACED, [cron, seal]));
    expect([summary(made), codes(made)]).toEqual([[], ['SF553 warning', 'SF553 warning']]);
    expect(made.diagnostics[0]?.message).toContain('line 3 of /etc/crontab');
    expect(made.diagnostics[1]?.help).toContain('systemctl disable seal.service');
  });

  it.each([
    [{ ...seal, by: 'seal.timer' }, 'a lotus-worker by seal.timer', 'systemctl disable --now seal.timer'],
    [{ ...seal, by: 'farm.target' }, 'a lotus-worker by farm.target', 'take seal.service out of farm.target'],
    [{ ...cron, byClock: true as const }, 'a lotus-worker at the times of cron', 'take that line out'],
    [
      { kind: 'unit' as const, unit: 'a.service', file: '/run/a.service' },
      '/run/a.service starts',
      'disable a.service',
    ],
  ])('is told when and instead of what: %o', (boot, when, help) => {
    const [told] = bootStarters(hostOf(having(PLACED, [boot])));
    expect(told?.message).toContain(when);
    expect(told?.help).toContain(help);
  });

  it('has a unit said once, with the worker that runs by it', () => {
    const starter = { kind: 'unit', unit: 'seal.service', enabled: true } as const;
    const seen = changeWorker(inPlace(aFarm()), 'worker-1', startedBy({ starter }));
    expect(bootStarters(hostOf(having(seen, [seal])))).toEqual([]);
  });

  it('has a unit said that a timer brings, although a worker runs by it that would not come by that unit alone', () => {
    const starter = { kind: 'unit', unit: 'seal.service', enabled: false } as const;
    const timed = { ...seal, by: 'seal.timer' };
    const seen = changeWorker(inPlace(aFarm()), 'worker-1', startedBy({ starter }));
    expect(bootStarters(hostOf(having(seen, [timed]))).map(({ code }) => code)).toEqual(['SF553']);
    const known = changeWorker(
      inPlace(aFarm()),
      'worker-1',
      startedBy({ starter: { ...starter, by: 'seal.timer' } }),
    );
    expect(bootStarters(hostOf(having(known, [timed])))).toEqual([]);
  });

  it('starts no worker beside a unit that is about to come back', () => {
    const down = changeWorker(PLACED, 'worker-1', stopped);
    const made = plan(FARM, having(down, [{ ...seal, returns: true }]));
    expect([summary(made), codes(made)]).toEqual([[], ['SF553 warning', 'SF554 error']]);
    expect(summary(plan(FARM, having(down, [seal])))).toEqual(['start: none, not-running']);
  });
});
