import type { WrittenHost, WrittenWorker } from '../config/written.gen.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { HostPaths } from '../farm/farm.js';
import { DEFAULT_PATHS } from '../farm/host.js';
import { workerOfUnit } from '../host/systemd-unit.js';
import type { IdleRepo } from '../observed/found.js';
import { starterWords, type Starter } from '../observed/starter.js';
import type { AboutFarm, AskedHost, ImportedHost, ImportedWorker, ImportOf } from './imported.js';
import { readableWorkers, type WorkerToImport } from './readable-workers.js';
import { readName, type Taken } from './read-name.js';
import { pathsOf } from './read-storage.js';
import { readWorker } from './read-worker.js';
import { listed, lost, type Loss, type Report } from './report.js';

export interface HostReading {
  readonly host: ImportedHost;
  readonly diagnostics: readonly Diagnostic[];
}

/** What workers of one host are read against. */
interface Around {
  readonly asked: AskedHost;
  readonly about: AboutFarm;
  readonly taken: Taken;
  readonly known: ImportOf | undefined;
  /** Storage paths that a worker of the host has already. */
  readonly paths: Set<string>;
}

/** A host of the file, with each of its workers that can be read. @param known where a file has it already */
export function readHost(
  name: string,
  asked: AskedHost,
  about: AboutFarm,
  taken: Taken,
  known?: ImportOf,
): HostReading {
  const diagnostics: Diagnostic[] = [];
  const comments: string[] = [];
  const reportOfHost: Report = (loss) => {
    diagnostics.push({ ...loss, place: { kind: 'host', host: name } });
    comments.push(loss.message);
  };
  const readable = readableWorkers(asked, about.miner.only, known, reportOfHost);
  const around: Around = { asked, about, taken, known, paths: new Set() };
  const workers = readable.map((one) => {
    const { worker, losses } = importedWorker(one, around);
    for (const loss of losses)
      diagnostics.push({ ...loss, place: { kind: 'host', host: name, worker: worker.name } });
    return worker;
  });
  for (const idle of asked.found.idle)
    reportOfHost(idle.running === true ? unseenWorker(idle) : idleRepo(idle));
  return { host: { name, written: hostOf(asked), workers, comments }, diagnostics };
}

function importedWorker(
  one: WorkerToImport,
  { asked, about, taken, known, paths }: Around,
): { readonly worker: ImportedWorker; readonly losses: readonly Loss[] } {
  const notes: string[] = [];
  const losses: Loss[] = [];
  const report: Report = (loss) => {
    losses.push(loss);
    notes.push(loss.message);
  };
  const name = readName(one, asked, taken, known, report);
  if (one.ofOther !== undefined) report(one.ofOther);
  const { starter } = one.told;
  if (starter.kind === 'unit' && starter.directives !== undefined && workerOfUnit(starter.unit) === undefined)
    report(
      lost(
        `its unit ${starter.unit} says ${listed(starter.directives)}, which a unit of sealfarm does not`,
        'Put what is needed into a drop-in of your own for the unit of sealfarm.',
        'note',
      ),
    );
  const surroundings = {
    found: asked.found,
    address: asked.address,
    sectorSize: about.sectorSize,
    index: about.index,
    tokens: about.miner.secrets,
  };
  const written = withoutTaken(readWorker(one, surroundings, report), paths, report);
  const mode = asked.found.repos.get(one.repo)?.tokenMode ?? '600';
  if (!mode.endsWith('00')) losses.push(openToken(one.repo, mode));
  const worker = {
    name,
    written: withoutDefaults(name, written, known?.paths ?? about.paths ?? DEFAULT_PATHS),
    comments: [...starterComment(starter), ...notes],
  };
  return { worker, losses };
}

function hostOf({ address, ssh, found }: AskedHost): WrittenHost {
  return {
    address,
    ...(Object.keys(ssh).length === 0 ? {} : { ssh }),
    ...(found.machine.serviceManager === 'systemd' ? {} : { serviceManager: 'process' as const }),
  };
}

function idleRepo({ repo, unit, storageJson }: IdleRepo): Loss {
  const there = pathsOf(storageJson, () => undefined) ?? [];
  const of = unit === undefined ? '' : ` of ${unit}`;
  const gone = storageJson.state === 'absent' ? ', and has no storage.json' : '';
  const holding = there.length === 0 ? gone : `, and holds ${listed(there)}`;
  return {
    code: 'SF668',
    severity: 'note',
    message: `${repo}${of} is the repo of a worker that does not run${holding}`,
    help: 'Start it and import again, or declare it with `state: stopped`.',
  };
}

/** To start it would be to start a second one. */
function unseenWorker({ repo, unit = '' }: IdleRepo): Loss {
  return {
    code: 'SF663',
    severity: 'note',
    message: `the worker of ${repo} left out: ${unit} runs, and no process is seen with that repo`,
    help: 'Import as root or with `--sudo`: it may be a worker whose environment may not be read.',
  };
}

function withoutTaken(written: WrittenWorker, paths: Set<string>, report: Report): WrittenWorker {
  const { storage, ...rest } = written;
  const own = storage?.filter(({ path }) => {
    if (!paths.has(path)) return true;
    report({
      code: 'SF662',
      severity: 'warning',
      message: `${path} left out: another worker of this host has it too; an apply detaches it from this one once it is seen to be empty`,
      help: 'Give the path to one worker; the others fetch from it.',
    });
    return false;
  });
  for (const { path } of own ?? []) paths.add(path);
  return own === undefined || own.length === 0 ? rest : { ...rest, storage: own };
}

function withoutDefaults(
  name: string,
  { repo, tmpDir, ...rest }: WrittenWorker,
  { state }: HostPaths,
): WrittenWorker {
  const { listen, binary, ...more } = rest;
  return {
    ...(listen === undefined ? {} : { listen }),
    ...(binary === undefined ? {} : { binary }),
    ...(repo === undefined || repo === `${state}/workers/${name}` ? {} : { repo }),
    ...(tmpDir === undefined || tmpDir === `${state}/tmp/${name}` ? {} : { tmpDir }),
    ...more,
  };
}

function openToken(repo: string, mode: string): Loss {
  return {
    code: 'SF526',
    severity: 'warning',
    message: `${repo}/token has the mode ${mode}, so that others than its owner may use the miner's admin token`,
    help: `Run there: chmod 600 ${repo}/token`,
  };
}

/** Where the old starter is: after a reboot it starts the worker again. */
function starterComment(starter: Starter): readonly string[] {
  if (starter.kind !== 'unit') return [`started by ${starterWords(starter)}`];
  const { unit, file = unit, enabled, within } = starter;
  const inside = within === undefined ? '' : `, in ${within}`;
  return [`started by the unit ${file}${inside}${enabled ? '' : ', which is not enabled'}`];
}
