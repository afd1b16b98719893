import type { Host } from '../farm/farm.js';
import { parseEnvFile } from '../host/env-file.js';
import { hostLayout, workerLayout, type WorkerLayout } from '../host/layout.js';
import { parseManifest } from '../host/manifest.js';
import { withoutTrailingSlash } from '../lotus/storage-json.js';
import { keptBy } from './keeper.js';
import { FOREIGN, type DepartedWorker, type ObservedHost, type ObservedWorker } from './observed.js';
import type { HostAnswer } from './parse-answer.js';

/** As much of a worker that left the file as a host's answer tells of where it is. */
export interface Departed {
  readonly name: string;
  readonly files: WorkerLayout;
  readonly repo?: string;
  readonly listen?: string;
}

/** Only what the manifest names is ours: other folders beside those of our workers are let be. */
export function departedFrom(host: Host, answer: HostAnswer): readonly Departed[] {
  const manifest = answer.files.get(hostLayout(host.paths).manifest);
  const parsed = manifest?.state === 'present' ? parseManifest(manifest.text.reveal()) : undefined;
  if (parsed === undefined || 'problem' in parsed) return [];
  const declared = new Set(host.workers.map(({ name }) => name));
  return parsed.workers.filter((name) => !declared.has(name)).map((name) => departed(host, name, answer));
}

function departed(host: Host, name: string, answer: HostAnswer): Departed {
  const usual = workerLayout(host, { name, repo: `${host.paths.state}/workers/${name}` });
  const { process } = keptBy(usual, answer);
  const file = answer.files.get(usual.envFile);
  const written = file?.state === 'present' ? parseEnvFile(file.text.reveal()) : new Map<string, string>();
  // What runs goes by what it was started with.
  const value = (variable: string): string | undefined =>
    process?.environ.get(variable)?.reveal() ?? written.get(variable);
  const [repo, listen] = [value('LOTUS_WORKER_PATH'), value('LOTUS_WORKER_LISTEN')];
  const manager = process?.manager === FOREIGN ? undefined : process?.manager;
  const serviceManager = manager ?? (hasUnit(usual, answer) ? 'systemd' : 'process');
  const files =
    repo === undefined
      ? { ...usual, serviceManager }
      : workerLayout({ ...host, serviceManager }, { name, repo });
  return {
    name,
    files,
    ...(repo === undefined ? {} : { repo }),
    ...(listen === undefined ? {} : { listen }),
  };
}

function hasUnit({ unit }: WorkerLayout, { files, units, startedAtBoot }: HostAnswer): boolean {
  const dropIn = files.get(unit.dropIn)?.state ?? 'absent';
  return dropIn !== 'absent' || units.has(unit.name) || startedAtBoot.has(unit.name);
}

/** Its files as they are to be taken away: with the unit, too, that is left beside a plain process. */
export function toTakeAway({ files, dropIn, unit, startsAtBoot }: DepartedWorker): WorkerLayout {
  const isLeft = unit !== undefined || startsAtBoot === true || (dropIn?.state ?? 'absent') !== 'absent';
  return isLeft ? { ...files, serviceManager: 'systemd' } : files;
}

/** What the script did not come to look at is not taken for absent: there may be sectors. */
export function asDeparted(gone: Departed, observed: ObservedWorker, { files }: HostAnswer): DepartedWorker {
  const { name: _, ...where } = gone;
  if (gone.repo === undefined || files.has(gone.files.storageJson)) return { ...observed, ...where };
  return { ...observed, ...where, storageJson: { state: 'unreadable', why: 'it was not looked at' } };
}

/** Whichever of the host's workers has the name, in the file or not. */
export function workerOn(host: ObservedHost, name: string): ObservedWorker | undefined {
  return host.workers.get(name) ?? host.departed?.get(name);
}

/** Paths that a worker of the file has too, or its own list: whoever leaves hands them over as they are. */
export function handedOver(host: ObservedHost, name: string): ReadonlySet<string> {
  const leaving = host.workers.has(name) ? undefined : host.departed?.get(name);
  if (leaving === undefined) return new Set();
  return new Set([...host.workers.values()].flatMap(({ storage }) => [...storage.keys()]));
}

/** Without some of its paths. */
export function withoutPaths<W extends ObservedWorker>(worker: W, paths: ReadonlySet<string>): W {
  if (paths.size === 0) return worker;
  const storage = new Map([...worker.storage].filter(([path]) => !paths.has(path)));
  const { process } = worker;
  if (process?.live.reached !== true) return { ...worker, storage };
  const attached = process.live.paths.filter(({ LocalPath }) => !paths.has(withoutTrailingSlash(LocalPath)));
  return { ...worker, storage, process: { ...process, live: { ...process.live, paths: attached } } };
}
