import type { Host } from '../farm/farm.js';
import { parseMinerAddress } from '../farm/miner-address.js';
import { workerLayout, type WorkerLayout } from '../host/layout.js';
import { taskByRpc } from '../lotus/task.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { departedFrom } from '../observed/departed.js';
import { keeperOf, keptBy } from '../observed/keeper.js';
import type { HostObservation, Unreached, WorkerLive } from '../observed/observed.js';
import { assembleHost, parseAnswer, type HostAnswer } from '../observed/parse-answer.js';
import { probeScript } from '../observed/probe-script.js';
import type { WorkerApi } from '../rpc/worker-api.js';
import { Secret } from '../secret/secret.js';
import type { Connections } from './connections.js';

export interface HostProbe {
  readonly observation: HostObservation;
  /** The running workers that can be called, by name. */
  readonly apis: ReadonlyMap<string, WorkerApi>;
}

/** One exec on the host, then the running workers' own words through the same connection. */
export async function observeHost(host: Host, connections: Connections): Promise<HostProbe> {
  const output = await connections.remote(host.name).exec(probeScript(host));
  if (!output.ok) return unreached(output.diagnostic);
  const answer = parseAnswer(host.name, output.value.stdout);
  if (!answer.ok) return unreached(answer.diagnostic);
  const kept = keptWorkers(host, answer.value);
  const running = kept.filter(({ files }) => keptBy(files, answer.value).process !== undefined);
  const apis = new Map(
    running.flatMap((worker) => {
      const api = workerApi(host, worker, answer.value, connections);
      return api === undefined ? [] : [[worker.name, api] as const];
    }),
  );
  const lives = await Promise.all(
    running.map(async ({ name }) => [name, await observeLive(host.name, name, apis.get(name))] as const),
  );
  const strangers = await answeringStrangers(host, kept, answer.value, connections);
  return { observation: assembleHost(host, answer.value, new Map(lives), strangers), apis };
}

interface KeptWorker {
  readonly name: string;
  readonly files: WorkerLayout;
}

/** The declared ones, and those of ours that the file names no more. */
function keptWorkers(host: Host, answer: HostAnswer): readonly KeptWorker[] {
  const declared = host.workers.map((worker) => ({ name: worker.name, files: workerLayout(host, worker) }));
  return [...declared, ...departedFrom(host, answer)];
}

/** Workers that nobody we know keeps, and that answer where their repo says: somebody else does. */
async function answeringStrangers(
  host: Host,
  kept: readonly KeptWorker[],
  answer: HostAnswer,
  connections: Connections,
): Promise<ReadonlySet<string>> {
  const isKept = ({ files }: KeptWorker): boolean => keeperOf(keptBy(files, answer)) !== undefined;
  // The repo of a renamed worker is that of its old name, under which we keep it.
  const ours = new Set(kept.filter(isKept).map(({ files }) => files.apiFile));
  const stopped = kept.filter((worker) => !isKept(worker) && !ours.has(worker.files.apiFile));
  const names = await Promise.all(
    stopped.map(async (worker) => {
      const session = await workerApi(host, worker, answer, connections)?.session();
      return session?.ok === true ? [worker.name] : [];
    }),
  );
  return new Set(names.flat());
}

function unreached(diagnostic: Diagnostic): HostProbe {
  return { observation: { reached: false, diagnostic }, apis: new Map() };
}

/** Lotus writes where it listens, and with which token, into the repo. */
function workerApi(
  host: Host,
  { name, files }: KeptWorker,
  answer: HostAnswer,
  connections: Connections,
): WorkerApi | undefined {
  const api = answer.files.get(files.apiFile);
  const token = answer.files.get(files.tokenFile);
  if (api?.state !== 'present' || token?.state !== 'present') return undefined;
  const parsed = parseMinerAddress(api.text.reveal().trim());
  if (!parsed.ok) return undefined;
  return connections.worker(host.name, name, parsed.address, new Secret(token.text.reveal().trim()));
}

async function observeLive(
  host: string,
  worker: string,
  api: WorkerApi | undefined,
): Promise<WorkerLive | Unreached> {
  if (api === undefined) return { reached: false, diagnostic: notListening(host, worker) };
  const [session, tasks, paths] = await Promise.all([api.session(), api.taskTypes(), api.paths()]);
  for (const answer of [session, tasks, paths]) {
    if (!answer.ok) return { reached: false, diagnostic: answer.diagnostic };
  }
  if (!session.ok || !tasks.ok || !paths.ok) throw new Error('a failed answer went unnoticed');
  const codes = tasks.value.flatMap((rpc) => taskByRpc(rpc)?.code ?? []);
  return { reached: true, session: session.value, tasks: new Set(codes), paths: paths.value };
}

function notListening(host: string, worker: string): Diagnostic {
  return {
    code: 'SF508',
    severity: 'warning',
    message: 'it has not written its address and token yet',
    place: { kind: 'host', host, worker },
    help: 'It listens only after it has reached the miner and has its parameters; its log tells.',
  };
}
