import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { parseEnvFile } from '../../host/env-file.js';
import { workerLayout } from '../../host/layout.js';
import type { TaskResources } from '../../lotus/api.js';
import { readResourceVariable, resourceVariable } from '../../lotus/resource-env.js';
import { sealProofKey } from '../../lotus/resources.js';
import { LIMITABLE_TASKS, type SectorSize } from '../../lotus/sector-size.js';
import { task } from '../../lotus/task.js';
import { placeOf, seenWorkers, someOf, type LiveCheck, type SeenWorker } from './context.js';

/**
 * Variables of limits and resources that Lotus passes over or misreads, in the file and in the running process.
 * Their values are not shown: what is no number may be anything.
 */
export const variables: LiveCheck = function* (context) {
  for (const seen of seenWorkers(context)) {
    const environments = environmentsOf(seen);
    const names = new Set(environments.flatMap(({ entries }) => [...entries.keys()]));
    for (const name of [...names].sort()) {
      const holders = environments.flatMap(({ where, entries }) => {
        const text = entries.get(name);
        return text === undefined ? [] : [{ where, reading: readResourceVariable(name, text) }];
      });
      const ignored = holders.filter(({ reading }) => reading?.kind === 'ignored');
      const malformed = holders.filter(
        ({ reading }) => reading?.kind === 'read' && reading.value === undefined,
      );
      if (ignored.length > 0)
        yield ignoredVariable(
          seen,
          name,
          ignored.map(({ where }) => where),
        );
      if (name === PRODUCERS) yield* unreadProducers(seen, environments);
      if (malformed.length > 0)
        yield malformedVariable(
          seen,
          name,
          malformed.map(({ where }) => where),
        );
    }
  }
};

const PRODUCERS = 'FIL_PROOFS_MULTICORE_SDR_PRODUCERS';

/** The one number that Lotus does not take for 0. Lotus: storage/sealer/storiface/resources.go getSDRThreads */
function* unreadProducers(seen: SeenWorker, environments: readonly Environment[]): Generator<Diagnostic> {
  const where = environments
    .filter(({ entries }) => entries.get('FIL_PROOFS_USE_MULTICORE_SDR') === '1')
    .filter(({ entries }) => !/^[+-]?\d+$/.test(entries.get(PRODUCERS) ?? '0'))
    .map((one) => one.where);
  if (where.length === 0) return;
  yield {
    code: 'SF522',
    severity: 'error',
    message: `${PRODUCERS} is no number in ${where.join(' and ')}: Lotus cannot tell what the worker has, and does not register it`,
    place: placeOf(seen, workerLayout(seen.host, seen.worker).envFile),
    help: 'Declare `multicoreSdr: { producers: 3 }` and apply: the file is then written anew.',
  };
}

interface Environment {
  readonly where: string;
  readonly entries: ReadonlyMap<string, string>;
}

function environmentsOf({ observed }: SeenWorker): readonly Environment[] {
  const { envFile, process } = observed;
  const inFile =
    envFile.state === 'present' ? parseEnvFile(envFile.text.reveal()) : new Map<string, string>();
  const inProcess = [...(process?.environ ?? [])].map(([name, value]) => [name, value.reveal()] as const);
  return [
    { where: 'worker.env', entries: inFile },
    { where: 'the running process', entries: new Map(inProcess) },
  ];
}

function ignoredVariable(seen: SeenWorker, name: string, where: readonly string[]): Diagnostic {
  return {
    code: 'SF521',
    severity: 'warning',
    message: `Lotus ignores ${name} in ${where.join(' and ')}`,
    place: placeOf(seen, workerLayout(seen.host, seen.worker).envFile),
    help: rightName(name),
  };
}

function rightName(name: string): string {
  if (name.startsWith('PRU2_'))
    return 'The code of that task is PR2, not PRU2 as in the guide: declare `limits: { PR2: … }` and apply.';
  if (/^DC_\d/.test(name))
    return 'DataCid knows no sector size, so its name has none: declare `limits: { DC: … }` and apply.';
  return 'Correct the name by `lotus-worker resources --all`, or declare it under `limits` or `resources` and apply.';
}

function malformedVariable(seen: SeenWorker, name: string, where: readonly string[]): Diagnostic {
  const limit = name.endsWith('_MAX_CONCURRENT');
  return {
    code: 'SF522',
    severity: 'error',
    message: `${name} is no number in ${where.join(' and ')}: Lotus takes it for 0${limit ? ', which is no limit at all' : ''}`,
    place: placeOf(seen, workerLayout(seen.host, seen.worker).envFile),
    help: 'Declare the number under `limits` or `resources` and apply: the file is then written anew.',
  };
}

/** What the worker registered with, against what the file declares: Lotus reads it once, at the start. */
export const effectiveLimits: LiveCheck = function* (context) {
  for (const seen of seenWorkers(context)) {
    const differing = differingResources(seen, context.farm.sectorSize);
    if (differing.length === 0) continue;
    yield {
      code: 'SF536',
      severity: 'warning',
      message: `Lotus goes by other numbers than declared: ${someOf(differing)}`,
      place: placeOf(seen),
      help: 'Look at `sealfarm plan`: a restart may be pending. Where none is, compare with `lotus-worker resources --all` on the host.',
    };
  }
};

/** Of what the file leaves to Lotus, only that no limit is in effect: other defaults come with other versions. */
function differingResources({ worker, registered }: SeenWorker, size: SectorSize): readonly string[] {
  return LIMITABLE_TASKS.flatMap((code) => {
    const row = registered?.Info.Resources.Resources[task(code).rpc]?.[sealProofKey(size)];
    if (row === undefined) return [];
    const declared = { MaxConcurrent: worker.limits.get(code) ?? 0, ...worker.resources.get(code) };
    return (Object.keys(declared) as (keyof TaskResources)[])
      .filter((field) => row[field] !== declared[field])
      .map((field) => `${resourceVariable(code, size, field)} is ${row[field]}, not ${declared[field] ?? 0}`);
  });
}
