import { announcedResources } from '../../capacity/announced.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import type { Farm } from '../../farm/farm.js';
import { admit, type Admission, IDLE } from '../../lotus/admission.js';
import type { WorkerResources } from '../../lotus/api.js';
import { defaultResources, sealProofKey } from '../../lotus/resources.js';
import { task, type TaskCode } from '../../lotus/task.js';
import { foundHardware } from '../../observed/found-hardware.js';
import { listed, sizeNeeded, sizeThere } from '../hardware/words.js';
import { placeOf, seenWorkers, type LiveCheck, type LiveContext, type SeenWorker } from './context.js';

type Refusal = Extract<Admission, { readonly admitted: false }>;

/** Lotus reads once, when a worker registers, what is in use besides, and takes it off what tasks may take. */
export const memoryInUse: LiveCheck = function* (context) {
  for (const seen of seenWorkers(context)) {
    const resources = seen.registered?.Info.Resources;
    const refused = resources === undefined ? [] : refusals(context, seen, resources);
    if (resources !== undefined && refused.length > 0) yield neverGiven(seen, resources, refused);
  }
};

interface Refused {
  readonly code: TaskCode;
  readonly refusal: Refusal;
}

/** The tasks that would fit the machine if nothing else used it: where they would not, the layout is at fault. */
function refusals(
  { farm, facts, observation }: LiveContext,
  { host, worker }: SeenWorker,
  resources: WorkerResources,
): readonly Refused[] {
  const machine = foundHardware(host, facts.get(host.name), observation);
  const announced = machine && announcedResources(farm, worker, machine);
  return worker.tasks.flatMap((code) => {
    const refusal = refusalOf(code, farm, resources);
    if (refusal?.scarce !== 'virtual-memory') return [];
    if (announced !== undefined && refusalOf(code, farm, announced) !== undefined) return [];
    return [{ code, refusal }];
  });
}

function refusalOf(code: TaskCode, { sectorSize }: Farm, resources: WorkerResources): Refusal | undefined {
  const need = resources.Resources[task(code).rpc]?.[sealProofKey(sectorSize)];
  const admission = admit({ code, need: need ?? defaultResources(code, sectorSize) }, resources, IDLE);
  return admission.admitted ? undefined : admission;
}

function neverGiven(
  seen: SeenWorker,
  { MemUsed, MemSwapUsed }: WorkerResources,
  refused: readonly Refused[],
): Diagnostic {
  const most = refused.reduce((one, other) => (other.refusal.needed > one.refusal.needed ? other : one));
  const { needed, available } = most.refusal;
  return {
    code: 'SF547',
    severity: 'error',
    message: `Lotus gives it no ${listed(refused.map(({ code }) => code))}: ${most.code} needs ${sizeNeeded(needed)} of RAM + swap, and when the worker registered ${sizeThere(MemUsed + MemSwapUsed)} were in use, which leaves ${sizeThere(available)}`,
    place: placeOf(seen),
    help: 'End what else uses the memory, or add swap; then restart the worker, for Lotus reads this only when it starts.',
  };
}
