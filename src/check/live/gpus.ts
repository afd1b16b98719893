import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { defaultResources } from '../../lotus/resources.js';
import type { SectorSize } from '../../lotus/sector-size.js';
import type { Gpu, GpuFacts } from '../../observed/facts.js';
import { counted } from '../hardware/words.js';
import { placeOf, seenWorkers, someOf, type LiveCheck, type SeenWorker } from './context.js';

/** The GPUs a worker is declared to have, against those that Lotus, or where it does not run the driver, sees. */
export const missingGpus: LiveCheck = function* (context) {
  for (const seen of seenWorkers(context)) {
    if (seen.worker.gpus === 'none') continue;
    const gpus = seen.machine?.gpus;
    if (seen.registered !== undefined) {
      const inLotus = seen.registered.Info.Resources.GPUs?.length ?? 0;
      const unseen = inLotus === 0 && gpus?.driver === 'ok' && gpus.gpus.length > 0;
      if (unseen && usesGpus(seen, context.farm.sectorSize)) yield unseenByLotus(seen, gpus.gpus.length);
      else if (!unseen && inLotus < wantedGpus(seen)) yield fewerInLotus(seen, inLotus);
    } else if (gpus !== undefined) yield* missingInDriver(seen, gpus, context.farm.sectorSize);
  }
};

function usesGpus({ worker }: SeenWorker, size: SectorSize): boolean {
  return worker.tasks.some((code) => defaultResources(code, size).GPUUtilization > 0);
}

/** 0 where nobody said how many. */
function wantedGpus({ host, worker: { gpus } }: SeenWorker): number {
  if (typeof gpus === 'object') return gpus.length;
  return host.hardware?.gpus ?? (gpus === 'all' ? 1 : 0);
}

function unseenByLotus(seen: SeenWorker, count: number): Diagnostic {
  return {
    code: 'SF544',
    severity: 'warning',
    message: `nvidia-smi shows ${counted(count, 'GPU')}, and Lotus sees none`,
    place: placeOf(seen),
    help: 'Look for "getting gpu devices failed" in its log, and whether CUDA and OpenCL are installed for the user it runs as; then restart it.',
  };
}

function fewerInLotus(seen: SeenWorker, inLotus: number): Diagnostic {
  const message = `Lotus sees ${inLotus} of the ${counted(wantedGpus(seen), 'declared GPU')}`;
  const help =
    'Compare with `nvidia-smi -L` on the host; Lotus looks once, when the worker starts, so restart it when they are there.';
  return inLotus === 0
    ? { code: 'SF527', severity: 'error', message, place: placeOf(seen), help }
    : { code: 'SF527', severity: 'warning', message, place: placeOf(seen), help };
}

function* missingInDriver(
  seen: SeenWorker,
  { driver, gpus, onBus, module, why }: GpuFacts,
  size: SectorSize,
): Generator<Diagnostic> {
  const place = placeOf(seen);
  const wanted = wantedGpus(seen);
  // Where nobody declares any, those that the machine shows are meant.
  if (wanted === 0 && (driver === 'ok' || onBus === 0 || !usesGpus(seen, size))) return;
  const asked = wanted > 0 ? `${counted(wanted, 'GPU')} declared` : `${counted(onBus, 'GPU')} on the PCI bus`;
  const loaded = module ? '' : `, and the kernel has no driver loaded for the ${onBus} on its bus`;
  if (driver === 'absent') {
    yield {
      code: 'SF527',
      severity: typeof seen.worker.gpus === 'object' ? 'error' : 'warning',
      message: `${asked}, and there is no nvidia-smi${onBus > 0 ? loaded : ''}`,
      place,
      help: 'Install the NVIDIA driver. For GPUs of others start the worker and look again: Lotus says what it sees.',
    };
    return;
  }
  if (driver === 'failing') {
    yield {
      code: 'SF527',
      severity: 'error',
      message: `${asked}, and nvidia-smi fails${onBus > 0 ? loaded : ''}: ${why ?? ''}`,
      place,
      help: 'Mend the driver (after an update a reboot is usual), until `nvidia-smi -L` lists the GPUs.',
    };
    return;
  }
  const missing = missingOnes(seen, gpus);
  if (missing === undefined) return;
  yield {
    code: 'SF527',
    severity: gpus.length === 0 ? 'error' : 'warning',
    message: missing,
    place,
    help: 'Compare with `nvidia-smi -L` on the host, and correct `gpus` or look why a GPU is gone.',
  };
}

function missingOnes(seen: SeenWorker, gpus: readonly Gpu[]): string | undefined {
  const chosen = seen.worker.gpus;
  if (typeof chosen !== 'object') {
    const wanted = wantedGpus(seen);
    return gpus.length < wanted ? `${gpus.length} of ${counted(wanted, 'declared GPU')} there` : undefined;
  }
  const missing = chosen.filter((gpu) =>
    typeof gpu === 'number'
      ? // Without declared hardware the layout itself does not fit, and is said not to.
        seen.host.hardware !== undefined && !gpus.some(({ index }) => index === gpu)
      : !gpus.some(({ uuid }) => uuid.startsWith(gpu)),
  );
  return missing.length === 0 ? undefined : `not there: GPU ${someOf(missing.map(String))}`;
}
