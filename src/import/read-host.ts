import type { WrittenHost, WrittenWorker } from '../config/written.gen.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { DEFAULT_PATHS } from '../farm/host.js';
import { isName } from '../farm/texts.js';
import { readWorkerRun } from '../lotus/worker-run.js';
import type { FoundWorker } from '../observed/found.js';
import { starterWords, type Starter } from '../observed/starter.js';
import type { AboutFarm, AskedHost, ImportedHost, ImportedWorker } from './imported.js';
import { pathsOf } from './read-storage.js';
import { readWorker, type ReadableWorker } from './read-worker.js';
import { listed, type Loss, type Report } from './report.js';

/** What has been given away, over the whole farm. */
export interface Taken {
  readonly names: Set<string>;
}

export interface HostReading {
  readonly host: ImportedHost;
  readonly diagnostics: readonly Diagnostic[];
}

/** A host of the file, with each of its workers that can be read. */
export function readHost(name: string, asked: AskedHost, about: AboutFarm, taken: Taken): HostReading {
  const diagnostics: Diagnostic[] = [];
  const comments: string[] = [];
  const say = (loss: Loss, worker?: string): void => {
    diagnostics.push({
      ...loss,
      place: { kind: 'host', host: name, ...(worker === undefined ? {} : { worker }) },
    });
  };
  const sayOfHost: Report = (loss) => {
    say(loss);
    comments.push(loss.message);
  };
  const readable = readableWorkers(asked, sayOfHost);
  const repos = new Set<string>();
  const paths = new Set<string>();
  const workers = readable.flatMap((one): ImportedWorker[] => {
    if (repos.has(one.repo)) {
      sayOfHost(leftOut(one.worker, `another worker has its repo ${one.repo}`));
      return [];
    }
    repos.add(one.repo);
    const notes: string[] = [];
    const losses: Loss[] = [];
    const report: Report = (loss) => {
      losses.push(loss);
      notes.push(loss.message);
    };
    const own = nameOf(one, asked, taken, report);
    const around = {
      found: asked.found,
      address: asked.address,
      sectorSize: about.sectorSize,
      tokens: about.miner.secrets,
    };
    const written = withoutDefaults(own, withoutTaken(readWorker(one, around, report), paths, report));
    const mode = asked.found.repos.get(one.repo)?.tokenMode ?? '600';
    if (!mode.endsWith('00')) losses.push(openToken(one.repo, mode));
    for (const loss of losses) say(loss, own);
    return [{ name: own, written, comments: [...starterComment(one.told.starter), ...notes] }];
  });
  for (const { repo, unit, storageJson } of asked.found.idle) {
    const there = pathsOf(storageJson, () => undefined);
    const of = unit === undefined ? '' : ` of ${unit}`;
    const holding = there.length === 0 ? '' : `, and holds ${listed(there)}`;
    sayOfHost({
      code: 'SF668',
      severity: 'note',
      message: `${repo}${of} is the repo of a worker that does not run${holding}`,
      help: 'Start it and import again, or declare it with `state: stopped`.',
    });
  }
  return { host: { name, written: hostOf(asked), workers, comments }, diagnostics };
}

function hostOf({ address, ssh, found }: AskedHost): WrittenHost {
  return {
    address,
    ...(Object.keys(ssh).length === 0 ? {} : { ssh }),
    ...(found.machine.serviceManager === 'systemd' ? {} : { serviceManager: 'process' as const }),
  };
}

function readableWorkers({ found }: AskedHost, report: Report): readonly ReadableWorker[] {
  return found.workers.flatMap((worker): ReadableWorker[] => {
    const { told, repo } = worker;
    if (told === undefined) report(leftOut(worker, `${found.machine.user} may not read its environment`));
    else if (told.starter.kind === 'container') report(leftOut(worker, 'it runs in a container'));
    else if (repo?.startsWith('/') !== true) report(leftOut(worker, 'its repo is not known'));
    else {
      const environ = Object.fromEntries([...told.environ].map(([key, value]) => [key, value.reveal()]));
      try {
        return [
          { worker, told, repo: repo.replace(/(?<=.)\/+$/, ''), run: readWorkerRun(told.args, environ) },
        ];
      } catch (error) {
        report(leftOut(worker, error instanceof Error ? error.message : String(error)));
      }
    }
    return [];
  });
}

function leftOut({ pid, repo }: FoundWorker, why: string): Loss {
  const which = repo === undefined ? `process ${pid}` : `the worker of ${repo} (process ${pid})`;
  return {
    code: 'SF663',
    severity: 'warning',
    message: `${which} left out: ${why}`,
    help: 'It stays as it is. `sealfarm explain SF663` says what can be done.',
  };
}

/** As Lotus knows it, where the file can have that. */
function nameOf(
  { run, told }: ReadableWorker,
  { found }: AskedHost,
  { names }: Taken,
  report: Report,
): string {
  const lotus = run.name ?? told.hostname;
  const fit = isName(lotus)
    ? lotus
    : lotus
        .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
        .replace(/^[^A-Za-z0-9]+/, '')
        .slice(0, 55);
  const base = fit === '' ? found.machine.hostname : fit;
  let name = base;
  for (let number = 2; names.has(name); number++) name = `${base}-${number}`;
  names.add(name);
  if (name !== lotus) {
    const why = isName(lotus)
      ? `another worker is called ${lotus} too`
      : 'Lotus has a name for it that the file cannot have';
    report({
      code: 'SF664',
      severity: 'warning',
      message: `it becomes ${name} at its next restart: ${why}`,
      help: 'Choose another name in the file, if you like.',
    });
  }
  return name;
}

function withoutTaken(written: WrittenWorker, paths: Set<string>, report: Report): WrittenWorker {
  const { storage, ...rest } = written;
  const own = storage?.filter(({ path }) => {
    if (!paths.has(path)) return true;
    report({
      code: 'SF662',
      severity: 'warning',
      message: `${path} left out: another worker of this host has it too`,
      help: 'Give the path to one worker; the others fetch from it.',
    });
    return false;
  });
  for (const { path } of own ?? []) paths.add(path);
  return own === undefined || own.length === 0 ? rest : { ...rest, storage: own };
}

function withoutDefaults(name: string, { repo, tmpDir, ...rest }: WrittenWorker): WrittenWorker {
  const { state } = DEFAULT_PATHS;
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
  const { unit, file = unit, enabled } = starter;
  return [`started by the unit ${file}${enabled ? '' : ', which is not enabled'}`];
}
