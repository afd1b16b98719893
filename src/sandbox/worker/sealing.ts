import type { SectorId } from '../../lotus/file-type.js';
import { FILE_TYPES, sectorName } from '../../lotus/file-type.js';
import { lasting } from '../lasting.js';
import type { Speed } from '../speed.js';
import type { TransferContext } from './remote-files.js';
import { acquire, removeEverywhere } from './remote-files.js';
import { layerFiles, sectorPath, trimCache, writeSectorFile } from './sector-files.js';

/** One call of the miner: what is returned goes to the miner as the result's values. */
type SealingWork = (
  context: TransferContext,
  sector: SectorId,
  args: readonly unknown[],
) => Promise<readonly unknown[]>;

export interface SealingCall {
  /** The miner's method for the result. */
  readonly returns: string;
  /** The values in place of a result when the work failed. */
  readonly noResult: readonly unknown[];
  readonly work: SealingWork;
}

const CID = { '/': 'bafy2bzacea3wsdh6y3a36tb3skempjoxqpuyompjbmfeyf34fi3uy6uue42v4' };

/** The calls a miner gives to a worker, by their RPC name. Lotus: storage/sealer/worker_local.go */
export function sealingCalls(speed: () => Speed): Readonly<Record<string, SealingCall>> {
  return {
    AddPiece: { returns: 'ReturnAddPiece', noResult: [null], work: addPiece(speed) },
    SealPreCommit1: { returns: 'ReturnSealPreCommit1', noResult: [null], work: preCommit1(speed) },
    SealPreCommit2: { returns: 'ReturnSealPreCommit2', noResult: [null], work: preCommit2(speed) },
    SealCommit1: { returns: 'ReturnSealCommit1', noResult: [null], work: commit1(speed) },
    SealCommit2: { returns: 'ReturnSealCommit2', noResult: [null], work: commit2(speed) },
    FinalizeSector: { returns: 'ReturnFinalizeSector', noResult: [], work: finalize(speed) },
    MoveStorage: { returns: 'ReturnMoveStorage', noResult: [], work: moveStorage },
    Fetch: { returns: 'ReturnFetch', noResult: [], work: fetch(speed) },
  };
}

function addPiece(speed: () => Speed): SealingWork {
  return async ({ storage }, sector) => {
    const path = storage.allocate('unsealed', 'sealing');
    writeSectorFile(path.root, 'unsealed', sector, `${sectorName(sector)}\n`);
    await lasting(() => speed().AP);
    await storage.declare(path, sector, 'unsealed');
    return [{ Size: 34359738368, PieceCID: CID }];
  };
}

function preCommit1(speed: () => Speed): SealingWork {
  return async ({ storage, miner, token }, sector) => {
    mustHold(storage.holder(sector, 'unsealed'), sector);
    // What an attempt that was broken off left behind must not be taken for the result of this one.
    await removeEverywhere(miner, token, sector, FILE_TYPES.sealed | FILE_TYPES.cache);
    await storage.remove(sector, 'sealed');
    await storage.remove(sector, 'cache');
    const sealed = storage.allocate('sealed', 'sealing');
    const cache = storage.allocate('cache', 'sealing');
    writeSectorFile(cache.root, 'cache', sector, { ...layerFiles(), t_aux: 't_aux\n' });
    await lasting(() => speed().PC1);
    writeSectorFile(sealed.root, 'sealed', sector, `${sectorName(sector)}\n`);
    await storage.declare(sealed, sector, 'sealed');
    await storage.declare(cache, sector, 'cache');
    return ['Bw=='];
  };
}

function preCommit2(speed: () => Speed): SealingWork {
  return async ({ storage }, sector) => {
    mustHold(storage.holder(sector, 'sealed'), sector);
    const cache = mustHold(storage.holder(sector, 'cache'), sector);
    await lasting(() => speed().PC2);
    const trees = {
      'sc-02-data-tree-c-0.dat': 'c\n',
      'sc-02-data-tree-r-last-0.dat': 'r\n',
      p_aux: 'p_aux\n',
    };
    writeSectorFile(cache.root, 'cache', sector, trees);
    return [{ Unsealed: CID, Sealed: CID }];
  };
}

function commit1(speed: () => Speed): SealingWork {
  return async ({ storage }, sector) => {
    mustHold(storage.holder(sector, 'cache'), sector);
    await lasting(() => speed().C1);
    return ['Bw=='];
  };
}

function commit2(speed: () => Speed): SealingWork {
  return async () => {
    await lasting(() => speed().C2);
    return ['Bw=='];
  };
}

function finalize(speed: () => Speed): SealingWork {
  return async ({ storage }, sector) => {
    const cache = mustHold(storage.holder(sector, 'cache'), sector);
    await lasting(() => speed().FIN);
    trimCache(cache.root, sector);
    return [];
  };
}

const moveStorage: SealingWork = async (context, sector, args) => {
  await acquire(context, sector, Number(args[0]), 'stored');
  return [];
};

/** A transfer takes its time; files that are here already do not. */
function fetch(speed: () => Speed): SealingWork {
  return async (context, sector, args) => {
    const purpose = args[1] === 'storage' ? 'stored' : 'sealing';
    if (await acquire(context, sector, Number(args[0]), purpose)) await lasting(() => speed().GET);
    return [];
  };
}

function mustHold<T extends { readonly root: string }>(path: T | undefined, sector: SectorId): T {
  if (path === undefined)
    throw new Error(`${sectorPath('', 'cache', sector)}: sector not found on this worker`);
  return path;
}
