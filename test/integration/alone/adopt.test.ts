import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readState } from '../../../src/sandbox/layout.js';
import { eventually, sealfarmStarted } from '../../support/cli.js';
import { SandboxFarm } from '../../support/sandbox-farm.js';

/** A farm as people have it: every worker started by hand, each in another way, and at work. */
let farm: SandboxFarm;
const started = new Map<string, ChildProcess>();
let sessions: Readonly<Record<string, string | undefined>> = {};
let stores: readonly string[] = [];

const NAMES = ['worker-1', 'worker-2', 'worker-3', 'worker-4'];

interface ByHand {
  readonly host: string;
  readonly repo: string;
  readonly seal: string;
  readonly listen: string;
  readonly groups: readonly string[];
  readonly allowTo: readonly string[];
}

const GROUP = (number: number): string => `example-seal-group-${number}`;

function places(): readonly ByHand[] {
  const port = readState(farm.dir)?.ports.worker ?? 0;
  const at = (host: number, folders: readonly [repo: string, seal: string], listen: string): ByHand => ({
    host: `host-${host}`,
    repo: farm.host(`host-${host}`, folders[0]),
    seal: farm.host(`host-${host}`, folders[1]),
    listen,
    groups: host === 3 ? [] : [GROUP(host)],
    allowTo: [GROUP(host === 3 ? 1 : host)],
  });
  return [
    at(1, ['lotus-worker', 'seal'], `127.0.0.11:${port}`),
    at(2, ['lotus-worker', 'seal'], `127.0.0.12:${port}`),
    at(3, ['lotus-worker', 'seal'], `127.0.0.13:${port}`),
    at(1, ['second', 'more'], `127.0.0.11:${port + 1}`),
  ];
}

async function storageOf({ repo, seal, groups, allowTo }: ByHand): Promise<void> {
  await mkdir(repo, { recursive: true });
  await mkdir(seal, { recursive: true });
  const store = { ID: randomUUID(), Weight: 10, CanSeal: true, CanStore: false, MaxStorage: 0 };
  await writeFile(
    `${seal}/sectorstore.json`,
    JSON.stringify({ ...store, Groups: groups, AllowTo: allowTo }, null, 2),
  );
  await writeFile(`${repo}/storage.json`, JSON.stringify({ StoragePaths: [{ Path: seal }] }));
}

/** Started by a shell, as a person would do it. */
async function start(
  name: string,
  { host }: ByHand,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const token = await readFile(`${farm.dir}/miner/token`, 'utf8');
  const miner = readState(farm.dir)?.ports.miner ?? 0;
  const child = spawn('/bin/sh', ['-c', 'exec "$0" "$@"', farm.host(host, 'bin', 'lotus-worker'), ...words], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: farm.host(host),
      MINER_API_INFO: `${token}:/ip4/127.0.0.10/tcp/${miner}/http`,
      PC1_32G_MAX_CONCURRENT: '4',
      FIL_PROOFS_PARAMETER_CACHE: `${farm.dir}/proofs/parameters`,
      FIL_PROOFS_PARENT_CACHE: `${farm.dir}/proofs/parents`,
      ...env,
    },
    stdio: 'ignore',
    detached: true,
  });
  started.set(name, child);
}

async function startAll(): Promise<void> {
  const [one, two, three, four] = places() as [ByHand, ByHand, ByHand, ByHand];
  for (const place of [one, two, three, four]) await storageOf(place);
  const tasks = ['--no-default', '--addpiece', '--precommit1'];
  const all = [...tasks, '--precommit2', '--commit'];
  const flags = ['run', '--no-local-storage'];
  // By flags alone.
  await start('worker-1', one, ['--worker-repo', one.repo, ...flags, '--listen', one.listen, ...all], {});
  // By variables alone.
  await start('worker-2', two, ['run'], {
    LOTUS_WORKER_PATH: two.repo,
    LOTUS_WORKER_NAME: 'worker-2',
    LOTUS_WORKER_LISTEN: two.listen,
    LOTUS_WORKER_NO_LOCAL_STORAGE: 'true',
    LOTUS_WORKER_NO_DEFAULT: 'true',
    ...Object.fromEntries(
      ['ADDPIECE', 'PRECOMMIT1', 'PRECOMMIT2', 'COMMIT'].map((task) => [`LOTUS_WORKER_${task}`, 'true']),
    ),
  });
  // By both, where the flags win.
  await start(
    'worker-3',
    three,
    [`--worker-repo=${three.repo}`, ...flags, '--listen', three.listen, ...tasks],
    {
      LOTUS_WORKER_PATH: '/nowhere',
      LOTUS_WORKER_LISTEN: '127.0.0.99:1',
      LOTUS_WORKER_NAME: 'worker-3',
    },
  );
  // The second on its host: to Lotus it has the name of the first one.
  await start('worker-4', four, ['--worker-repo', four.repo, ...flags, '--listen', four.listen, ...all], {});
}

async function planned(...words: readonly string[]) {
  const { stdout, stderr } = await farm.run(['plan', '--json', ...words]);
  expect(stderr).not.toContain('SF1');
  return JSON.parse(stdout) as {
    readonly hosts: readonly { readonly steps: readonly PlannedStep[] }[];
    readonly diagnostics: readonly { readonly code: string; readonly severity: string }[];
    readonly foreign?: readonly {
      readonly worker: string;
      readonly pid: number;
      readonly pending: unknown[];
    }[];
    readonly summary: { readonly restart: number; readonly live: number };
  };
}

interface PlannedStep {
  readonly id: string;
  readonly disruption: string;
  readonly reason: string;
}

/** The miner's own word for whoever listens there. */
async function sessionsNow(): Promise<Readonly<Record<string, string | undefined>>> {
  const port = (name: string): string => places()[NAMES.indexOf(name)]?.listen ?? '';
  const token = await readFile(`${farm.dir}/miner/token`, 'utf8');
  const entries = NAMES.map(async (name) => {
    const response = await fetch(`http://${port(name)}/rpc/v0`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token.trim()}` },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'Filecoin.Session', params: [] }),
    }).catch(() => undefined);
    const answer = (await response?.json().catch(() => undefined)) as { result?: string } | undefined;
    return [name, answer?.result] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function storesNow(): Promise<readonly string[]> {
  return Promise.all(places().map(({ seal }) => readFile(`${seal}/sectorstore.json`, 'utf8')));
}

async function applied(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await farm.run(['apply', '--yes', ...words], {}, 300_000);
  expect(code, stdout + stderr).toBe(0);
  return stdout;
}

beforeAll(async () => {
  farm = await SandboxFarm.up(3);
  const four = places()[3];
  if (four === undefined) throw new Error('no place');
  await farm.edit((text) =>
    text.replace(
      /\n {2}host-2:/,
      `
      worker-4:
        profile: pc1-pc2
        binary: ${farm.host('host-1', 'bin', 'lotus-worker')}
        listen: ${four.listen}
        repo: ${four.repo}
        storage:
          - { path: ${four.seal}, seal: true, groups: [${GROUP(1)}], allowTo: [${GROUP(1)}], mount: any }
$&`.replace(/^\n/, ''),
    ),
  );
  await startAll();
  await eventually('all four listen', async () =>
    Object.values(await sessionsNow()).every((session) => session !== undefined),
  );
  sessions = await sessionsNow();
  stores = await storesNow();
  await farm.submit(6);
  await eventually('PC1 runs', async () => (await farm.eye.sectorStates()).includes('PreCommit1'));
});

afterAll(async () => {
  await farm.down();
  for (const child of started.values()) child.kill('SIGKILL');
});

describe('a farm that was started by hand, and is at work', () => {
  it('is taken over with no restart and no live change', async () => {
    const { hosts, diagnostics, summary, foreign } = await planned();
    // The hosts of a sandbox see the processes of one machine.
    expect(diagnostics.filter(({ code }) => code !== 'SF545')).toEqual([]);
    expect(summary).toMatchObject({ restart: 0, live: 0 });
    const steps = hosts.flatMap((host) => host.steps);
    expect(new Set(steps.map(({ disruption, reason }) => `${disruption}, ${reason}`))).toEqual(
      new Set(['none, adopted']),
    );
    expect(steps).toHaveLength(7);
    expect(foreign?.map(({ worker }) => worker).toSorted()).toEqual(NAMES);
  });

  it('an apply that is killed in the middle is gone on with by the next one', async () => {
    const child = sealfarmStarted(['apply', '--yes'], farm.dir);
    await eventually('the first file stands', () =>
      readFile(farm.host('host-1', 'state', 'manifest.json')).then(
        () => true,
        () => false,
      ),
    );
    await child.kill();
    for (const host of ['host-1', 'host-2', 'host-3']) await farm.run(['unlock', host]);
    await applied();
    expect((await planned()).hosts.flatMap(({ steps }) => steps)).toEqual([]);
  });

  it('goes on as it ran, with an empty plan that says so', async () => {
    expect(await sessionsNow()).toEqual(sessions);
    expect(await storesNow()).toEqual(stores);
    const { stdout } = await farm.run(['plan']);
    expect(stdout).toContain(
      'No changes. The farm matches the file. 4 workers still run as they were started.',
    );
    expect(stdout).toContain('worker-1 on host-1 still runs as it was started, by a shell since');
    const { foreign = [] } = await planned();
    const fields = new Map(foreign.map(({ worker, pending }) => [worker, pending]));
    expect(fields.get('worker-2')).toMatchObject([{ field: 'TMPDIR', before: '/tmp' }]);
    expect(fields.get('worker-4')).toMatchObject([{ field: 'name' }, { field: 'TMPDIR' }]);
    expect(foreign.find(({ worker }) => worker === 'worker-2')?.pid).toBe(started.get('worker-2')?.pid);
  });

  it('is restarted, each once and when it is quiet, where that is asked for', async () => {
    await farm.submit(4);
    await eventually('PC1 runs again', async () => (await farm.eye.sectorStates()).includes('PreCommit1'));
    await applied('--restart-to-adopt', '--allow-large');
    const after = await sessionsNow();
    for (const name of NAMES) {
      expect(after[name]).toBeDefined();
      expect(after[name]).not.toBe(sessions[name]);
      expect(started.get(name)?.exitCode ?? started.get(name)?.signalCode).not.toBeNull();
    }
    const { hosts, foreign } = await planned('--restart-to-adopt');
    expect([hosts.flatMap(({ steps }) => steps), foreign]).toEqual([[], undefined]);
    expect(await storesNow()).toEqual(stores);
    expect(await sessionsNow()).toEqual(after);
  });

  it('has never failed a job, and all sectors come through', async () => {
    await eventually('all sectors proving', () => farm.allProving(10), 120_000);
    expect(farm.eye.failedJobs()).toEqual([]);
  });
});
