import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManagerName } from '../../src/host/layout.js';
import { TEMPLATE_FILE } from '../../src/host/systemd-unit.js';
import { parseAnswer, type HostAnswer } from '../../src/observed/parse-answer.js';
import { probeScript } from '../../src/observed/probe-script.js';
import { runShell } from '../apply/run-shell.js';
import { aHost, aWorker } from '../support/farm.js';

const names = ['w-1', 'w-10', 'w-1.b'];
let folder: string;
let process: ChildProcess;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealfarm-units-'));
  process = spawn('sleep', ['60'], {
    env: { PATH: '/bin:/usr/bin', LOTUS_WORKER_NAME: 'w-1' },
    stdio: 'ignore',
  });
});

afterEach(() => {
  process.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function systemctl(body: string): void {
  writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

/** What a host answers whose systemctl says this of all units. */
function answer(shown: string, serviceManager: ManagerName = 'systemd'): HostAnswer {
  writeFileSync(join(folder, 'shown'), shown);
  systemctl(`echo "$*" >>${folder}/calls\ncat ${folder}/shown`);
  return asked('/bin:/usr/bin', (script) => script, serviceManager);
}

/** What a host answers with these folders of programs beside its systemctl. */
function asked(
  path = '/bin:/usr/bin',
  change = (script: string): string => script,
  serviceManager: ManagerName = 'systemd',
): HostAnswer {
  const paths = { config: join(folder, 'c'), state: join(folder, 's') };
  const workers = names.map((name) => aWorker({ name, repo: join(folder, name), storage: [] }));
  const script = change(probeScript(aHost({ serviceManager, paths, workers })));
  const parsed = parseAnswer('host-1', runShell(`PATH=${folder}:${path}\n${script}`).stdout);
  if (!parsed.ok) throw new Error(parsed.diagnostic.message);
  return parsed.value;
}

function running({ processes }: HostAnswer): readonly (readonly [string, number])[] {
  return [...processes].map(([key, { pid }]) => [key.replace('sealfarm-worker@', ''), pid]);
}

it('tells which units run, whatever the order of their properties', () => {
  const pid = process.pid ?? 0;
  const found = answer(
    `MainPID=${pid}\nId=sealfarm-worker@w-1.service\n\nId=sealfarm-worker@w-10.service\nMainPID=0\n\nId=sealfarm-worker@w-1.b.service\nMainPID=${pid}\n`,
  );
  expect(running(found)).toEqual([
    ['w-1.service', pid],
    ['w-1.b.service', pid],
  ]);
  const [first] = found.processes.values();
  expect(first?.environ.get('LOTUS_WORKER_NAME')?.reveal()).toBe('w-1');
  expect([...found.units.keys()]).toHaveLength(3);
});

it('finds units that the file names no more', () => {
  const found = answer(`Id=sealfarm-worker@gone.service\nMainPID=${process.pid ?? 0}\n`);
  expect(running(found)).toEqual([['gone.service', process.pid]]);
});

it('finds nothing where systemd has no such unit', () => {
  const found = answer('');
  expect(running(found)).toEqual([]);
  expect(found).not.toHaveProperty('noSystemd');
});

it.each(['systemd', 'process'] as const)('asks for both kinds on a host of %s', (serviceManager) => {
  const found = answer(`Id=sealfarm-worker@w-1.service\nMainPID=${process.pid ?? 0}\n`, serviceManager);
  expect(running(found)).toEqual([['w-1.service', process.pid]]);
  expect(found.files.get(TEMPLATE_FILE)).toEqual({ state: 'absent' });
  expect(readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n')).toEqual([
    'show -p Id,ActiveState,SubState,Result,ExecMainStatus,NRestarts,MainPID sealfarm-worker@*.service',
  ]);
});

describe('where systemd cannot be asked', () => {
  it('says why', () => {
    systemctl(
      `echo "System has not been booted with systemd as init system (PID 1). Can't operate." >&2; exit 1`,
    );
    expect(asked().noSystemd).toBe(
      "System has not been booted with systemd as init system (PID 1). Can't operate.",
    );
  });

  it('may have no word for it', () => {
    systemctl('exit 3');
    expect(asked().noSystemd).toBe('systemctl ended with status 3');
  });

  it('may have no systemctl', () => {
    for (const name of ['cat', 'base64', 'tr', 'stat', 'wc', 'sed', 'grep', 'ls'])
      symlinkSync(
        execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(),
        join(folder, name),
      );
    expect(asked('').noSystemd).toBe('there is no systemctl');
  });
});

it('tells which units are started at boot, by their links', () => {
  systemctl('true');
  symlinkSync('/nowhere', join(folder, 'sealfarm-worker@w-1.service'));
  writeFileSync(join(folder, 'sealfarm-worker@w-10.service'), '');
  const found = asked('/bin:/usr/bin', (text) =>
    text.replaceAll('/etc/systemd/system/multi-user.target.wants', folder),
  );
  expect([...found.startedAtBoot]).toEqual(['sealfarm-worker@w-1.service']);
});
