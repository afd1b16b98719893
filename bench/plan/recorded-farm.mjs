// A farm of many hosts as one real host answered: its answer is recorded once, and told by each of the others under their own names.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { desire } from '../../dist/desired/desire.js';
import { readFarm } from '../../dist/farm/read-farm.js';
import { formatEnvFile } from '../../dist/host/env-file.js';
import { hostLayout } from '../../dist/host/layout.js';
import { formatManifest } from '../../dist/host/manifest.js';
import { newSectorStore } from '../../dist/lotus/sectorstore.js';
import { resourcesFromEnvironment, resourceVariable } from '../../dist/lotus/resource-env.js';
import { writeStorageJson } from '../../dist/lotus/storage-json.js';
import { task } from '../../dist/lotus/task.js';
import { assembleHost, parseAnswer } from '../../dist/observed/parse-answer.js';
import { probeScript } from '../../dist/observed/probe-script.js';
import { reveal, Secret } from '../../dist/secret/secret.js';

export const TOKEN = new Secret('eyJhbGciOi.bench.token');
const JOBS = 3;

const four = (number) => String(number).padStart(4, '0');
const addressOf = (number) => `10.${100 + (number >> 8)}.${number & 255}.7`;
const idOf = (number, which) => `aaaaaaaa-${four(number)}-4000-8000-00000000000${which}`;

/** Two workers a host, one for PC1 and one for the rest. */
export function farmOf(folder, count, { limit, rollout }) {
  const hosts = Array.from({ length: count }, (_, index) => {
    const [number, address] = [index + 1, addressOf(index + 1)];
    const worker = (which, port) =>
      `      w-${four(number)}-${which}: { profile: ${which}, listen: "${address}:${port}", repo: ${folder}/repo-${which}, storage: [{ path: ${folder}/seal-${which}, seal: true, mount: any }] }`;
    return `  host-${four(number)}:\n    address: ${address}\n    workers:\n${worker('a', 3456)}\n${worker('b', 3457)}\n`;
  });
  const text = `version: 1
farm: bench
sectorSize: 32GiB
miner: { api: /ip4/10.0.0.1/tcp/2345/http, token: { env: TOKEN } }
rollout: ${rollout}
defaults: { serviceManager: process, paths: { config: ${folder}/etc, state: ${folder}/state } }
profiles:
  a: { tasks: [addpiece, precommit1], limits: { PC1: ${limit} }, binary: /bin/sleep }
  b: { tasks: [precommit2, commit], limits: { PC2: 1 }, binary: /bin/sleep }
hosts:
${hosts.join('')}`;
  const { farm, diagnostics } = readFarm(text, 'sealfarm.yaml', () => []);
  if (farm === undefined) throw new Error(JSON.stringify(diagnostics.slice(0, 3)));
  return farm;
}

/** What a real sh on this machine says of the first host, whose workers are processes that sleep. */
export function record(farm) {
  const [host] = farm.hosts;
  const [desired] = desire({ ...farm, hosts: [host] }, TOKEN, new Map()).hosts;
  const put = (path, text, mode = 0o644) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode });
  };
  const names = desired.workers.map(({ name }) => name);
  put(
    hostLayout(host.paths).manifest,
    formatManifest({ version: 1, farm: 'bench', workers: names, intents: {} }),
  );
  const processes = desired.workers.map(({ env, files, storage }) => {
    put(files.envFile, formatEnvFile(env).reveal(), 0o600);
    put(
      files.storageJson,
      writeStorageJson(
        undefined,
        storage.map(({ path }) => path),
      ),
    );
    for (const { path, settings } of storage) {
      put(join(path, 'sectorstore.json'), newSectorStore(idOf(1, path.at(-1)), settings));
      for (let sector = 0; sector < 8; sector++) put(join(path, 'cache', `s-t01000-${sector}`, 'p_aux'), '');
    }
    const environ = Object.fromEntries(env.map(({ name, value }) => [name, reveal(value)]));
    const child = spawn('/bin/sleep', ['600'], { env: environ, stdio: 'ignore' });
    const start = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19];
    put(files.pidFile, `${child.pid} ${start} ${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')}`);
    return child;
  });
  try {
    return spawnSync('/bin/sh', [], { input: probeScript(host), encoding: 'utf8' }).stdout;
  } finally {
    for (const child of processes) child.kill();
  }
}

/** The same answer by another host: its names, its address, its IDs. */
export function answerOf(recorded, number) {
  const own = (text) =>
    text
      .replaceAll('w-0001-', `w-${four(number)}-`)
      .replaceAll(addressOf(1), addressOf(number))
      .replaceAll(idOf(1, 'a'), idOf(number, 'a'))
      .replaceAll(idOf(1, 'b'), idOf(number, 'b'));
  const word = (text) => {
    const plain = Buffer.from(text, 'base64').toString('utf8');
    return Buffer.from(plain).toString('base64') === text
      ? Buffer.from(own(plain)).toString('base64')
      : own(text);
  };
  return recorded
    .split('\n')
    .map((line) => line.split(' ').map(word).join(' '))
    .join('\n');
}

/** From what all hosts answered, by the functions that read answers; and a miner that knows these workers. */
export function parse(farm, answers) {
  const hosts = farm.hosts.map((host, index) => {
    const answer = parseAnswer(host.name, answers[index]);
    if (!answer.ok) throw new Error(answer.diagnostic.message);
    const lives = new Map(host.workers.map((worker) => [worker.name, liveOf(worker, index + 1)]));
    return [host.name, assembleHost(host, answer.value, lives)];
  });
  return { hosts: new Map(hosts), miner: minerOf(farm) };
}

function liveOf({ name, tasks, storage }, number) {
  const paths = storage.map(({ path }) => ({
    ID: idOf(number, path.at(-1)),
    LocalPath: path,
    Weight: 10,
    CanSeal: true,
    CanStore: false,
  }));
  return { reached: true, session: `session-${name}`, tasks: new Set(tasks), paths };
}

/** What the miner tells of a worker: the memory of a large machine, and what its limits made of each task. */
function statsOf({ name, limits }) {
  const bytes = 512 * 2 ** 30;
  const memory = { MemPhysical: bytes, MemUsed: 0, MemSwap: 0, MemSwapUsed: 0, CPUs: 64, GPUs: null };
  const environment = Object.fromEntries(
    [...limits].map(([code, most]) => [resourceVariable(code, '32GiB', 'MaxConcurrent'), String(most)]),
  );
  return {
    Info: {
      Hostname: name,
      IgnoreResources: false,
      Resources: { ...memory, Resources: resourcesFromEnvironment(environment) },
    },
    Enabled: true,
    MemUsedMin: 0,
    MemUsedMax: 0,
    GpuUsed: 0,
    CpuUse: 0,
    TaskCounts: {},
  };
}

function minerOf(farm) {
  const workers = farm.hosts.flatMap((host, index) => host.workers.map((worker) => [worker, index + 1]));
  const storage = desire(farm, TOKEN, new Map()).hosts.flatMap((host, index) =>
    host.workers.flatMap((worker) =>
      worker.storage.map(({ path, settings }) => [idOf(index + 1, path.at(-1)), settings]),
    ),
  );
  const job = (name, number) => {
    const Sector = { Miner: 1000, Number: number };
    const ID = { Sector, ID: `${name}-${number}` };
    return { ID, Sector, Task: task('PC1').rpc, RunWait: 0, Start: '2026-03-01T09:19:00Z', Hostname: name };
  };
  return {
    reached: true,
    workers: new Map(workers.map(([worker]) => [`session-${worker.name}`, statsOf(worker)])),
    jobs: new Map(
      workers
        .filter(([{ tasks }]) => tasks.includes('PC1'))
        .map(([{ name }]) => [`session-${name}`, Array.from({ length: JOBS }, (_, at) => job(name, at))]),
    ),
    sectors: new Map(),
    storage: new Map(
      storage.map(([ID, settings]) => [
        ID,
        { info: { ID, URLs: [], ...settings }, stat: { Max: settings.MaxStorage } },
      ]),
    ),
    locks: [],
  };
}
