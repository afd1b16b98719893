import type { Duplex } from 'node:stream';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, type Result } from '../diagnostic/result.js';
import type { ConnectContext } from './context.js';
import type { Endpoint } from './endpoint.js';
import { endpoint } from './remote-error.js';
import type { OpensshMaster } from './openssh-master.js';
import type { Remote } from './remote.js';
import { connectSsh2 } from './ssh2-connect.js';

/** Where a jump host forwards nothing each host behind it takes a session, of which a connection has ten (MaxSessions). */
export const MOST_CONNECTIONS = 16;

/**
 * The connections to jump hosts: one to each that forwards, however many hosts lie behind it, as an sshd takes only ten at a time
 * that have not logged in yet (MaxStartups).
 */
export class JumpPool {
  readonly #reached = new Map<string, Promise<Result<Remote>>>();
  readonly #masters = new Map<string, Promise<Result<OpensshMaster>>>();

  /**
   * A connection made by the jump host. One that is lost is opened anew for the next to come.
   * @param nth of the connections to that jump host
   */
  async dial(
    jump: Endpoint,
    target: Pick<Endpoint, 'address' | 'port'>,
    context: ConnectContext,
    nth = 0,
  ): Promise<Result<Duplex>> {
    const key = keyOf(jump, nth);
    const reaching = reachOnce(this.#reached, key, () =>
      connectSsh2(jump, context, { mostChannels: Infinity }),
    );
    const remote = await reaching;
    // It was perhaps reached for another host.
    if (!remote.ok) return failure({ ...remote.diagnostic, place: { kind: 'host', host: jump.host } });
    const dialled = await remote.value.dial(target.address, target.port);
    if (dialled.ok) return dialled;
    if (dialled.diagnostic.code === 'SF405') {
      if (this.#reached.get(key) === reaching) this.#reached.delete(key);
      await remote.value.close();
    }
    const { code } = dialled.diagnostic;
    if (code === 'SF414' && nth + 1 < MOST_CONNECTIONS) return this.dial(jump, target, context, nth + 1);
    const { message } = dialled.diagnostic;
    return failure(throughJump(jump, target, message.slice(message.lastIndexOf(': ') + 2)));
  }

  /**
   * The jump host's own `ssh`, for hosts that are reached by one.
   * @param nth of the connections to that jump host
   */
  async master(jump: Endpoint, context: ConnectContext, nth = 0): Promise<Result<OpensshMaster>> {
    const key = keyOf(jump, nth);
    const open = async (): Promise<Result<OpensshMaster>> => {
      const { openMaster } = await import('./openssh-connect.js');
      return openMaster(jump, context);
    };
    const master = await reachOnce(this.#masters, key, open);
    if (!master.ok) return failure({ ...master.diagnostic, place: { kind: 'host', host: jump.host } });
    if (master.value.lost === undefined) return master;
    this.#masters.delete(key);
    await master.value.close();
    return reachOnce(this.#masters, key, open);
  }

  async close(): Promise<void> {
    const reached = await Promise.all([...this.#reached.values(), ...this.#masters.values()]);
    this.#reached.clear();
    this.#masters.clear();
    // The last opened lies furthest from here.
    for (const remote of reached.toReversed()) if (remote.ok) await remote.value.close();
  }
}

/** One that could not be reached is tried again for the next host. */
function reachOnce<T>(
  reached: Map<string, Promise<Result<T>>>,
  key: string,
  open: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const known = reached.get(key);
  if (known !== undefined) return known;
  const reaching = open();
  reached.set(key, reaching);
  void reaching.then((result) => {
    if (!result.ok) reached.delete(key);
  });
  return reaching;
}

/** All that decides where a connection ends. */
function keyOf({ user, address, port, via }: Endpoint, nth = 0): string {
  const before = via === undefined ? '' : via.kind === 'jump' ? keyOf(via.endpoint) : via.command;
  return JSON.stringify([user, address, port, before, nth]);
}

export function throughJump(
  jump: Endpoint,
  { address, port }: Pick<Endpoint, 'address' | 'port'>,
  why: string,
): Diagnostic {
  return {
    code: 'SF404',
    severity: 'error',
    message: `Cannot connect to ${jump.host} (${endpoint(address, port)}) through ${jump.address}: ${why}`,
    place: { kind: 'host', host: jump.host },
    help: 'Look whether the host is up, and whether its jump host can reach it.',
  };
}
