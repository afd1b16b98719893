import { success, type Result } from '../diagnostic/result.js';
import { drainSnapshot, type DrainSnapshot, type SectorStates } from '../drain/snapshot.js';
import { drainStep, type DrainDecision } from '../drain/step.js';
import type { Observation, ObservedMiner } from '../observed/observed.js';
import type { RestRequest } from './come-to-rest.js';
import type { ApplyContext } from './context.js';

/** What a look at a worker and the miner says of it, with the proof that is due where it is asked for proofs. */
export async function decide(
  context: ApplyContext,
  request: RestRequest,
  observation: Observation,
  miner: ObservedMiner,
): Promise<Result<DrainDecision>> {
  const none: SectorStates = new Map();
  const first = snapshotOf(request, observation, miner, none);
  const states =
    request.goal === 'quiet' ? none : await context.sectorStates(first.held.map(({ sector }) => sector));
  const snapshot = snapshotOf(request, observation, miner, states);
  const decision = drainStep(snapshot, request.goal, request.tasks);
  // Asking takes the node some seconds, and says nothing as long as all else is in the way.
  const asks = decision.verdict === 'done' && isNeededForProofs(snapshot) && request.despiteProofs !== true;
  const due = asks ? await context.proofDue?.() : undefined;
  if (due?.ok === false) return due;
  return success(
    due?.value === undefined
      ? decision
      : drainStep({ ...snapshot, due: due.value }, request.goal, request.tasks),
  );
}

/** Who computes WindowPoSt, and from whose long-term storage it is read. Lotus: storage/paths/remote.go GenerateSingleVanillaProof */
export function isNeededForProofs({ enabled, held }: DrainSnapshot): boolean {
  return enabled.has('WDP') || held.some(({ settled }) => settled === true);
}

export function snapshotOf(
  { host, worker, fresh }: RestRequest,
  observation: Observation,
  miner: ObservedMiner,
  states: SectorStates,
): DrainSnapshot {
  const snapshot = drainSnapshot({ host, worker }, observation, miner, states);
  return fresh === true ? { ...snapshot, unregistered: false } : snapshot;
}

/** States in which a sector's FIN and GET follow each other at once, with no job in between. Lotus: storage/pipeline/states_sealing.go */
const MOVING: ReadonlySet<string> = new Set(['CommitFinalize', 'FinalizeSector', 'FinalizeReplicaUpdate']);

/** Whether a job is likely to come in the next moment: a sector that lies here is on its way to long-term storage. */
export async function areMoving(
  context: ApplyContext,
  { host, worker, goal }: RestRequest,
  observation: Observation,
): Promise<boolean> {
  if (goal !== 'quiet' || !observation.miner.reached) return false;
  const { held } = drainSnapshot({ host, worker }, observation, observation.miner, new Map());
  const states = await context.sectorStates(held.map(({ sector }) => sector));
  return [...states.values()].some(({ state }) => MOVING.has(state));
}
