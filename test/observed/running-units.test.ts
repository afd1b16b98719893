import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
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

/** What a host answers whose systemctl says this of all units. */
function answer(shown: string): HostAnswer {
  writeFileSync(join(folder, 'shown'), shown);
  writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\necho "$*" >>${folder}/calls\ncat ${folder}/shown\n`, {
    mode: 0o755,
  });
  const paths = { config: join(folder, 'c'), state: join(folder, 's') };
  const workers = names.map((name) => aWorker({ name, repo: join(folder, name), storage: [] }));
  const script = probeScript(aHost({ serviceManager: 'systemd', paths, workers }));
  const parsed = parseAnswer('host-1', runShell(`PATH=${folder}:$PATH\n${script}`).stdout);
  if (!parsed.ok) throw new Error(parsed.diagnostic.message);
  return parsed.value;
}

function running({ processes }: HostAnswer): readonly (readonly [string | undefined, number])[] {
  return [...processes].map(([file, { pid }]) => [file.split('/').at(-1), pid]);
}

it('tells which units run, whatever the order of their properties', () => {
  const pid = process.pid ?? 0;
  const found = answer(
    `MainPID=${pid}\nId=sealfarm-worker@w-1.service\n\nId=sealfarm-worker@w-10.service\nMainPID=0\n\nId=sealfarm-worker@w-1.b.service\nMainPID=${pid}\n`,
  );
  expect(running(found)).toEqual([
    ['w-1.pid', pid],
    ['w-1.b.pid', pid],
  ]);
  const [first] = found.processes.values();
  expect(first?.environ.get('LOTUS_WORKER_NAME')?.reveal()).toBe('w-1');
});

it('finds units that the file names no more', () => {
  const found = answer(`Id=sealfarm-worker@gone.service\nMainPID=${process.pid ?? 0}\n`);
  expect(running(found)).toEqual([['gone.pid', process.pid]]);
});

it('finds nothing where systemd has no such unit, or there is no systemd', () => {
  expect(running(answer(''))).toEqual([]);
});
