import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFarm } from '../../../src/farm/read-farm.js';
import { eventually } from '../../support/cli.js';
import { SandboxFarm } from '../../support/sandbox-farm.js';
import { SpaceHost } from '../../support/space-host.js';
import { makeSshFolder, type SshFolder } from '../../support/ssh-farm.js';
import { call, minerToken, readSandbox } from '../by-hand.js';

/** A farm as it is before anybody has heard of sealfarm: six hosts, seven workers, each started in another way, all at work. */
let farm: SandboxFarm;
let keys: SshFolder;
const hosts: SpaceHost[] = [];
let before: Standing;

interface ByHand {
  /** 1 for the first host */
  readonly host: number;
  readonly name: string;
  /** Of the sandbox's ports, from the first one. */
  readonly port: number;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The line of shell by which a person starts the command. */
  readonly starts: (command: string) => string;
}

const QUICK = { AP: 100, PC1: 0, PC2: 400, WaitSeed: 600, C1: 100, C2: 400, FIN: 100, GET: 100 };
const TASKS = ['addpiece', 'precommit1', 'precommit2', 'commit'];

function listenOf({ host, port }: Pick<ByHand, 'host' | 'port'>): string {
  return `127.0.0.${10 + host}:${readSandbox(farm.dir).ports.worker + port}`;
}

function placeOf({ host, name }: Pick<ByHand, 'host' | 'name'>, ...path: readonly string[]): string {
  return farm.host(`host-${host}`, 'by-hand', name, ...path);
}

function asFlags(worker: Pick<ByHand, 'host' | 'name' | 'port'>): readonly string[] {
  return [
    `--worker-repo=${placeOf(worker, 'repo')}`,
    'run',
    `--name ${worker.name}`,
    `--listen ${listenOf(worker)}`,
    '--no-local-storage',
    '--no-default',
    ...TASKS.map((task) => `--${task}`),
  ];
}

function asVariables(worker: Pick<ByHand, 'host' | 'name' | 'port'>): Readonly<Record<string, string>> {
  return {
    LOTUS_WORKER_PATH: placeOf(worker, 'repo'),
    LOTUS_WORKER_LISTEN: listenOf(worker),
    LOTUS_WORKER_NO_LOCAL_STORAGE: 'true',
    LOTUS_WORKER_NO_DEFAULT: 'true',
    ...Object.fromEntries(TASKS.map((task) => [`LOTUS_WORKER_${task.toUpperCase()}`, 'true'])),
  };
}

function onGpu(gpu: number): Readonly<Record<string, string>> {
  return {
    CUDA_VISIBLE_DEVICES: String(gpu),
    FIL_PROOFS_USE_GPU_COLUMN_BUILDER: '1',
    FIL_PROOFS_USE_GPU_TREE_BUILDER: '1',
  };
}

const shell = (command: string): string => `setsid ${command} </dev/null >/dev/null 2>&1 &`;
const nohup = (command: string): string => `nohup setsid ${command} </dev/null >/dev/null 2>&1 &`;
/** Stands for the unit of a host with systemd, which test/e2e has: a file of variables, and somebody who starts it again. */
const keeper = (command: string): string =>
  `setsid sh -c 'while :; do ${command}; sleep 1; done' </dev/null >/dev/null 2>&1 &`;

function workers(): readonly ByHand[] {
  const at = (host: number, name: string, port = 0) => ({ host, name, port });
  const mixed = at(3, 'mixed');
  return [
    { ...at(1, 'flags'), flags: asFlags(at(1, 'flags')), starts: shell },
    // Without a name it has that of its machine.
    { ...at(2, 'host-2'), env: asVariables(at(2, 'host-2')), flags: ['run'], starts: shell },
    {
      ...mixed,
      flags: asFlags(mixed),
      env: {
        ...asVariables(mixed),
        LOTUS_WORKER_PATH: '/nowhere',
        LOTUS_WORKER_NAME: 'never',
        LOTUS_WORKER_LISTEN: '127.0.0.99:1',
        LOTUS_WORKER_PARALLEL_FETCH_LIMIT: '9',
        TMPDIR: '/var/tmp',
      },
      starts: shell,
    },
    {
      ...at(4, 'kept'),
      flags: ['run', '--name', 'kept'],
      env: { ...asVariables(at(4, 'kept')), RUST_LOG: 'info' },
      starts: keeper,
    },
    {
      ...at(5, 'tmux'),
      flags: asFlags(at(5, 'tmux')),
      env: { TMUX: '/tmp/tmux-0/default,7,0' },
      starts: shell,
    },
    { ...at(6, 'first'), flags: asFlags(at(6, 'first')), env: onGpu(0), starts: nohup },
    {
      ...at(6, 'second', 1),
      flags: asFlags(at(6, 'second', 1)),
      env: { ...onGpu(1), TMPDIR: '/var/tmp' },
      starts: shell,
    },
  ];
}

/** Files and a command, as a person would write them; the token is in a file of variables. */
async function start(worker: ByHand): Promise<void> {
  const { host, flags = [], env = {} } = worker;
  const [repo, seal] = [placeOf(worker, 'repo'), placeOf(worker, 'seal')];
  await mkdir(repo, { recursive: true });
  await mkdir(seal);
  const store = { ID: randomUUID(), Weight: 10, CanSeal: true, CanStore: false, MaxStorage: 0 };
  const meta = { ...store, Groups: ['all'], AllowTo: ['all'] };
  await writeFile(join(seal, 'sectorstore.json'), JSON.stringify(meta, null, 2));
  await writeFile(join(repo, 'storage.json'), JSON.stringify({ StoragePaths: [{ Path: seal }] }));
  const variables = {
    MINER_API_INFO: `${minerToken(farm.dir)}:/ip4/127.0.0.10/tcp/${readSandbox(farm.dir).ports.miner}/http`,
    PC1_32G_MAX_CONCURRENT: '2',
    FIL_PROOFS_PARAMETER_CACHE: join(farm.dir, 'proofs', 'parameters'),
    FIL_PROOFS_PARENT_CACHE: join(farm.dir, 'proofs', 'parents'),
    ...env,
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
  await writeFile(placeOf(worker, 'env'), lines.join(''), { mode: 0o600 });
  const program = farm.host(`host-${host}`, 'bin', 'lotus-worker');
  const command = [program, ...flags].join(' ');
  await hosts[host - 1]?.sh(`set -a; . ${placeOf(worker, 'env')}; set +a; ${worker.starts(command)}`);
}

function asks(worker: ByHand, method: string, params: unknown[] = []): Promise<unknown> {
  return call(`http://${listenOf(worker)}/rpc/v0`, minerToken(farm.dir), method, params);
}

/** What must not change: sessions, processes with their start, IDs of storage, and the tasks they take. */
interface Standing {
  readonly sessions: readonly unknown[];
  readonly processes: readonly string[];
  readonly stores: readonly unknown[];
  readonly tasks: readonly (readonly string[])[];
}

const STORE = ['seal', 'sectorstore.json'];

const PROCESSES = `for proc in /proc/[0-9]*; do case $(cat $proc/comm 2>/dev/null) in
lotus-worker*) echo "\${proc#/proc/} $(sed 's/.*) //' $proc/stat | cut -d' ' -f20)" ;; esac; done`;

async function standing(): Promise<Standing> {
  const all = workers();
  return {
    sessions: await Promise.all(all.map((worker) => asks(worker, 'Session'))),
    processes: await Promise.all(hosts.map((host) => host.sh(PROCESSES))),
    stores: await Promise.all(
      all.map(async (worker) => JSON.parse(await readFile(placeOf(worker, ...STORE), 'utf8')) as unknown),
    ),
    tasks: await Promise.all(
      all.map(async (worker) => Object.keys((await asks(worker, 'TaskTypes')) as object).sort()),
    ),
  };
}

/** As a person does who does not know that Lotus has to be told: one store, and the lists of two workers. */
async function changeByHand(): Promise<void> {
  const [flags, , mixed, , , first] = workers();
  if (flags === undefined || mixed === undefined || first === undefined) throw new Error('too few workers');
  const store = placeOf(flags, ...STORE);
  await writeFile(store, (await readFile(store, 'utf8')).replaceAll('"all"', '"others"'));
  const none = { StoragePaths: [] };
  await writeFile(placeOf(mixed, 'repo', 'storage.json'), JSON.stringify(none));
  const more = { StoragePaths: [{ Path: placeOf(first, 'seal') }, { Path: placeOf(first, 'never-opened') }] };
  await mkdir(placeOf(first, 'never-opened'));
  const fresh = { ID: randomUUID(), Weight: 10, CanSeal: true, CanStore: false, MaxStorage: 0 };
  await writeFile(placeOf(first, 'never-opened', 'sectorstore.json'), JSON.stringify(fresh));
  await writeFile(placeOf(first, 'repo', 'storage.json'), JSON.stringify(more));
}

/** More sectors, until a PC1 runs. */
async function sealing(sectors: number): Promise<void> {
  await farm.submit(sectors);
  await eventually('PC1 runs', async () => (await farm.eye.sectorStates()).includes('PreCommit1'));
}

async function isAnswering(worker: ByHand): Promise<boolean> {
  return asks(worker, 'Session').then(
    () => true,
    () => false,
  );
}

function sealfarm(...words: readonly string[]) {
  const file = join(farm.dir, 'imported.yaml');
  return farm.run([...words, '--config', file], { SEALFARM_MINER_TOKEN: minerToken(farm.dir) }, 300_000);
}

function imported(from: readonly SpaceHost[], ...more: readonly string[]) {
  const ssh = [
    '--identity-file',
    keys.userKey.privateFile,
    '--known-hosts',
    join(keys.folder, 'known_hosts'),
  ];
  return farm.run(['import', ...from.map(({ words }) => words), ...ssh, ...more]);
}

interface Planned {
  readonly hosts: readonly {
    readonly steps: readonly { readonly id: string; readonly disruption: string; readonly reason: string }[];
  }[];
  readonly diagnostics: readonly { readonly code: string }[];
  readonly summary: Readonly<Record<string, number>>;
  readonly foreign?: readonly { readonly worker: string; readonly starter: string }[];
}

async function planned(): Promise<Planned> {
  const { stdout, stderr } = await sealfarm('plan', '--json');
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Planned;
}

beforeAll(async () => {
  // A PC1 lasts longer than it takes to begin an apply.
  farm = await SandboxFarm.up(6, { ...QUICK, PC1: 20_000 });
  farm.holdSeeds();
  keys = await makeSshFolder();
  const port = readSandbox(farm.dir).ports.ssh + 1;
  for (let host = 1; host <= 6; host++) {
    const name = `host-${host}`;
    const place = { name, address: `127.0.0.${10 + host}`, port, programs: farm.host(name, 'bin') };
    hosts.push(await SpaceHost.start(place, join(keys.folder, place.name), keys));
  }
  await writeFile(join(keys.folder, 'known_hosts'), hosts.map(({ knownAs }) => `${knownAs}\n`).join(''));
  for (const worker of workers()) await start(worker);
  for (const worker of workers()) await eventually(`${worker.name} answers`, () => isAnswering(worker));
  for (const worker of workers())
    await eventually(
      `${worker.name} is registered`,
      async () => (await farm.eye.session(worker.name)) !== undefined,
    );
  const tmux = workers().find(({ name }) => name === 'tmux');
  if (tmux !== undefined) await asks(tmux, 'TaskDisable', ['seal/v0/precommit/2']);
  await sealing(6);
  before = await standing();
  await changeByHand();
});

afterAll(async () => {
  for (const host of hosts) await host.stop();
  await farm.down();
  await keys.remove();
});

describe('a farm that was started by hand, from its own import on', () => {
  it('is printed as a file', async () => {
    const { code, stdout, stderr } = await imported(hosts);
    expect(code, stderr).toBe(0);
    await writeFile(join(farm.dir, 'imported.yaml'), stdout);
    const found = readFarm(stdout, 'imported.yaml').farm?.hosts.flatMap((host) => host.workers) ?? [];
    expect(found.map(({ name, repo }) => [name, repo])).toEqual(
      workers().map((worker) => [worker.name, placeOf(worker, 'repo')]),
    );
    expect(stdout).toContain('precommit2 switched off by hand since it was started');
    // The simulator's own variables are none that Lotus reads.
    expect(stderr.match(/SF\d+/g)?.toSorted()).toEqual(['SF660', 'SF669', 'SF697', 'SF697', 'SF697']);
    expect(stdout.replaceAll(/\s+#?\s*/g, ' ')).toContain('Groups [others] instead of [all]');
    expect(stderr).toContain('SANDBOX_HARDWARE');
  });

  it('which is valid, with nothing to say of it', async () => {
    const { code, stdout, stderr } = await sealfarm('validate', '--json');
    expect(code, stdout + stderr).toBe(0);
    const { diagnostics } = JSON.parse(stdout) as Pick<Planned, 'diagnostics'>;
    // The miner of a sandbox stores finished sectors itself.
    expect(diagnostics.map((one) => one.code)).toEqual(['SF279']);
  });

  it('is taken over with no restart and no live change', async () => {
    const { hosts: plans, diagnostics, summary, foreign = [] } = await planned();
    expect(diagnostics).toEqual([]);
    expect(summary).toMatchObject({ restart: 0, live: 0 });
    const steps = plans.flatMap((host) => host.steps);
    expect(new Set(steps.map(({ disruption }) => disruption))).toEqual(new Set(['none']));
    // What Lotus has not read goes back to what it has.
    const others = steps.filter(({ reason }) => reason !== 'adopted');
    expect(others.map(({ id, reason }) => `${id.replace(/:.*\//, ': ')}, ${reason}`)).toEqual([
      'flags/write-file: sectorstore.json, edited-on-host',
      'mixed/write-file: storage.json, edited-on-host',
      'first/write-file: storage.json, edited-on-host',
    ]);
    expect(foreign.map(({ worker, starter }) => `${worker}: ${starter}`)).toEqual([
      'flags: a shell',
      'host-2: a shell',
      'mixed: a shell',
      expect.stringMatching(/^kept: a shell, kept by a loop in a shell \(process \d+\)$/),
      'tmux: tmux session 0',
      // Node.js does not keep what nohup ignores.
      'first: a shell',
      'second: a shell',
    ]);
  });

  it('and the one that a loop starts again is not restarted to be taken over', async () => {
    const { stdout } = await sealfarm('plan', '--json', '--restart-to-adopt');
    const { diagnostics, summary } = JSON.parse(stdout) as Planned;
    // Six of seven are many.
    expect(diagnostics.map((one) => one.code)).toEqual(['SF556', 'SF560']);
    expect(summary).toMatchObject({ restart: 6 });
  });

  it('by an apply that leaves each process, session and ID as it was', async () => {
    // Some lie between PC2 and C1, some are at PC1.
    await eventually('sectors wait for their seeds', async () =>
      (await farm.eye.sectorStates()).includes('WaitSeed'),
    );
    await sealing(6);
    const { code, stdout, stderr } = await sealfarm('apply', '--yes');
    expect(code, stdout + stderr).toBe(0);
    expect(await standing()).toEqual(before);
    expect(await farm.eye.sectorStates()).toContain('WaitSeed');
  });

  it('after which there is nothing to do', async () => {
    const { hosts: plans, diagnostics } = await planned();
    expect([plans.flatMap(({ steps }) => steps), diagnostics]).toEqual([[], []]);
    expect((await sealfarm('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it('has never failed a job, and all sectors come through', async () => {
    farm.letSeedsCome();
    await eventually('all sectors proving', () => farm.allProving(12), 180_000);
    expect(farm.eye.failedJobs()).toEqual([]);
    expect(await standing()).toEqual(before);
  });
});

describe('a file of some of its hosts', () => {
  it('is brought up to all of them, and then has nothing to add', async () => {
    const file = join(farm.dir, 'some.yaml');
    const some = await imported(hosts.slice(0, 4));
    const before = `${some.stdout}\n# What a person says of it.\n`;
    await writeFile(file, before);
    const update = (...more: readonly string[]) => imported(hosts, '--update', '--config', file, ...more);
    const shown = await update('--check');
    expect(shown.code).toBe(1);
    expect(shown.stdout).toMatch(/^\+ +second:/m);
    expect(await readFile(file, 'utf8')).toBe(before);

    const { code, stdout, stderr } = await update();
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('has now host-5 and host-6');
    const after = await readFile(file, 'utf8');
    const left = new Set(after.split('\n'));
    expect(before.split('\n').filter((line) => !left.has(line))).toEqual([]);
    const names = (text: string) =>
      readFarm(text, file).farm?.hosts.map(({ name, workers: own }) => [name, own.map((one) => one.name)]);
    expect(names(after)).toEqual(names(await readFile(join(farm.dir, 'imported.yaml'), 'utf8')));

    const again = await update('--json');
    expect(JSON.parse(again.stdout)).toMatchObject({
      changed: false,
      hosts: [],
      workers: [],
      diagnostics: [],
    });
    expect(await readFile(file, 'utf8')).toBe(after);
  });
});
