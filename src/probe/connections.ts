import type { Duplex } from 'node:stream';
import pLimit from 'p-limit';
import type { DiagnosticCode } from '../diagnostic/codes.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Failure, type Result } from '../diagnostic/result.js';
import type { Farm, Host } from '../farm/farm.js';
import type { SocketAddress } from '../farm/farm.js';
import { connect } from '../remote/connect.js';
import type { OperatorContext } from '../remote/context.js';
import { JumpPool } from '../remote/jump-pool.js';
import { OperatorFiles } from '../remote/operator-files.js';
import { SshAnswers } from '../remote/ssh-answers.js';
import type { Remote } from '../remote/remote.js';
import { createLotusClient } from '../rpc/lotus-client.js';
import { createMinerApi, type MinerApi } from '../rpc/miner-api.js';
import { createWorkerApi, type WorkerApi } from '../rpc/worker-api.js';
import { Secret } from '../secret/secret.js';
import { RenewingRemote } from './renewing-remote.js';

/** More handshakes at a time than this end later, not sooner. */
const CONNECTING_AT_ONCE = 32;

/** How hosts and Lotus are reached, where that is not as usual. */
export interface Reach {
  readonly connect?: typeof connect;
  /** How long one call to Lotus may take. Milliseconds. */
  readonly callTimeoutMs?: number;
}

/** All connections of one command: one for each host, opened when first needed. */
export class Connections {
  #miner: MinerApi;
  #minerAddress: SocketAddress;
  readonly #jumps = new JumpPool();
  readonly #remotes: ReadonlyMap<string, Remote>;
  readonly #callTimeout: { readonly timeoutMs?: number };
  #minerHost: Remote | undefined;

  /** @param token of the miner; where it cannot be had, only the miner cannot be asked */
  constructor(farm: Farm, token: Result<Secret>, context: OperatorContext, reach: Reach = {}) {
    const { connect: reachHost = connect, callTimeoutMs } = reach;
    this.#callTimeout = callTimeoutMs === undefined ? {} : { timeoutMs: callTimeoutMs };
    const limit = pLimit(CONNECTING_AT_ONCE);
    const shared = { jumps: this.#jumps, answers: new SshAnswers(), files: new OperatorFiles() };
    const open = (host: Host) => (): Promise<Result<Remote>> =>
      limit(() => reachHost(host, { ...context, ...shared }));
    this.#remotes = new Map(
      machinesOf(farm).map((host) => [host.name, new RenewingRemote(host.name, open(host))]),
    );
    this.#minerAddress = farm.miner.address;
    this.#miner = this.#minerApi(token);
  }

  get miner(): MinerApi {
    return this.#miner;
  }

  /** From now on the miner is asked there, with this token: as it was told on its own host. */
  meetMiner(address: SocketAddress, token: Result<Secret>): void {
    this.#minerAddress = address;
    this.#miner = this.#minerApi(token);
  }

  /** The miner, asked with another token than the one that is known to be its own. */
  minerWith(token: Secret): MinerApi {
    return this.#minerApi(success(token));
  }

  remote(host: string): Remote {
    const remote = this.#remotes.get(host);
    if (remote === undefined) throw new Error(`no host ${host}`);
    return remote;
  }

  /** The API of a worker on a host, by the address and token that Lotus wrote into its repo. */
  worker(host: string, name: string, address: SocketAddress, token: Secret): WorkerApi {
    return createWorkerApi(
      createLotusClient({
        dial: () => this.remote(host).dial(address.host, address.port),
        token,
        name: `${name} on ${host}`,
        place: { kind: 'host', host, worker: name },
        ...this.#callTimeout,
      }),
    );
  }

  /** Why this host gets no connection to the miner; what keeps it from trying is no answer to that. */
  async noWayToMiner(host: string): Promise<Diagnostic | undefined> {
    const { host: address, port } = this.#minerAddress;
    const dialled = await this.remote(host).dial(address, port);
    if (dialled.ok) dialled.value.destroy();
    return dialled.ok || !TOLD.includes(dialled.diagnostic.code) ? undefined : dialled.diagnostic;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#remotes.values()].map((remote) => remote.close()));
    await this.#jumps.close();
  }

  #minerApi(token: Result<Secret>): MinerApi {
    const address = this.#minerAddress;
    return createMinerApi(
      createLotusClient({
        dial: () => (token.ok ? this.#dialMiner(address) : Promise.resolve(token)),
        // Never sent: without a token nothing is dialled.
        token: token.ok ? token.value : new Secret('none'),
        name: 'the miner',
        ...this.#callTimeout,
      }),
    );
  }

  /** The operator's machine needs no route to the miner: the first host that can reach it does. */
  async #dialMiner({ host, port }: SocketAddress): Promise<Result<Duplex>> {
    let failed = failure(noHost());
    const others = [...this.#remotes.values()].filter((remote) => remote !== this.#minerHost);
    for (const remote of this.#minerHost === undefined ? others : [this.#minerHost, ...others]) {
      const dialled = await remote.dial(host, port);
      if (dialled.ok) {
        this.#minerHost = remote;
        return dialled;
      }
      if (tellsMore(dialled, failed)) failed = dialled;
    }
    return failed;
  }
}

/** The hosts of the farm, and the miner's where that is none of them: through it the miner is dialled last. */
export function machinesOf({ hosts, miner }: Pick<Farm, 'hosts' | 'miner'>): readonly Host[] {
  const { host } = miner;
  return host === undefined || hosts.some(({ name }) => name === host.name) ? hosts : [...hosts, host];
}

/** No way there, and refused. */
const TOLD: readonly DiagnosticCode[] = ['SF419', 'SF407'];

/** What a host was told where it dialled says more of the miner than that another host is out of reach itself. */
function tellsMore(next: Failure, before: Failure): boolean {
  const worth = ({ diagnostic }: Failure): number => TOLD.indexOf(diagnostic.code);
  return worth(next) >= worth(before);
}

function noHost(): { code: 'SF511'; severity: 'error'; message: string; help: string } {
  return {
    code: 'SF511',
    severity: 'error',
    message: 'the miner is reached through the hosts of the farm, and there are none',
    help: 'Declare a host.',
  };
}
