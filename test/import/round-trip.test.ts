import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { DesiredWorker } from '../../src/desired/desired.js';
import { readFarm } from '../../src/farm/read-farm.js';
import { importFarm } from '../../src/import/import-farm.js';
import { lift } from '../../src/import/lift.js';
import { farmText } from '../../src/import/write-yaml.js';
import { resourcesFromEnvironment } from '../../src/lotus/resource-env.js';
import { sealProofKey } from '../../src/lotus/resources.js';
import { LIMITABLE_TASKS } from '../../src/lotus/sector-size.js';
import { settingChanges, settingsFrom } from '../../src/lotus/sectorstore.js';
import { task } from '../../src/lotus/task.js';
import { readWorkerRun } from '../../src/lotus/worker-run.js';
import { foreignDifferences, type Differences } from '../../src/plan/foreign-differences.js';
import { reveal } from '../../src/secret/secret.js';
import { TOKEN } from '../support/farm.js';
import { ABOUT, aFoundHost, type StartedWorker } from '../support/found-host.js';
import { unreached } from '../support/observation.js';
import { indexOf, inEffect } from './drawn-storage.js';
import { askedHosts, hosts, started, type Choice } from './starts.js';

/** Variables that say something in other words, or nothing, in the rendered environment. */
const SAID_OTHERWISE =
  /^(?:LOTUS_WORKER_|SEALFARM_|MINER_API_INFO|HOME$|LOTUS_MINER_PATH$)|_(?:MAX_CONCURRENT|MEMORY|GPU_UTILIZATION|MAX_PARALLELISM(?:_GPU)?)$/;
/** Of GPUs and of SDR `gpus` and `multicoreSdr` say all at once. */
const IMPLIED = ['NVIDIA_VISIBLE_DEVICES', 'FIL_PROOFS_MULTICORE_SDR_PRODUCERS', 'TMPDIR'];

function rowsOf(env: Readonly<Record<string, string>>): unknown {
  const table = resourcesFromEnvironment(env);
  return LIMITABLE_TASKS.map((code) => table[task(code).rpc]?.[sealProofKey('32GiB')]);
}

function othersOf(env: Readonly<Record<string, string>>): unknown {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !SAID_OTHERWISE.test(name) && !IMPLIED.includes(name)),
  );
}

function compare({ worker, chosen, host, index, wanted: rendered }: Imported): void {
  const env = Object.fromEntries(rendered.env.map(({ name, value }) => [name, reveal(value)]));
  const process = { ...worker.env };
  const run = readWorkerRun(worker.args ?? [], process);
  expect(readWorkerRun(['run'], env)).toEqual({
    ...run,
    name: run.name ?? `seal-${host}`,
    listen: `10.0.1.${host}:${3456 + index}`,
    // It plays no part once the repo is there.
    noLocalStorage: true,
  });
  expect(rowsOf(env)).toEqual(rowsOf(process));
  expect(othersOf(env)).toEqual(othersOf(process));
  expect(env['TMPDIR']).toBe(process['TMPDIR'] ?? '/tmp');
  expect(env['MINER_API_INFO']).toBe(`${TOKEN.reveal()}:${ABOUT.miner.api ?? ''}`);
  expect(env['SEALFARM_CPUS']).toBe(worker.cpus === '0-63' ? undefined : worker.cpus);
  expect(rendered.user ?? 'root').toBe(worker.user);
  const unit = rendered.dropIn ?? '';
  const exe = chosen.exe.includes(' ') ? `"${chosen.exe}"` : chosen.exe;
  expect(unit.split('\n')).toContain(`ExecStart=${exe} run`);
  expect(/^AllowedMemoryNodes=(.*)$/m.exec(unit)?.[1]).toBe(chosen.nodes === '1' ? '1' : undefined);
  expect(/^MemoryMax=(.*)$/m.exec(unit)?.[1]).toBe(chosen.memory?.toString());
  const paths = inEffect(chosen, index);
  expect(rendered.storage.map(({ path }) => path)).toEqual(paths.map(([path]) => path));
  for (const [at, [, settings]] of paths.entries()) {
    const wanted = rendered.storage[at];
    expect(settingChanges(settings, wanted?.settings ?? settingsFrom({}))).toEqual([]);
    expect(wanted?.mount).toBe(chosen.onRoot ? 'any' : 'required');
  }
}

describe('what is imported', () => {
  it('is rendered as it was found', () => {
    fc.assert(
      fc.property(hosts, (chosen) => {
        for (const one of imported(chosen)) compare(one);
      }),
      { numRuns: 500 },
    );
  }, 300_000);

  it('asks for no restart, however it was spelled', () => {
    fc.assert(
      fc.property(hosts, (chosen) => {
        const spelled = chosen.map((one) =>
          one.map((worker) => ({ ...worker, env: { ...worker.env, ...worker.spelled } })),
        );
        for (const { worker, host, index, wanted } of imported(spelled))
          expect(differences(worker, host, index, wanted).now).toEqual([]);
      }),
      { numRuns: 500 },
    );
  }, 300_000);
});

interface Imported {
  readonly worker: StartedWorker;
  readonly chosen: Choice;
  readonly host: number;
  readonly index: number;
  readonly wanted: DesiredWorker;
}

function imported(chosen: readonly (readonly Choice[])[]): readonly Imported[] {
  const workers = chosen.map((one, host) => one.map((worker, index) => started(worker, host + 1, index)));
  const { farm, comments } = importFarm(askedHosts(workers), { ...ABOUT, index: indexOf(chosen) });
  const text = farmText(lift(farm), comments);
  const read = readFarm(text, 'sealfarm.yaml');
  expect(read.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (read.farm === undefined) throw new Error(text);
  const rendered = desire(read.farm, TOKEN, new Map());
  return workers.flatMap((one, at) =>
    one.map((worker, index) => {
      const wanted = rendered.hosts[at]?.workers[index];
      const choice = chosen[at]?.[index];
      if (wanted === undefined || choice === undefined) throw new Error(text);
      return { worker, chosen: choice, host: at + 1, index, wanted };
    }),
  );
}

/** What the next plan would find of the worker as it runs. */
function differences(
  worker: StartedWorker,
  host: number,
  index: number,
  desired: DesiredWorker,
): Differences {
  const found = aFoundHost([worker], { hostname: `seal-${host}` }).workers[0]?.told;
  if (found === undefined) throw new Error('no worker');
  const told = {
    ...found,
    allCpus: '0-63',
    run: readWorkerRun(worker.args ?? [], { ...worker.env }),
    listens: `10.0.1.${host}:${3456 + index}`,
  };
  const process = { pid: 7, manager: 'foreign', environ: found.environ, told, live: unreached() } as const;
  return foreignDifferences({ desired, miner: unreached(), sealProof: 8 }, process, told);
}
