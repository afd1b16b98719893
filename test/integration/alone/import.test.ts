import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFarm } from '../../../src/farm/read-farm.js';
import type { Worker } from '../../../src/farm/farm.js';
import type { CliResult } from '../../support/cli.js';
import { SandboxFarm } from '../../support/sandbox-farm.js';
import { until } from '../../support/until.js';
import { minerToken, readSandbox } from '../by-hand.js';

/** The workers of other sandboxes run on this machine, too: only those of this one are looked at. */
let farm: SandboxFarm;
let imported: CliResult;
let before: string;
let after: string;
const children: ChildProcess[] = [];

interface ByHand {
  readonly name: string;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

function repoOf(name: string): string {
  return farm.host('host-1', 'by-hand', name);
}

function sealOf(name: string): string {
  return farm.host('host-1', 'by-hand', `${name}-seal`);
}

/** As a person does it: files, flags and variables. */
async function start({ name, flags, env }: ByHand): Promise<void> {
  mkdirSync(repoOf(name), { recursive: true });
  mkdirSync(sealOf(name));
  const meta = {
    ID: randomUUID(),
    Weight: 7,
    CanSeal: true,
    CanStore: false,
    MaxStorage: 0,
    Groups: ['g'],
    AllowTo: ['g'],
  };
  writeFileSync(join(sealOf(name), 'sectorstore.json'), JSON.stringify(meta));
  writeFileSync(
    join(repoOf(name), 'storage.json'),
    JSON.stringify({ StoragePaths: [{ Path: `${sealOf(name)}/` }] }),
  );
  const child = spawn(farm.host('host-1', 'bin', 'lotus-worker'), [...flags], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: farm.host('host-1'),
      MINER_API_INFO: `${minerToken(farm.dir)}:/ip4/127.0.0.10/tcp/${readSandbox(farm.dir).ports.miner}/http`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  // Its paths are opened, and folders made in them, before it registers.
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  await until(() => output.includes('registered successfully'), `${name} has registered`);
}

function portOf(index: number): number {
  return readSandbox(farm.dir).ports.worker + index;
}

function workersByHand(): readonly ByHand[] {
  const listen = (index: number): string => `127.0.0.11:${portOf(index)}`;
  return [
    {
      name: 'flags',
      flags: [
        '--worker-repo',
        repoOf('flags'),
        'run',
        '--name=flags',
        `--listen=${listen(0)}`,
        '--no-local-storage',
        '--no-default',
        '--precommit1',
        '--addpiece',
      ],
      env: { PC1_32G_MAX_CONCURRENT: '3' },
    },
    {
      name: 'env',
      flags: ['run'],
      env: {
        LOTUS_WORKER_PATH: repoOf('env'),
        LOTUS_WORKER_NAME: 'env',
        LOTUS_WORKER_LISTEN: listen(1),
        LOTUS_WORKER_NO_LOCAL_STORAGE: 'true',
        LOTUS_WORKER_COMMIT: 'false',
        RUST_LOG: 'debug',
        SOME_PASSWORD: 'canary-of-a-password',
      },
    },
    {
      name: 'both',
      flags: ['run', '--name', 'both', '--parallel-fetch-limit', '9', '--no-default=true', '--commit'],
      env: {
        LOTUS_WORKER_PATH: repoOf('both'),
        LOTUS_WORKER_NAME: 'never',
        LOTUS_WORKER_LISTEN: listen(2),
        LOTUS_WORKER_NO_LOCAL_STORAGE: 'true',
        LOTUS_WORKER_NO_DEFAULT: 'false',
        LOTUS_WORKER_PARALLEL_FETCH_LIMIT: '3',
        TMPDIR: '/var/tmp',
      },
    },
  ];
}

/** All files with their modes and what is in them. */
function listing(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => {
      const { mode, mtimeMs } = lstatSync(join(folder, path));
      const isFile = lstatSync(join(folder, path)).isFile();
      const sum = isFile
        ? createHash('sha256')
            .update(readFileSync(join(folder, path)))
            .digest('hex')
        : '';
      return `${path} ${mode} ${mtimeMs} ${sum}`;
    })
    .join('\n');
}

function runImport(...more: readonly string[]): Promise<CliResult> {
  const { ports } = readSandbox(farm.dir);
  const keys = join(farm.dir, 'ssh');
  return farm.run([
    'import',
    `root@127.0.0.11:${ports.ssh}`,
    '--identity-file',
    join(keys, 'id_ed25519'),
    '--known-hosts',
    join(keys, 'known_hosts'),
    // Workers of other sandboxes have another one.
    '--miner',
    `/ip4/127.0.0.10/tcp/${ports.miner}/http`,
    ...more,
  ]);
}

beforeAll(async () => {
  farm = await SandboxFarm.up(2);
  for (const worker of workersByHand()) await start(worker);
  before = listing(farm.host('host-1'));
  imported = await runImport('--name', 'by-hand');
  after = listing(farm.host('host-1'));
});

afterAll(async () => {
  for (const child of children) {
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await ended;
  }
  await farm.down();
});

function found(name: string): Worker | undefined {
  const workers =
    readFarm(imported.stdout, 'sealfarm.yaml').farm?.hosts.flatMap((host) => host.workers) ?? [];
  return workers.find(({ repo }) => repo === repoOf(name));
}

describe('workers that were started by hand', () => {
  it('become a file that is valid', async () => {
    expect(imported.code, imported.stderr).toBe(0);
    const file = join(farm.dir, 'imported.yaml');
    writeFileSync(file, imported.stdout);
    const validated = await farm.run(['validate', '--config', file]);
    expect(validated.code, validated.stdout + validated.stderr).toBe(0);
    expect(readFarm(imported.stdout, 'sealfarm.yaml').farm).toMatchObject({
      name: 'by-hand',
      sectorSize: '32GiB',
      miner: { api: `/ip4/127.0.0.10/tcp/${readSandbox(farm.dir).ports.miner}/http` },
    });
  });

  it('by flags, are in it as they run', () => {
    expect(found('flags')).toMatchObject({
      name: 'flags',
      listen: { host: '127.0.0.11', port: portOf(0) },
      tasks: ['AP', 'PC1'],
      limits: new Map([['PC1', 3]]),
      tmpDir: '/tmp',
      binary: farm.host('host-1', 'bin', 'lotus-worker'),
      storage: [{ path: sealOf('flags'), seal: true, weight: 7, groups: ['g'], allowTo: ['g'] }],
    });
  });

  it('by variables, too', () => {
    expect(found('env')).toMatchObject({
      name: 'env',
      listen: { host: '127.0.0.11', port: portOf(1) },
      tasks: ['AP', 'DC', 'PC1', 'PC2', 'UNS', 'RU', 'PR2', 'GSK'],
    });
    expect(found('env')?.env.get('RUST_LOG')).toBe('debug');
  });

  it('by both, where the flag wins', () => {
    expect(found('both')).toMatchObject({
      name: 'both',
      tasks: ['C2'],
      parallelFetchLimit: 9,
      tmpDir: '/var/tmp',
    });
  });

  it('find nothing changed on their host', () => {
    expect(before).toContain('by-hand/flags/storage.json');
    expect(after).toBe(before);
  });

  it('keep their secrets', async () => {
    const asData = await runImport('--json');
    const said = [imported.stdout, imported.stderr, asData.stdout, asData.stderr].join('\n');
    expect(said).toContain('SOME_PASSWORD');
    expect(said).not.toContain('canary-of-a-password');
    expect(said).not.toContain(minerToken(farm.dir));
    const { farm: data } = JSON.parse(asData.stdout) as { farm: { hosts: object } };
    expect(Object.keys(data.hosts)).toHaveLength(1);
  });

  it('are told apart from a host that is out of reach', async () => {
    const partial = await runImport('root@127.0.0.11:1');
    expect(partial.code).toBe(3);
    expect(partial.stderr).toContain('SF404');
    expect(readFarm(partial.stdout, 'sealfarm.yaml').farm?.hosts).toHaveLength(1);
  });
});
