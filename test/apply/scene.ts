import type { ApplyContext, ApplyRules, Run } from '../../src/apply/context.js';
import { MANAGERS } from '../../src/apply/service-manager.js';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import { UNKNOWN_PACE } from '../../src/drain/pace.js';
import type { Event } from '../../src/event/event.js';
import type { Farm } from '../../src/farm/farm.js';
import { storageSettings } from '../../src/desired/desire.js';
import { hostLayout, workerLayout, type HostLayout, type WorkerLayout } from '../../src/host/layout.js';
import type { StorageStat } from '../../src/lotus/api.js';
import type { TaskCode } from '../../src/lotus/task.js';
import type {
  IndexedStorage,
  Observation,
  ObservedMiner,
  ObservedWorker,
  WorkerLive,
} from '../../src/observed/observed.js';
import type { Expectation } from '../../src/plan/plan.js';
import type { ExecOutput, Remote } from '../../src/remote/remote.js';
import type { MinerApi } from '../../src/rpc/miner-api.js';
import type { WorkerApi } from '../../src/rpc/worker-api.js';
import { aFarm, aHost, aStorage, aWorker, CANARY } from '../support/farm.js';
import {
  changeLive,
  changeMiner,
  changeWorker,
  indexed,
  inPlace,
  stopped,
  storageInfo,
} from '../support/observation.js';
import { fakeWorker } from './fake-worker.js';
import { notAsked } from './not-asked.js';

const NO_ROOM: StorageStat = { Capacity: 0, Available: 0, FSAvailable: 0, Reserved: 0, Max: 0, Used: 0 };

export const START = '2026-01-02T03:04:05.000Z';

const RUN: Run = {
  id: 'run-1',
  command: 'apply',
  process: { pid: 4711, machine: 'laptop' },
};

export function hostsWithOneWorker(count: number): Farm {
  const hosts = Array.from({ length: count }, (_, index) => index + 1).map((n) =>
    aHost({
      name: `host-${n}`,
      workers: [
        aWorker({
          name: `worker-${n}`,
          listen: { host: `10.0.0.1${n}`, port: 3456 },
          tasks: ['PC1', 'PC2'],
          storage: [aStorage({ path: `/mnt/seal-${n}` })],
        }),
      ],
    }),
  );
  return aFarm({ hosts });
}

/** How a batch begins, and its parts with what each is done after. */
const BATCH = "set -u\ngood=' '\n";
const PART = /^part_\d+\(\) \(\n([\s\S]*?)\n\)\nif all ([\d ]*); then$/gm;

/** With a path of the miner's own, to which finished sectors go. */
function withLongTerm(
  seen: Observation & { readonly miner: ObservedMiner },
): Observation & { readonly miner: ObservedMiner } {
  const settings = storageSettings(aStorage({ path: '/mnt/store', seal: false, store: true }));
  const info = storageInfo('long-term', settings, ['http://10.0.0.10:2345/remote']);
  return changeMiner(seen, { storage: new Map([...seen.miner.storage, [info.ID, indexed(info)]]) });
}

/**
 * A farm in memory that follows what is done to it. All calls are written down in `calls`, such as
 * `worker-1 disable PC1`, `host-1 stop worker-1`, `host-1 systemd stop worker-1`, `look host-1`, `sleep 1000`; time passes by sleeping alone.
 */
export class Scene {
  readonly calls: string[] = [];
  readonly events: Event[] = [];
  /** Lines of the journals on what came to an end, parsed. */
  readonly journal: unknown[] = [];
  /** Those on what began or waits. */
  readonly notes: unknown[] = [];
  /** What other scripts were run, whole. */
  readonly scripts: string[] = [];
  /** Calls that fail, by the call. */
  readonly failing = new Map<string, Diagnostic>();
  /** What scripts answer other than success, by the call. */
  readonly outputs = new Map<string, Partial<ExecOutput>>();
  readonly states = new Map<string, string>();
  readonly interrupt = new AbortController();
  readonly context: ApplyContext;
  observation: Observation & { readonly miner: ObservedMiner };
  /** Called right before a call takes effect, with how often it has come, 1 the first time. */
  before: (call: string, nth: number) => void = () => undefined;
  readonly #full: Observation;
  #time = Date.parse(START);

  constructor(
    readonly farm: Farm = hostsWithOneWorker(2),
    rules: Partial<ApplyRules> = {},
  ) {
    this.observation = withLongTerm(inPlace(farm));
    this.#full = this.observation;
    this.context = {
      who: 'alice@laptop',
      run: RUN,
      emit: (event) => this.events.push(event),
      miner: this.#miner(),
      apis: new Map(this.#workers().map(({ name }) => [name, this.api(name)])),
      times: {
        quiet: 60_000,
        start: 10_000,
        settle: 10_000,
        patience: 5000,
        certainty: 2000,
        poll: 1000,
        longestPoll: 2000,
      },
      signal: this.interrupt.signal,
      halt: this.interrupt.signal,
      pace: { seen: UNKNOWN_PACE },
      pastDurations: () => Promise.resolve(new Map()),
      rules: { parallelism: 4, detach: false, force: new Set(), ...rules },
      remote: (host) => this.#remote(host),
      farmHosts: farm.hosts.map(({ name }) => name),
      observe: (hosts) => Promise.resolve(this.#look(hosts)),
      waveNow: (wave) => Promise.resolve({ waves: [wave], heldBack: [] }),
      sectorStates: (sectors) =>
        Promise.resolve(
          new Map(
            [...this.states]
              .filter(([name]) => sectors.includes(name))
              .map(([name, state]) => [name, { state }]),
          ),
        ),
      now: () => new Date(this.#time),
      sleep: (milliseconds) => {
        this.#note(`sleep ${milliseconds}`);
        this.#time += milliseconds;
        return Promise.resolve();
      },
      newId: () => 'new-id',
      chance: () => 0.5,
      processState: ({ pid }) => (pid === RUN.process.pid ? 'runs' : 'unknown'),
      redact: (text) => text.replaceAll(CANARY, '(secret)'),
    };
  }

  /** Milliseconds since the start. */
  get passed(): number {
    return this.#time - Date.parse(START);
  }

  /** The calls that change something. */
  get changes(): readonly string[] {
    return this.calls.filter(
      (call) => !/^(sleep|look|miner) | (note|read journal|read versions|look at lock)$/.test(call),
    );
  }

  layout(worker: string): WorkerLayout {
    const found = this.#workers().find(({ name }) => name === worker);
    if (found === undefined) throw new Error(`no worker ${worker}`);
    return found.layout;
  }

  homeOf(host: string): HostLayout {
    const found = this.farm.hosts.find(({ name }) => name === host);
    if (found === undefined) throw new Error(`no host ${host}`);
    return hostLayout(found.paths);
  }

  expectation(worker: string, overrides: Partial<Expectation> = {}): Expectation {
    const found = this.farm.hosts.flatMap(({ workers }) => workers).find(({ name }) => name === worker);
    if (found === undefined) throw new Error(`no worker ${worker}`);
    const paths = found.storage.map(({ path }) => path);
    return { tasks: found.tasks, paths, limits: new Map(), sealProof: 8, ...overrides };
  }

  change(worker: string, change: (before: ObservedWorker) => ObservedWorker): void {
    this.observation = changeWorker(this.observation, worker, change);
  }

  changeLive(worker: string, change: (before: WorkerLive) => Partial<WorkerLive>): void {
    this.change(
      worker,
      changeLive((live) => ({ ...live, ...change(live) })),
    );
  }

  changeMiner(change: Partial<ObservedMiner>): void {
    this.observation = changeMiner(this.observation, change);
  }

  tasksOf(worker: string): readonly TaskCode[] {
    return [...(this.live(worker)?.tasks ?? [])].sort();
  }

  live(worker: string): WorkerLive | undefined {
    const seen = [...this.observation.hosts.values()].flatMap(
      (host) => (host.reached && host.workers.get(worker)) || [],
    );
    const live = seen[0]?.process?.live;
    return live?.reached === true ? live : undefined;
  }

  /** Writes a call down; it fails or takes effect. */
  call<T>(call: string, value: T, effect: () => void = () => undefined): Promise<Result<T>> {
    this.#note(call);
    const diagnostic = this.failing.get(call);
    if (diagnostic !== undefined) return Promise.resolve(failure(diagnostic));
    effect();
    return Promise.resolve(success(value));
  }

  api(worker: string): WorkerApi {
    return fakeWorker(this, worker);
  }

  #workers() {
    return this.farm.hosts.flatMap((host) =>
      host.workers.map((worker) => ({
        host: host.name,
        name: worker.name,
        layout: workerLayout(host, worker),
      })),
    );
  }

  #note(call: string): void {
    this.calls.push(call);
    this.before(call, this.calls.filter((other) => other === call).length);
  }

  #look(hosts: readonly string[]) {
    this.#note(`look ${hosts.join(' ')}`);
    const seen = [...this.observation.hosts].filter(([name]) => hosts.includes(name));
    const apis = this.#workers().filter(
      ({ host, name }) => hosts.includes(host) && this.live(name) !== undefined,
    );
    return {
      observation: { ...this.observation, hosts: new Map(seen) },
      apis: new Map(apis.map(({ name }) => [name, this.api(name)])),
    };
  }

  #miner(): MinerApi {
    const seen = (): ObservedMiner => this.observation.miner;
    const known = (id: string): IndexedStorage => {
      const known = seen().storage.get(id);
      if (known === undefined) throw new Error(`no storage ${id}`);
      return known;
    };
    const asked = <T>(call: string, read: () => T): Promise<Result<T>> => {
      this.#note(`miner ${call}`);
      const diagnostic = this.failing.get(`miner ${call}`);
      return Promise.resolve(diagnostic === undefined ? success(read()) : failure(diagnostic));
    };
    return {
      ...notAsked(['version', 'actorAddress', 'actorSectorSize', 'sectorsSummary', 'sectorsStatus']),
      ...notAsked(['storageGetLocks']),
      workerStats: () => asked('workers', () => Object.fromEntries(seen().workers)),
      workerJobs: () => asked('jobs', () => Object.fromEntries(seen().jobs)),
      storageList: () => asked('sectors', () => Object.fromEntries(seen().sectors)),
      storageInfo: (id) => asked(`storage ${id}`, () => known(id).info),
      storageStat: (id) => asked(`stat ${id}`, () => known(id).stat ?? NO_ROOM),
      storageAttach: (info, stat) =>
        this.call(`settings of ${info.ID}`, undefined, () => {
          this.changeMiner({ storage: new Map(seen().storage).set(info.ID, { info, stat }) });
        }),
    };
  }

  #remote(host: string): Remote {
    const { stream, dial, notes, close, isOpen } = notAsked(['stream', 'dial', 'notes', 'close', 'isOpen']);
    return { host, stream, dial, notes, close, isOpen, exec: (script) => this.#exec(host, script) };
  }

  async #exec(host: string, sent: string): Promise<Result<ExecOutput>> {
    // Who sent it goes before each script that may change a file.
    const script = sent.replace(/^by='[^']*'; /, '');
    return script.startsWith(BATCH) ? this.#batch(host, script) : this.#single(host, script);
  }

  /** Part by part, as a shell does; each is a call of its own. */
  async #batch(host: string, script: string): Promise<Result<ExecOutput>> {
    const parts = [...script.matchAll(PART)].map(([, part = '', after = '']) => ({ part, after }));
    const good = new Set<string>();
    let stdout = '';
    for (const [place, { part, after }] of parts.entries()) {
      if (!after.split(' ').every((before) => before === '' || good.has(before))) continue;
      const output = await this.#single(host, part);
      if (!output.ok) return output;
      const { status, stderr } = output.value;
      if (status === 0) good.add(String(place));
      stdout += `${place} ${status} ${Buffer.from(stderr).toString('base64')}\n`;
    }
    return success({ status: 0, stdout, stderr: '' });
  }

  #single(host: string, script: string): Promise<Result<ExecOutput>> {
    const { what, effect, says = '' } = this.#meaning(host, script);
    const output = { status: 0, stdout: says, stderr: '', ...this.outputs.get(`${host} ${what}`) };
    return this.call(`${host} ${what}`, output, output.status === 0 ? effect : undefined);
  }

  #meaning(host: string, script: string): { what: string; says?: string; effect?: () => void } {
    for (const { name, layout } of this.#workers().filter((worker) => worker.host === host)) {
      const start = (): void => {
        this.#start(name);
      };
      const stop = (): void => {
        this.change(name, stopped);
      };
      for (const [manager, prefix] of [
        [MANAGERS.process, ''],
        [MANAGERS.systemd, 'systemd '],
      ] as const) {
        if (script === manager.startScript(layout)) return { what: `${prefix}start ${name}`, effect: start };
        if (script === manager.stopScript(layout)) return { what: `${prefix}stop ${name}`, effect: stop };
        if (script === manager.forgetScript(layout)) return { what: `${prefix}forget ${name}` };
        if (script === manager.removeScript(layout)) return { what: `${prefix}remove ${name}` };
        if (script === manager.logScript(layout)) return { what: `${prefix}log ${name}` };
      }
    }
    const line = /^append '(.*)'$/m.exec(script)?.[1];
    if (line !== undefined) {
      const entry = JSON.parse(line.replaceAll(`'\\''`, `'`)) as { readonly outcome?: string };
      const isEnd = entry.outcome !== 'begun' && entry.outcome !== 'waiting';
      const effect = (): void => void (isEnd ? this.journal : this.notes).push(entry);
      return { what: isEnd ? 'journal' : 'note', effect };
    }
    if (script.startsWith('journal=')) return { what: 'read journal' };
    if (script.startsWith('version() {')) return { what: 'read versions' };
    if (script.startsWith('lock=') && !script.includes('rm -f'))
      return { what: 'look at lock', says: `b 1\n${JSON.stringify({ run: this.context.run.id })}\n` };
    if (script.includes('/lock')) return { what: script.includes('mkdir') ? 'lock' : 'unlock' };
    this.scripts.push(script);
    return { what: `script ${/target='([^']*)'/.exec(script)?.[1] ?? script}` };
  }

  /** It comes up as the farm declares it. */
  #start(worker: string): void {
    for (const host of this.#full.hosts.values()) {
      const declared = host.reached ? host.workers.get(worker) : undefined;
      if (declared !== undefined) this.change(worker, () => declared);
    }
  }
}
