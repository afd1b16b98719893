import { stripVTControlCharacters } from 'node:util';
import { withoutTrailingSlash } from '../lotus/storage-json.js';
import { withHelp, type Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { WorkerLayout } from '../host/layout.js';
import { explainLog } from '../lotus/log-lines.js';
import { DECLARABLE_TASKS, task } from '../lotus/task.js';
import { workerOn } from '../observed/departed.js';
import { mayPass } from '../observed/miner-trouble.js';
import type { MinerObservation, Observation, ObservedProcess, ObservedWorker } from '../observed/observed.js';
import { starterWords } from '../observed/starter.js';
import { endWords } from '../observed/units.js';
import type { Expectation } from '../plan/plan.js';
import { waits, type ApplyContext } from './context.js';
import type { Target } from './live-changes.js';
import { runScript } from './run-script.js';
import { managerOf } from './service-manager.js';
import { AWAY, whileAway } from './while-away.js';

/**
 * Starts a worker and waits until it is registered with the miner just as declared, or at all where nothing is expected.
 * A host or a miner that is away for a moment is waited for. Fails with SF602, SF603 or SF608, or with what kept the host or the miner from being reached.
 */
export async function startWorker(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  expect?: Expectation,
): Promise<Result<undefined>> {
  const { host, worker } = target;
  const script = managerOf(service).startScript(service);
  // It finds what is started already.
  const started = await whileAway(context, host, () =>
    runScript(context, { host, what: `start ${worker}` }, script),
  );
  if (started.ok) return verifyStart(context, target, service, expect);
  if (AWAY.has(started.diagnostic.code))
    return failure(withHelp(started.diagnostic, `${worker} may be down: apply again.`));
  return withLog(context, target, service, started.diagnostic);
}

async function verifyStart(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  expect: Expectation | undefined,
): Promise<Result<undefined>> {
  const time = (): number => context.now().getTime();
  let end = time() + context.times.start;
  let lastSeen = time();
  for (const wait of waits(context.times)) {
    const before = time();
    const { observation } = await context.observe([target.host]);
    const seen = standingOf(observation, target, expect);
    if ('away' in seen) {
      const givenUp = context.signal.aborted || time() - lastSeen > context.times.patience;
      if (givenUp || !mayPass(seen.away))
        return failure(
          withHelp(seen.away, `${target.worker} was started: plan again to see whether it is up.`),
        );
      context.emit({ type: 'host-unreached', host: target.host, diagnostic: seen.away });
      await context.sleep(wait);
      // It waits for the miner as well, and that is no time of its own.
      end += time() - before;
      continue;
    }
    lastSeen = time();
    if (seen.missing.length === 0) return success(undefined);
    if (context.signal.aborted) return failure(notAwaited(target));
    if (seen.hasEnded || lastSeen > end)
      return withLog(context, target, service, notUp(target, seen.missing));
    await context.sleep(wait);
  }
  throw new Error('waits end');
}

/** How a started worker stands; nobody can tell while its host, or the miner, is away. */
type Standing =
  { readonly away: Diagnostic } | { readonly missing: readonly string[]; readonly hasEnded: boolean };

function standingOf(
  { hosts, miner }: Observation,
  target: Target,
  expect: Expectation | undefined,
): Standing {
  const host = hosts.get(target.host);
  if (host === undefined) return { missing: ['host not observed'], hasEnded: true };
  if (!host.reached) return { away: host.diagnostic };
  const worker = workerOn(host, target.worker);
  // A host that cannot say what runs says nothing of an end.
  const unknown = host.problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  const ended = unknown.length > 0 ? undefined : endOf(worker);
  if (ended !== undefined) return { missing: [ended], hasEnded: true };
  if (!miner.reached) return { away: miner.diagnostic };
  return { missing: stillMissing(worker, unknown, miner, expect), hasEnded: false };
}

/** How the process that was started ended; undefined while it runs. systemd may have started another one since. */
function endOf(worker: ObservedWorker | undefined): string | undefined {
  const { process, unit } = worker ?? {};
  if (process?.told !== undefined)
    return `its repo was taken again by another process, by ${starterWords(process.told.starter)}`;
  if (process?.manager === 'systemd' && unit !== undefined && unit.restarts > 0)
    return 'its process ended, and systemd started it again';
  if (process !== undefined) return undefined;
  return unit === undefined ? 'its process ended' : `its process ended ${endWords(unit)}`;
}

function stillMissing(
  worker: ObservedWorker | undefined,
  unknown: readonly string[],
  miner: MinerObservation,
  expect: Expectation | undefined,
): readonly string[] {
  return worker?.process === undefined || unknown.length > 0
    ? unknown
    : missingIn(worker.process, miner, expect);
}

/** What of the declared does not show yet, in words; nothing when the worker stands as it shall. */
export function missingIn(
  process: ObservedProcess,
  miner: MinerObservation,
  expect: Expectation | undefined,
): readonly string[] {
  const { live } = process;
  if (!live.reached) return [live.diagnostic.message];
  if (!miner.reached) return [miner.diagnostic.message];
  const registered = miner.workers.get(live.session);
  if (registered === undefined) return ['it is not registered with the miner'];
  if (expect === undefined) return [];
  const paths = new Set(live.paths.map(({ LocalPath }) => withoutTrailingSlash(LocalPath)));
  return [
    ...DECLARABLE_TASKS.filter(({ code }) => live.tasks.has(code) !== expect.tasks.includes(code)).map(
      ({ code }) => `${code} is ${live.tasks.has(code) ? 'on' : 'off'}`,
    ),
    ...expect.paths.filter((path) => !paths.has(path)).map((path) => `${path} is not attached`),
    ...[...expect.limits].flatMap(([code, most]) => {
      const effective =
        registered.Info.Resources.Resources[task(code).rpc]?.[expect.sealProof]?.MaxConcurrent ?? 0;
      return effective === most ? [] : [`the limit of ${code} is ${effective}, not ${most}`];
    }),
    ...missingGpus(registered.Info.Resources.GPUs?.length ?? 0, expect.gpus),
  ];
}

function missingGpus(seen: number, declared = 0): readonly string[] {
  return seen >= declared
    ? []
    : [`Lotus sees ${seen === 0 ? 'no GPU' : `${seen} of the GPUs`}, not ${declared}`];
}

function notUp({ host, worker }: Target, missing: readonly string[]): Diagnostic {
  return {
    code: 'SF603',
    severity: 'error',
    message: `${worker} did not come up as declared: ${missing.join('; ')}`,
    place: { kind: 'host', host, worker },
    help: 'Mend the cause and apply again.',
  };
}

function notAwaited({ host, worker }: Target): Diagnostic {
  return {
    code: 'SF608',
    severity: 'error',
    message: `interrupted: ${worker} was started, but it was not seen to register as declared`,
    place: { kind: 'host', host, worker },
    help: 'Plan again to see whether it did.',
  };
}

/** Lotus writes a line over the one before where it tries again and again. */
function asOnTerminal(line: string): string {
  return stripVTControlCharacters(line.split('\r').findLast((part) => part !== '') ?? '');
}

/** The worker's own last words say more than any guess; what is known of them is said in plain words, too. */
async function withLog(
  context: ApplyContext,
  { host }: Target,
  service: WorkerLayout,
  diagnostic: Diagnostic,
): Promise<Result<undefined>> {
  const tail = await context.remote(host).exec(managerOf(service).logScript(service));
  const lines = tail.ok ? context.redact(tail.value.stdout).trim().split('\n').map(asOnTerminal) : [];
  const last = lines.slice(-5).join('\n');
  const log = last.trim() === '' ? 'Its log is empty.' : `The end of its log:\n${last}`;
  const { message, help = '' } = diagnostic;
  const known = explainLog(lines);
  if (known === undefined) return failure({ ...diagnostic, help: `${help} ${log}`.trim() });
  return failure({ ...diagnostic, message: `${message}: ${known.meaning}`, help: `${known.remedy} ${log}` });
}
