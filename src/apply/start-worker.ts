import { stripVTControlCharacters } from 'node:util';
import { withoutTrailingSlash } from '../lotus/storage-json.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { WorkerLayout } from '../host/layout.js';
import { explainLog } from '../lotus/log-lines.js';
import { DECLARABLE_TASKS, task } from '../lotus/task.js';
import type { MinerObservation, ObservedProcess, ObservedWorker } from '../observed/observed.js';
import { starterWords } from '../observed/starter.js';
import { endWords } from '../observed/units.js';
import type { Expectation } from '../plan/plan.js';
import { waits, type ApplyContext } from './context.js';
import type { Target } from './live-changes.js';
import { runScript } from './run-script.js';
import { managerOf } from './service-manager.js';

/**
 * Starts a worker and waits until it is registered with the miner just as declared, or at all where nothing is expected.
 * A host that is away for a moment is waited for. Fails with SF602, SF603 or SF608, or with what kept the host from being reached.
 */
export async function startWorker(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  expect?: Expectation,
): Promise<Result<undefined>> {
  const started = await runStart(context, target, service);
  if (started.ok) return verifyStart(context, target, service, expect);
  if (AWAY.has(started.diagnostic.code)) return started;
  return withLog(context, target, service, started.diagnostic);
}

/** Its host is away, maybe for a moment only. */
const AWAY: ReadonlySet<string> = new Set(['SF404', 'SF405']);

/** A worker that was stopped just now shall not stay down since a connection broke: the script finds what is started already. */
async function runStart(
  context: ApplyContext,
  { host, worker }: Target,
  service: WorkerLayout,
): Promise<Result<string>> {
  const end = context.now().getTime() + context.times.patience;
  const script = managerOf(service).startScript(service);
  for (const wait of waits(context.times)) {
    const started = await runScript(context, { host, what: `start ${worker}` }, script);
    if (started.ok || !AWAY.has(started.diagnostic.code)) return started;
    if (context.signal.aborted || context.now().getTime() > end) return started;
    context.emit({ type: 'host-unreached', host, diagnostic: started.diagnostic });
    await context.sleep(wait);
  }
  throw new Error('waits end');
}

async function verifyStart(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  expect: Expectation | undefined,
): Promise<Result<undefined>> {
  const end = context.now().getTime() + context.times.start;
  for (const wait of waits(context.times)) {
    const { observation } = await context.observe([target.host]);
    const host = observation.hosts.get(target.host);
    if (host === undefined) return failure(notUp(target, ['host not observed']));
    if (!host.reached) {
      if (context.signal.aborted || context.now().getTime() > end) return failure(host.diagnostic);
      context.emit({ type: 'host-unreached', host: target.host, diagnostic: host.diagnostic });
      await context.sleep(wait);
      continue;
    }
    const worker = host.workers.get(target.worker) ?? host.departed?.get(target.worker);
    // A host that cannot say what runs says nothing of an end.
    const unknown = host.problems
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => message);
    const ended = unknown.length > 0 ? undefined : endOf(worker);
    const missing = ended !== undefined ? [ended] : stillMissing(worker, unknown, observation.miner, expect);
    if (missing.length === 0) return success(undefined);
    if (context.signal.aborted) return failure(notAwaited(target));
    if (ended !== undefined || context.now().getTime() > end)
      return withLog(context, target, service, notUp(target, missing));
    await context.sleep(wait);
  }
  throw new Error('waits end');
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
