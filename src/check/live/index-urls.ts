import { formatSocketAddress } from '../../farm/address.js';
import type { Farm } from '../../farm/farm.js';
import type { IndexedStorage } from '../../observed/observed.js';
import { counted } from '../hardware/words.js';
import { ownedPaths, placeOf, type LiveCheck, type LiveContext } from './context.js';
import { addressOf, isLoopback, isMiners } from './urls.js';

/** An address under which nobody of the file serves a path of the file any more. */
export const staleUrls: LiveCheck = function* (context) {
  const isKnown = knownTo(context.farm);
  for (const [id, { seen, path }] of ownedPaths(context)) {
    for (const address of addressesOf(indexOf(context).get(id))) {
      if (isKnown(address) || isLoopback(hostOf(address))) continue;
      yield {
        code: 'SF537',
        severity: 'warning',
        message: `the index also names ${address} for this path, where nobody of the file listens`,
        place: placeOf(seen, path),
        help: 'It goes with the next restart of the miner; detaching the path takes away only the URL of now. Detach before `listen` is changed.',
      };
    }
  }
};

/** An address that means another machine to everybody who reads it. */
export const loopbackUrls: LiveCheck = function* (context) {
  if (isOneMachine(context.farm)) return;
  const owned = ownedPaths(context);
  for (const [id, storage] of indexOf(context)) {
    const address = addressesOf(storage).find((candidate) => isLoopback(hostOf(candidate)));
    if (address === undefined) continue;
    const owner = owned.get(id);
    yield {
      code: 'SF538',
      severity: 'error',
      message: `the storage path ${id} is registered under ${address}, where other machines find themselves`,
      ...(owner === undefined ? {} : { place: placeOf(owner.seen, owner.path) }),
      help:
        owner === undefined
          ? 'If it belongs to the miner, set `[API] RemoteListenAddress` in its config.toml; else the `listen` of its worker.'
          : 'Set `listen` to the address under which others reach the worker, and apply.',
    };
  }
};

/** Sealing paths of somebody who is not in the file. */
export const foreignPaths: LiveCheck = function* (context) {
  const isKnown = knownTo(context.farm);
  const owned = ownedPaths(context);
  const foreign = new Map<string, number>();
  for (const [id, storage] of indexOf(context)) {
    const addresses = addressesOf(storage);
    const [first] = addresses;
    if (first === undefined || !storage.info.CanSeal || owned.has(id)) continue;
    if (!addresses.some(isKnown)) foreign.set(first, (foreign.get(first) ?? 0) + 1);
  }
  for (const [address, count] of foreign) {
    yield {
      code: 'SF543',
      severity: 'warning',
      message: `the index has ${counted(count, 'sealing path')} at ${address}, where nobody of the file listens`,
      help: 'If it is a worker of this farm, declare it: sectors are sealed there, and nothing here takes it into account.',
    };
  }
};

function indexOf({ observation: { miner } }: LiveContext): ReadonlyMap<string, IndexedStorage> {
  return miner.reached ? miner.storage : new Map();
}

/** Each once. */
function addressesOf(storage: IndexedStorage | undefined): readonly string[] {
  return [...new Set((storage?.info.URLs ?? []).map(addressOf))];
}

function hostOf(address: string): string {
  return address.replace(/:\d+$/, '');
}

/** Whether the miner or a worker of the file listens there. */
function knownTo(farm: Farm): (address: string) => boolean {
  const workers = farm.hosts.flatMap((host) => host.workers.map(({ listen }) => formatSocketAddress(listen)));
  const known = new Set(workers);
  return (address) => known.has(address) || isMiners(address, farm);
}

/** Whether all that the file names may be one machine. */
function isOneMachine({ miner, hosts }: Farm): boolean {
  const addresses = [
    miner.address.host,
    ...hosts.flatMap(({ address, workers }) => [address, ...workers.map(({ listen }) => listen.host)]),
  ];
  if (addresses.every(isLoopback)) return true;
  const [only, ...others] = hosts;
  const withMiner = isLoopback(miner.address.host) || miner.address.host === only?.address;
  return others.length === 0 && withMiner;
}
