import type { WrittenWorker } from '../config/written.gen.js';
import { canonicalIp, formatSocketAddress, isWildcard, parseEndpoint } from '../farm/address.js';
import { parseCpuSet } from '../farm/cpu-set.js';
import type { SocketAddress } from '../farm/farm.js';
import { present } from '../farm/present.js';
import { DEFAULT_BINARY, DEFAULT_PORT } from '../farm/worker.js';
import type { SectorSize } from '../lotus/sector-size.js';
import { isCount } from '../lotus/sensible.js';
import type { WorkerRun } from '../lotus/worker-run.js';
import type { FoundHost, FoundMachine, FoundWorker } from '../observed/found.js';
import { writtenAddress } from '../observed/listening.js';
import type { Told } from '../observed/unmanaged.js';
import type { Secret } from '../secret/secret.js';
import type { AboutFarm } from './imported.js';
import { readGpus } from './read-gpus.js';
import { readMulticore } from './read-multicore.js';
import { readResources, sizeOfVariables } from './read-resources.js';
import { readStorage } from './read-storage.js';
import { readTasks } from './read-tasks.js';
import { readVariables, runVariables } from './read-variables.js';
import { lost, type Report } from './report.js';
import { sizeText } from './size-text.js';
import { hostFolder } from './texts.js';

/** A running worker of which all is known that the file needs. */
export interface ReadableWorker {
  readonly worker: FoundWorker;
  readonly told: Told;
  readonly run: WorkerRun;
  /** Absolute, in its plainest form. */
  readonly repo: string;
}

export interface WorkerSurroundings {
  readonly found: FoundHost;
  /** Of the host, as the file will have it. */
  readonly address: string;
  readonly sectorSize: SectorSize | undefined;
  readonly index: AboutFarm['index'];
  readonly tokens: readonly Secret[];
}

/** Lotus's own, where no variable names a size either. */
const USUAL_SIZE: SectorSize = '32GiB';

/** The inverse of what `workerEnv` writes: the settings that make a worker do what this one does. */
export function readWorker(
  readable: ReadableWorker,
  around: WorkerSurroundings,
  report: Report,
): WrittenWorker {
  const { told, run, repo } = readable;
  const { machine, repos, places } = around.found;
  const environ = Object.fromEntries([...told.environ].map(([name, value]) => [name, value.reveal()]));
  const { gpus, env } = readGpus(environ, run, report);
  const size = around.sectorSize ?? sizeOfVariables(environ) ?? USUAL_SIZE;
  const storage = readStorage(
    { list: repos.get(repo)?.storageJson, open: readable.worker.paths, places, index: around.index },
    report,
  );
  const variables = {
    ...readVariables(told.environ, around.tokens, report),
    ...runVariables(run, report),
    ...env,
  };
  const { limits, resources } = readResources(environ, size, report);
  return present({
    listen: readListen(readable, around, report),
    binary: readBinary(readable.worker, told, machine, report),
    repo,
    tasks: readTasks(readable, report),
    limits,
    resources,
    gpus,
    cpus: readCpus(told.cpus, machine.cpus),
    numaNodes: readNodes(readable.worker.nodes, machine.nodes),
    memory: readMemory(readable.worker, machine),
    user: readUser(told, machine, report),
    tmpDir: readFolder('TMPDIR', temporaryOf(environ), told, report),
    parameterCache: readFolder(
      'FIL_PROOFS_PARAMETER_CACHE',
      environ['FIL_PROOFS_PARAMETER_CACHE'],
      told,
      report,
    ),
    parentCache: readFolder('FIL_PROOFS_PARENT_CACHE', environ['FIL_PROOFS_PARENT_CACHE'], told, report),
    multicoreSdr: readMulticore(environ, report),
    noSwap: run.noSwap ? true : undefined,
    parallelFetchLimit: readFetchLimit(run, report),
    env: Object.keys(variables).length === 0 ? undefined : variables,
    storage: storage.length === 0 ? undefined : [...storage],
  });
}

/** The address that Lotus wrote into the repo is the one it listens on, with the port that it was told. */
function readListen(
  { told: start, run, repo }: ReadableWorker,
  { found, address }: WorkerSurroundings,
  report: Report,
): string | undefined {
  const told = parseEndpoint(run.listen);
  const written = writtenAddress(found.repos.get(repo), start);
  const listens = [told, written].find((one) => one !== undefined && one.port === told?.port && isOneIp(one));
  const ip = canonicalIp(address);
  if (listens === undefined) {
    const port = told?.port ?? DEFAULT_PORT;
    report(
      lost(
        'where it listens is not known: it has not written its address yet',
        'Write `listen` with the address under which others reach it.',
      ),
    );
    return ip === undefined ? undefined : unusual({ host: ip, port }, ip);
  }
  return unusual(listens, ip);
}

/** One that the file can hold: no name, and not all addresses at once. */
function isOneIp(address: SocketAddress): boolean {
  return canonicalIp(address.host) !== undefined && !isWildcard(address);
}

/** The host's own address and the usual port need not be written. */
function unusual(listens: SocketAddress, ip: string | undefined): string | undefined {
  return listens.host === ip && listens.port === DEFAULT_PORT ? undefined : formatSocketAddress(listens);
}

/** By the name under which it was started, which may be a link; what an interpreter runs is found as a login finds it. */
function readBinary(
  worker: FoundWorker,
  told: Told,
  machine: FoundMachine,
  report: Report,
): string | undefined {
  const paths = [
    told.environ.get('SEALFARM_BINARY')?.reveal(),
    told.program,
    worker.exe,
    told.environ.get('_')?.reveal(),
    machine.program,
  ];
  const found = paths.find((path) => path !== undefined && /^\/(?:.*\/)?lotus-worker[^/]*$/.test(path));
  const binary = found === undefined ? undefined : hostFolder(found);
  if (binary === undefined)
    report(
      lost(
        'its program is not known: it was started by another one',
        'Write `binary` with the path of lotus-worker.',
      ),
    );
  return binary === DEFAULT_BINARY ? undefined : binary;
}

function readCpus(allowed: string | undefined, online: string | undefined): string | undefined {
  const [mine, all] = [allowed, online].map((text) => (text === undefined ? undefined : parseCpuSet(text)));
  if (allowed === undefined || mine === undefined || all === undefined) return undefined;
  return [...all].every((cpu) => mine.has(cpu)) ? undefined : allowed;
}

function readNodes(allowed: string | undefined, online: string | undefined): number[] | undefined {
  const nodes = readCpus(allowed, online);
  return nodes === undefined ? undefined : [...(parseCpuSet(nodes) ?? [])];
}

/** Only systemd can limit it again. */
function readMemory({ memory }: FoundWorker, { serviceManager }: FoundMachine): string | number | undefined {
  if (memory === undefined || !Number.isSafeInteger(memory) || serviceManager !== 'systemd') return undefined;
  return sizeText(memory);
}

function readUser({ user }: Told, machine: FoundMachine, report: Report): string | undefined {
  if (user === (machine.serviceManager === 'systemd' ? 'root' : machine.user)) return undefined;
  if (/^[A-Za-z_][A-Za-z0-9_-]{0,31}$/.test(user)) return user;
  report(lost('its user has no name that the file takes', 'Write `user` with a user of the host.'));
  return undefined;
}

function readFolder(
  name: string,
  text: string | undefined,
  { cwd }: Told,
  report: Report,
): string | undefined {
  if (text === undefined || text === '') return undefined;
  const folder = hostFolder(text, cwd);
  if (folder === undefined)
    report(lost(`${name} left out: it is no folder that the file can hold`, 'Write it by hand.'));
  return folder;
}

/** As Go and Rust have it. */
function temporaryOf({ TMPDIR }: Readonly<Record<string, string>>): string {
  return TMPDIR === undefined || TMPDIR === '' ? '/tmp' : TMPDIR;
}

/** 5 is Lotus's own. */
function readFetchLimit({ parallelFetchLimit: limit }: WorkerRun, report: Report): number | undefined {
  if (limit === 5) return undefined;
  if (isCount(limit)) return limit;
  report(
    lost(
      `its limit of ${limit} fetches at once is none that the file takes`,
      'Write `parallelFetchLimit` from 1.',
    ),
  );
  return undefined;
}
