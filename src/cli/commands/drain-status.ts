import { isNeededForProofs } from '../../apply/rest-decision.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../../diagnostic/result.js';
import { asResolved } from '../../drain/resolved.js';
import { drainSnapshot } from '../../drain/snapshot.js';
import { drainStep, type DrainDecision, type DrainGoal } from '../../drain/step.js';
import type { Farm } from '../../farm/farm.js';
import type { DrainIntent } from '../../host/manifest.js';
import { asDrained, intentsOf } from '../../observed/intents.js';
import type { Observation } from '../../observed/observed.js';
import type { FarmProbe } from '../../probe/observe-farm.js';
import { drainsJson, formatDrains, type DrainStatus } from '../../view/drains.js';
import { refusedDrains, unknownGroup } from '../drain-refusals.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { lookAtFarm } from '../on-farm.js';
import { resolveTargets, type TargetWorker } from '../targets.js';
import { Terminal, type GlobalOptions } from '../terminal.js';
import type { Workspace } from '../workspace.js';

export interface DrainStatusOptions extends GlobalOptions {
  readonly until: DrainGoal;
  readonly mode?: 'guide';
  readonly allowLast?: boolean;
  /** False with `--no-stop`. */
  readonly stop: boolean;
  /** Storage groups to which sectors would be let go. */
  readonly resolve?: readonly string[];
}

/** The drains that hold: who asked for them, and what is in their way. Those of all workers where no names are given. */
export function drainStatus(names: readonly string[], options: DrainStatusOptions): Promise<ExitCode> {
  return look(names, options, ({ observation }, targets) => {
    const intents = intentsOf(observation);
    // What a host remembers that cannot be reached, nobody can say.
    const drained = targets.filter(
      ({ host, worker }) => intents.has(worker.name) || observation.hosts.get(host.name)?.reached !== true,
    );
    return { observation, drained, goal: ({ until }: Partial<DrainIntent>) => until ?? 'empty' };
  });
}

/** What a drain of these workers would do, as things are now. Nothing is changed. */
export function drainPreview(names: readonly string[], options: DrainStatusOptions): Promise<ExitCode> {
  const { resolve = [] } = options;
  return look(names, options, ({ observation }, targets, farm) => {
    const workers = new Set(targets.map(({ worker }) => worker.name));
    const stray = unknownGroup(farm, observation, resolve);
    return {
      observation: asDrained(asResolved(observation, workers, resolve), workers),
      drained: targets,
      goal: () => (options.mode === 'guide' ? 'quiet' : options.until),
      ...(stray === undefined ? {} : { stray }),
      refused: refusedDrains(targets, observation, farm.rollout, options),
    };
  });
}

interface Asked {
  readonly observation: Observation;
  readonly drained: readonly TargetWorker[];
  readonly goal: (intent: Partial<DrainIntent>) => DrainGoal;
  /** A word of the command line that names nothing. */
  readonly stray?: Diagnostic;
  /** Why a drain would not be begun. */
  readonly refused?: readonly Diagnostic[];
}

function look(
  names: readonly string[],
  options: DrainStatusOptions,
  ask: (probe: FarmProbe, targets: readonly TargetWorker[], farm: Farm) => Asked,
): Promise<ExitCode> {
  const terminal = new Terminal(options);
  return lookAtFarm(options, terminal, async (workspace) => {
    const { farm } = workspace;
    const all = names.length === 0 ? farm.hosts.map(({ name }) => name) : names;
    const targets = resolveTargets(farm, all);
    if (!targets.ok) {
      terminal.diagnostics([targets.diagnostic]);
      return EXIT.usage;
    }
    const probe = await terminal.watching(farm.hosts.length, (emit) => workspace.lookAtHosts(emit));
    const asked = ask(probe, targets.value, farm);
    if (asked.stray !== undefined) {
      terminal.diagnostics([asked.stray]);
      return EXIT.usage;
    }
    if (asked.refused !== undefined && asked.refused.length > 0) {
      terminal.diagnostics(asked.refused);
      return EXIT.failed;
    }
    const decided = await statuses(workspace, intentsOf(probe.observation), asked);
    const untold = new Map(
      decided.flatMap(({ trouble }) => (trouble === undefined ? [] : [[trouble.message, trouble]])),
    );
    terminal.diagnostics([...untold.values()]);
    const drains = decided.map(({ drain }) => drain);
    const view = { style: terminal.style, width: terminal.width, now: new Date() };
    terminal.result(formatDrains(drains, view), drainsJson(farm.name, drains));
    return codeOf(drains);
  });
}

function codeOf(drains: readonly DrainStatus[]): ExitCode {
  if (drains.some(({ decision }) => decision?.verdict === 'never')) return EXIT.never;
  return drains.some(({ decision }) => decision === undefined) ? EXIT.partial : EXIT.done;
}

/** What is seen of a drain, and why its end is not. */
interface Decided {
  readonly drain: DrainStatus;
  readonly trouble?: Diagnostic;
}

function statuses(
  workspace: Workspace,
  intents: ReadonlyMap<string, DrainIntent>,
  { observation, drained, goal }: Asked,
): Promise<readonly Decided[]> {
  return Promise.all(
    drained.map(async ({ host, worker }): Promise<Decided> => {
      const seen = observation.hosts.get(host.name);
      const intent = intents.get(worker.name);
      const until = goal(intent ?? {});
      const common = {
        host: host.name,
        worker: worker.name,
        goal: until,
        ...(intent === undefined ? {} : { intent }),
      };
      if (seen?.reached !== true) return { drain: common };
      const runs = seen.workers.get(worker.name)?.process !== undefined;
      const decision = await decide(workspace, { host, worker }, observation, until);
      if (!decision.ok) return { drain: { ...common, runs }, trouble: decision.diagnostic };
      return { drain: { ...common, runs, decision: decision.value } };
    }),
  );
}

/** Fails as the look at the miner has, or with why nobody knows whether a proof is due. */
async function decide(
  workspace: Workspace,
  target: TargetWorker,
  observation: Observation,
  goal: DrainGoal,
): Promise<Result<DrainDecision>> {
  const { miner } = observation;
  if (!miner.reached) return failure(miner.diagnostic);
  const drained = { host: target.host.name, worker: target.worker.name };
  const { held } = drainSnapshot(drained, observation, miner, new Map());
  const states = await workspace.sectorStates(held.map(({ sector }) => sector));
  const snapshot = drainSnapshot(drained, observation, miner, states);
  const decision = drainStep(snapshot, goal, target.worker.tasks);
  if (decision.verdict !== 'done' || !isNeededForProofs(snapshot)) return success(decision);
  const due = await workspace.proofDue();
  if (!due.ok) return due;
  return success(
    due.value === undefined
      ? decision
      : drainStep({ ...snapshot, due: due.value }, goal, target.worker.tasks),
  );
}
