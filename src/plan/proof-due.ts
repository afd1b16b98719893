import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { DueDeadline } from '../lotus/proving.js';
import { liveOf } from '../observed/live.js';
import { sectorsOn } from '../observed/miner-state.js';
import type { MinerObservation, Observation, WorkerLive } from '../observed/observed.js';
import { steps, type Plan, type Turn } from './plan.js';

/** Turns of workers that compute WindowPoSt, or from whose long-term storage it is read: they wait until none is due. */
export function turnsOfProvers(
  plan: Pick<Plan, 'hosts' | 'waves'>,
  { hosts, miner }: Pick<Observation, 'hosts' | 'miner'>,
): readonly Turn[] {
  const turns = plan.waves.flatMap((wave) => wave.turns);
  const former = new Map(
    steps(plan).flatMap(({ action, worker = '' }) =>
      action.kind === 'restart' && action.from !== undefined ? [[worker, action.from.worker] as const] : [],
    ),
  );
  return turns.filter(({ host, worker }) => {
    const seen = hosts.get(host);
    if (seen?.reached !== true) return false;
    const name = former.get(worker) ?? worker;
    const live = liveOf((seen.workers.get(name) ?? seen.departed?.get(name))?.process);
    return live !== undefined && (live.tasks.has('WDP') || stores(live, miner));
  });
}

function stores({ paths }: WorkerLive, miner: MinerObservation): boolean {
  return paths.some(({ ID, CanStore }) => CanStore && sectorsOn(miner, [ID]).length > 0);
}

/** @param due with when it will be over, ISO 8601, where that can be foreseen */
export function proofDueNow(
  turns: readonly Pick<Turn, 'worker'>[],
  { index, isOpen, over }: Omit<DueDeadline, 'until'> & { readonly over?: string },
): Diagnostic {
  const names = turns.map(({ worker }) => worker);
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  const until = over === undefined ? '' : `, not before ${over.slice(0, 10)} ${over.slice(11, 16)} UTC`;
  return {
    code: 'SF563',
    severity: 'warning',
    message: `the WindowPoSt of deadline ${index} ${isOpen ? 'is due now' : 'will be due soon'}: ${names.slice(0, SHOWN).join(', ')}${more} ${names.length === 1 ? 'takes its' : 'take their'} turn when it is over${until}`,
    help: '`apply` waits for that; with --detach it leaves them to a later run.',
  };
}

/** Names in one message. */
const SHOWN = 5;
