import { homedir } from 'node:os';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Farm } from '../farm/farm.js';
import { askMinerHost } from '../probe/ask-miner-host.js';
import { Connections, type Reach } from '../probe/connections.js';
import { KeyRing, type AskPassphrase } from '../remote/key-ring.js';
import type { Secret } from '../secret/secret.js';
import { resolveSecret } from '../secrets/resolve-secret.js';

/** To look at the machines, for which SSH is enough: the miner is asked as well where its token can be had. */
export async function openConnections(farm: Farm, ask?: AskPassphrase): Promise<Connections> {
  return (await openMachines(farm, ask)).connections;
}

/** For what asks hosts alone: nothing looks for the miner's token. */
export function openHosts(farm: Farm, ask?: AskPassphrase, reach?: Reach): Connections {
  return connectionsTo(farm, failure(NOT_ASKED), ask, reach);
}

const NOT_ASKED: Diagnostic = {
  code: 'SF511',
  severity: 'error',
  message: 'the miner is not asked by this command',
};

/** A farm whose hosts can be asked, and its miner where its token can be had. */
export interface Machines {
  /** With the address of the miner, where that was asked for. */
  readonly farm: Farm;
  readonly connections: Connections;
  readonly token: Result<Secret>;
}

/** The token is found where the file says, be it on the host of the miner; it is not to be shown. */
export async function openMachines(
  farm: Farm,
  ask: AskPassphrase | undefined,
  reach?: Reach,
): Promise<Machines> {
  const { token: source, host } = farm.miner;
  if (!('fromMiner' in source)) {
    const token = await resolveSecret(source, { environment: process.env });
    return { farm, connections: connectionsTo(farm, token, ask, reach), token };
  }
  const connections = connectionsTo(farm, failure(NOT_ASKED), ask, reach);
  if (host === undefined) throw new Error('fromMiner without the host of the miner');
  return meetMiner(farm, connections, host.name);
}

/** Asks the miner for its token and its address on its host, and goes by them from then on. */
export async function meetMiner(farm: Farm, connections: Connections, host: string): Promise<Machines> {
  const access = await askMinerHost(farm, connections.remote(host));
  if (!access.ok) {
    connections.meetMiner(farm.miner.address, access);
    return { farm, connections, token: access };
  }
  const { token, api, address } = access.value;
  connections.meetMiner(address, success(token));
  return { farm: { ...farm, miner: { ...farm.miner, api, address } }, connections, token: success(token) };
}

function connectionsTo(
  farm: Farm,
  token: Result<Secret>,
  ask: AskPassphrase | undefined,
  reach?: Reach,
): Connections {
  const keyRing = ask === undefined ? {} : { keyRing: new KeyRing(ask) };
  return new Connections(farm, token, { environment: process.env, homeDir: homedir(), ...keyRing }, reach);
}
