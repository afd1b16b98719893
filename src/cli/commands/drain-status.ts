import { isNeededForProofs } from '../../apply/rest-decision.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { drainSnapshot } from '../../drain/snapshot.js';
import { drainStep, type DrainDecision, type DrainGoal } from '../../drain/step.js';
import type { DrainIntent } from '../../host/manifest.js';
import { asDrained, intentsOf } from '../../observed/intents.js';
import type { Observation } from '../../observed/observed.js';
import type { FarmProbe } from '../../probe/observe-farm.js';
import { drainsJson, formatDrains, type DrainStatus } from '../../view/drains.js';
import { refusedDrains } from '../drain-refusals.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { lookAtFarm } from '../on-farm.js';
import { resolveTargets, type TargetWorker } from '../targets.js';
import { Terminal, type GlobalOptions } from '../terminal.js';
import type { Workspace } from '../workspace.js';

export interface DrainStatusOptions extends GlobalOptions {
  readonly until: DrainGoal;
  readonly mode?: 'guide';
  readonly allowLast?: boolean;
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
  return look(names, options, ({ observation }, targets) => ({
    observation: asDrained(observation, new Set(targets.map(({ worker }) => worker.name))),
    drained: targets,
    goal: () => (options.mode === 'guide' ? 'quiet' : options.until),
    refused: refusedDrains(targets, observation, options),
  }));
}

interface Asked {
  readonly observation: Observation;
  readonly drained: readonly TargetWorker[];
  readonly goal: (intent: Partial<DrainIntent>) => DrainGoal;
  /** Why a drain would not be begun. */
  readonly refused?: readonly Diagnostic[];
}

function look(
  names: readonly string[],
  options: DrainStatusOptions,
  ask: (probe: FarmProbe, targets: readonly TargetWorker[]) => Asked,
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
    const asked = ask(probe, targets.value);
    if (asked.refused !== undefined && asked.refused.length > 0) {
      terminal.diagnostics(asked.refused);
      return EXIT.failed;
    }
    const drains = await statuses(workspace, intentsOf(probe.observation), asked);
    const view = { style: terminal.style, width: terminal.width, now: new Date() };
    terminal.result(formatDrains(drains, view), drainsJson(farm.name, drains));
    return codeOf(drains);
  });
}

function codeOf(drains: readonly DrainStatus[]): ExitCode {
  if (drains.some(({ decision }) => decision?.verdict === 'never')) return EXIT.never;
  return drains.some(({ decision }) => decision === undefined) ? EXIT.partial : EXIT.done;
}

function statuses(
  workspace: Workspace,
  intents: ReadonlyMap<string, DrainIntent>,
  { observation, drained, goal }: Asked,
): Promise<readonly DrainStatus[]> {
  return Promise.all(
    drained.map(async ({ host, worker }): Promise<DrainStatus> => {
      const seen = observation.hosts.get(host.name);
      const intent = intents.get(worker.name);
      const until = goal(intent ?? {});
      const common = {
        host: host.name,
        worker: worker.name,
        goal: until,
        ...(intent === undefined ? {} : { intent }),
      };
      if (seen?.reached !== true) return common;
      const runs = seen.workers.get(worker.name)?.process !== undefined;
      const decision = await decide(workspace, worker, observation, until);
      return { ...common, runs, ...(decision === undefined ? {} : { decision }) };
    }),
  );
}

async function decide(
  workspace: Workspace,
  { name, tasks }: TargetWorker['worker'],
  observation: Observation,
  goal: DrainGoal,
): Promise<DrainDecision | undefined> {
  const { miner } = observation;
  if (!miner.reached) return undefined;
  const { held } = drainSnapshot(name, observation, miner, new Map());
  const states = await workspace.sectorStates(held.map(({ sector }) => sector));
  const snapshot = drainSnapshot(name, observation, miner, states);
  const decision = drainStep(snapshot, goal, tasks);
  if (decision.verdict !== 'done' || !isNeededForProofs(snapshot)) return decision;
  const due = await workspace.proofDue();
  return due.ok && due.value !== undefined
    ? drainStep({ ...snapshot, due: due.value }, goal, tasks)
    : decision;
}
