import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApplyContext, ApplyTimes, Run } from '../apply/context.js';
import { proofDue, seldom } from '../apply/miner-moment.js';
import { desire, type Intents } from '../desired/desire.js';
import type { DesiredFarm } from '../desired/desired.js';
import { success, type Result } from '../diagnostic/result.js';
import { UNKNOWN_PACE } from '../drain/pace.js';
import type { DueProof, SectorStates } from '../drain/snapshot.js';
import type { Emit } from '../event/event.js';
import type { Farm } from '../farm/farm.js';
import { DEFAULT_RESTART } from '../farm/miner-restart.js';
import { redactor } from '../log/redact.js';
import { intentsOf, withRenamed } from '../observed/intents.js';
import type { Observation } from '../observed/observed.js';
import type { Adopting } from '../plan/adopt-rules.js';
import { makeDrift } from '../plan/drift.js';
import { planFarm } from '../plan/plan-farm.js';
import type { Part } from '../plan/part.js';
import { sealOf, type Seal } from '../plan/seal.js';
import type { Plan } from '../plan/plan.js';
import { waveNow } from '../plan/wave-now.js';
import type { Connections, Reach } from '../probe/connections.js';
import { observeFarm, type FarmProbe } from '../probe/observe-farm.js';
import type { MinerApi } from '../rpc/miner-api.js';
import { sectorStates } from '../rpc/sector-states.js';
import { observeMiner } from '../probe/observe-miner.js';
import { observeMinerMachine } from '../probe/observe-miner-machine.js';
import { withRoutes } from '../probe/observe-routes.js';
import { sharedLook } from '../probe/shared-look.js';
import { chosenWays } from '../remote/beyond-ssh2.js';
import type { AskPassphrase } from '../remote/key-ring.js';
import type { Remote } from '../remote/remote.js';
import type { Commit } from '../git/commit-of.js';
import type { Secret } from '../secret/secret.js';
import { DEFAULT_RULES, DEFAULT_TIMES } from './apply-defaults.js';
import { meetMiner, openMachines, type Machines } from './machines.js';
import { pastDurations } from './past-durations.js';
import { processState, thisProcess } from './this-process.js';
import { userName } from './user-name.js';

const NONE: ReadonlySet<string> = new Set();
const NOW = (): Date => new Date();

/** For what a workspace is opened. */
interface Asked {
  /** `apply`, `drain`, … */
  readonly command: string;
  /** Of the farm's file. */
  readonly commit?: Commit | undefined;
}

/** What of a command's surroundings may be otherwise than usual. */
export interface Surroundings {
  readonly reach?: Reach;
  readonly times?: ApplyTimes;
}

/** Everything a command needs to work on a live farm. Close it in the end. */
export class Workspace {
  readonly farm: Farm;
  readonly connections: Connections;
  readonly times: ApplyTimes;
  #token: Secret;
  /** All that were the miner's while this runs: none is to be shown. */
  readonly #tokens: Secret[];
  readonly #asked: Asked;
  readonly #run: Run;

  private constructor({ farm, connections }: Machines, token: Secret, asked: Asked, times: ApplyTimes) {
    this.farm = farm;
    this.times = times;
    this.#asked = asked;
    this.#run = { id: randomUUID(), command: asked.command, process: thisProcess() };
    this.#token = token;
    this.#tokens = [token];
    this.connections = connections;
  }

  /** Fails with SF3xx when the miner's token cannot be had. */
  static async open(
    farm: Farm,
    ask: AskPassphrase | undefined,
    asked: Asked,
    surroundings: Surroundings = {},
  ): Promise<Result<Workspace>> {
    const { reach, times = DEFAULT_TIMES } = surroundings;
    const machines = await openMachines(farm, ask, reach);
    const { token, connections } = machines;
    if (token.ok) return success(new Workspace(machines, token.value, asked, times));
    await connections.close();
    return token;
  }

  /** The miner's, as it was asked for last. */
  get token(): Secret {
    return this.#token;
  }

  /** Asks the miner on its host for the token that it gives now, and goes by that. Fails with SF3xx. */
  async askAgain(): Promise<Result<MinerApi>> {
    const { host } = this.farm.miner;
    if (host === undefined) throw new Error('a miner that is asked has a host');
    const { token } = await meetMiner(this.farm, this.connections, host.name);
    if (!token.ok) return token;
    this.#token = token.value;
    this.#tokens.push(token.value);
    return success(this.connections.miner);
  }

  close(): Promise<void> {
    return this.connections.close();
  }

  /** Hosts and the miner alone: for what asks neither for its machine nor for the way there. */
  async lookAtHosts(emit: Emit, leftOut: ReadonlySet<string> = NONE): Promise<FarmProbe> {
    const hosts = this.farm.hosts.filter(({ name }) => !leftOut.has(name));
    const { observation, apis } = await observeFarm(this.farm, this.connections, emit, hosts);
    return { apis, observation: { ...observation, at: Date.now() } };
  }

  /** @param leftOut hosts that are not asked */
  async look(emit: Emit, leftOut: ReadonlySet<string> = NONE): Promise<FarmProbe> {
    const [probe, minerMachine] = await Promise.all([
      this.lookAtHosts(emit, leftOut),
      this.#lookAtMinerMachine(leftOut),
    ]);
    const { observation, apis } = await withRoutes(probe, this.connections);
    const machine = minerMachine === undefined ? {} : { minerMachine };
    return { apis, observation: { ...observation, ...machine } };
  }

  async #lookAtMinerMachine(leftOut: ReadonlySet<string>): Promise<Observation['minerMachine']> {
    const { miner } = this.farm;
    if (miner.host === undefined || leftOut.has(miner.host.name)) return undefined;
    return observeMinerMachine(miner.host, miner, this.connections.remote(miner.host.name));
  }

  /** What the hosts shall hold; drains that people have asked for are in effect. */
  desired(intents: Intents): DesiredFarm {
    return desire(this.farm, this.#token, intents);
  }

  #desiredBy(observation: Observation): DesiredFarm {
    return this.desired(withRenamed(intentsOf(observation), this.farm));
  }

  plan(probe: FarmProbe, part?: Part, adopt?: Adopting): Plan {
    return this.#planned(probe, (desired) => planFarm(desired, probe.observation, part, adopt));
  }

  /** Only what no edit of the file asks for. */
  drift(probe: FarmProbe, part?: Part): Plan {
    return this.#planned(probe, (desired) => makeDrift(desired, probe.observation, part));
  }

  #planned({ observation }: FarmProbe, make: (desired: DesiredFarm) => Plan): Plan {
    const plan = make(this.#desiredBy(observation));
    const notes = plan.hosts.flatMap(({ host }) => this.connections.remote(host).notes());
    return { ...plan, diagnostics: [...plan.diagnostics, ...chosenWays(notes)] };
  }

  /** What the plan was made from and what it does. */
  seal(plan: Plan, { observation }: FarmProbe, salt: string): Seal {
    return sealOf(plan, this.desired(new Map()), observation, salt);
  }

  applyContext(
    probe: FarmProbe,
    emit: Emit,
    signal: AbortSignal,
    times: ApplyTimes,
    rules = DEFAULT_RULES,
  ): ApplyContext {
    const { connections, farm } = this;
    // Many workers may be waited for at once, each with a look of its own at its host.
    const lookAtMiner = sharedLook(() => observeMiner(connections.miner));
    const { commit } = this.#asked;
    const farmHosts = farm.hosts.map(({ name }) => name);
    const observe = (hosts: readonly string[]): Promise<FarmProbe> =>
      observeFarm(
        farm,
        connections,
        () => undefined,
        farm.hosts.filter(({ name }) => hosts.includes(name)),
        lookAtMiner,
      );
    return {
      who: who(),
      run: this.#run,
      ...(commit === undefined ? {} : { commit }),
      emit,
      signal,
      halt: signal,
      times,
      rules,
      pace: { seen: UNKNOWN_PACE },
      pastDurations: pastDurations(connections.miner),
      miner: connections.miner,
      apis: probe.apis,
      remote: (host) => connections.remote(host),
      farmHosts,
      observe,
      waveNow: async (wave) => {
        const { observation } = await observe(farmHosts);
        return waveNow(wave, this.#desiredBy(observation), observation);
      },
      sectorStates: (sectors) => this.sectorStates(sectors),
      now: NOW,
      sleep: (milliseconds) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
      newId: randomUUID,
      chance: Math.random,
      processState,
      redact: this.#redact,
      // Many workers may wait for the same proof.
      ...(farm.miner.host === undefined
        ? {}
        : {
            proofDue: seldom(
              sharedLook(() => this.proofDue()),
              NOW,
            ),
          }),
    };
  }

  /** What a host says may hold the token of a node, which nobody has told. */
  readonly #redact = (text: string): string => redactor(this.#tokens)(text);

  /** A WindowPoSt that is due; undefined, too, where the file does not name the miner's machine. Fails with SF586 and SF655. */
  proofDue(): Promise<Result<DueProof | undefined>> {
    const { connections, farm } = this;
    const { host, restart = DEFAULT_RESTART } = farm.miner;
    if (host === undefined) return Promise.resolve(success(undefined));
    const remote = (name: string): Remote => connections.remote(name);
    const asking = { miner: connections.miner, remote, redact: this.#redact, now: NOW };
    return proofDue(asking, host.name, farm.miner, restart.margin);
  }

  /** Where sectors (`s-t01000-7`) are in the pipeline. */
  sectorStates(sectors: readonly string[]): Promise<SectorStates> {
    return sectorStates(this.connections.miner, sectors);
  }
}

/** `alice@laptop` */
export function who(): string {
  return `${userName(userInfo, process.env, process.getuid?.())}@${hostname()}`;
}
