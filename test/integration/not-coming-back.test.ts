import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, sealfarm, type CliResult } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

/** Of three workers, all of which are to be restarted for another limit, the canary does not come back. */
let farm: SandboxFarm;
let file: string;
const taken: Server[] = [];

/** Milliseconds. */
const LONGEST = 300_000;

beforeAll(async () => {
  farm = await SandboxFarm.up(3);
  await farm.edit((text) => `${text}\nrollout: { canary: true, maxUnavailable: 2, largePlan: 100% }\n`);
  const first = await farm.run(['apply', '--yes']);
  expect(first.code, first.stdout + first.stderr).toBe(0);
  file = await farm.readFile();
});

afterAll(async () => {
  for (const server of taken) server.close();
  await farm.down();
});

async function applyWith(change: (text: string) => string): Promise<CliResult> {
  await farm.edit((text) => change(text).replaceAll('PC1: 4', 'PC1: 5'));
  // By itself it would wait for two minutes, and be ended before.
  const words = ['apply', '--yes', '--start-timeout', '30s'];
  const result = await sealfarm(words, { cwd: farm.dir, timeout: 115_000 });
  await farm.edit(() => file);
  return result;
}

/** A program in place of worker-3's: the canary, which nobody but the others can replace. */
async function program(text: string): Promise<string> {
  const path = farm.host('host-3', 'bin', 'other-worker');
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

function withBinary(path: string): (text: string) => string {
  return (text) => text.replace(/binary: (\S*host-3\S*)/, `binary: ${path}`);
}

/** An address of host-3 that somebody else listens on. */
async function takenPort(): Promise<number> {
  const server = createServer();
  taken.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.13', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const CAUSES: readonly (readonly [string, () => Promise<(text: string) => string>, string, string])[] = [
  [
    'a program that is not there',
    () => Promise.resolve(withBinary('/no/such/lotus-worker')),
    'its process ended: its program, or a file it needs, is not there',
    'See that the path of `binary`',
  ],
  [
    'a port that is taken',
    async () => {
      const port = await takenPort();
      return (text) => text.replace(/listen: 127\.0\.0\.13:\d+/, `listen: 127.0.0.13:${port}`);
    },
    'its process ended: its port is taken',
    'See on the host who listens there',
  ],
  [
    'missing proof parameters',
    async () => {
      const path = await program('echo "ERROR: get params: fetching file v28-stacked.params failed"');
      return withBinary(path);
    },
    'its process ended: its proof parameters are missing',
    'They are more than 100 GiB',
  ],
  [
    'a token that the miner does not take',
    async () => {
      const [, binary = ''] = /binary: (\S*host-3\S*)/.exec(file) ?? [];
      // As an environment file that somebody wrote with the token of another miner; sealfarm's own has the right one.
      const wrong = 'MINER_API_INFO="of-another-miner:${MINER_API_INFO#*:}"';
      return withBinary(await program(`${wrong} exec ${binary} "$@"`));
    },
    'it cannot talk to the miner, or the miner does not take its token',
    'See that the miner listens where the file says (`miner.api`), that this host reaches it, and that the token is a fresh one.',
  ],
];

describe.each(CAUSES)('a worker that does not come back for %s', (_, change, meaning, remedy) => {
  let result: CliResult;
  let sessions: readonly (string | undefined)[];

  beforeAll(async () => {
    sessions = await Promise.all(['worker-1', 'worker-2'].map((worker) => farm.eye.session(worker)));
    result = await applyWith(await change());
  }, LONGEST);

  it('ends the command with 1, and says why in one sentence and what to do', () => {
    expect(result.code, result.stdout + result.stderr).toBe(1);
    const said = /error SF603: worker-3 did not come up as declared: .*/.exec(result.stdout)?.[0];
    expect(said, result.stdout).toContain(`: ${meaning}`);
    expect(result.stdout).toContain('help: ' + remedy);
  });

  it('gets the files back that it had, and works with them', async () => {
    expect(result.stdout).toContain('the files of before were put back, and it works with them again');
    expect(await farm.eye.limit('worker-3')).toBe(4);
  });

  it('has no other worker restarted after it', async () => {
    const now = await Promise.all(['worker-1', 'worker-2'].map((worker) => farm.eye.session(worker)));
    expect(now).toEqual(sessions);
    expect(result.stdout).toContain('Not begun:');
  });

  it('costs no job', () => {
    expect(farm.eye.failedJobs()).toEqual([]);
  });
});

describe('a worker whose files a run changed that was cut off', () => {
  let result: CliResult;

  beforeAll(async () => {
    const port = await takenPort();
    const text = (await farm.readFile()).replace(/listen: 127\.0\.0\.13:\d+/, `listen: 127.0.0.13:${port}`);
    await farm.edit(() => text);
    // A job is on its way, so that this run only writes its files and asks the worker to get quiet, also where that takes it long.
    farm.setSpeed({ PC1: 25_000 });
    await farm.submit(3);
    await eventually('PC1 on worker-3', () => farm.eye.runs('worker-3', 'PC1'));
    const first = await farm.run(['apply', '--yes', '--detach']);
    expect(first.code, first.stdout + first.stderr).toBe(3);
    const words = ['apply', '--yes', '--start-timeout', '30s'];
    result = await sealfarm(words, { cwd: farm.dir, timeout: 115_000 });
    await farm.edit(() => file);
  }, LONGEST);

  it('gets them back in a run that wrote none of them, and works with them', async () => {
    expect(result.code, result.stdout + result.stderr).toBe(1);
    expect(result.stdout).toContain('0 files to write');
    expect(result.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'the files of before a run that changed them and did not start it with that were put back, and it works with them again',
    );
    expect(await farm.eye.session('worker-3')).toBeDefined();
    expect(await farm.plannedSteps()).toEqual([]);
  });

  it('loses no job', () => {
    expect(farm.eye.failedJobs()).toEqual([]);
  });
});
