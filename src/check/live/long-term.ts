import { FILE_TYPES } from '../../lotus/file-type.js';
import { deniedTypes } from '../../lotus/selector.js';
import { spaceNeeded } from '../../lotus/space.js';
import { counted, sizeNeeded, sizeThere } from '../hardware/words.js';
import type { LiveCheck } from './context.js';

export const noLongTermStorage: LiveCheck = function* ({ observation: { miner } }) {
  if (!miner.reached) return;
  const stores = [...miner.storage.values()].some(({ info }) => info.CanStore);
  if (stores) return;
  yield {
    code: 'SF540',
    severity: 'error',
    message: 'no storage path in the index may keep finished sectors',
    help: 'Attach long-term storage to the miner (`lotus-miner storage attach --init --store PATH`), or declare a path with `store: true`.',
  };
};

/** What a finalized sector leaves to be kept. */
const FINISHED = FILE_TYPES.sealed | FILE_TYPES.cache;

/**
 * Lotus passes over a path that does not answer. Where none does, what is said of its worker says more. Paths with room count also
 * where only several of them take both files; AllowMiners and DenyMiners are not looked at.
 */
export const longTermRoom: LiveCheck = function* ({ farm, observation: { miner } }) {
  if (!miner.reached) return;
  const needed = spaceNeeded(FINISHED, farm.sectorSize, 'stored');
  const stores = [...miner.storage.values()].filter(({ info }) => info.CanStore);
  const both = stores.filter(({ info }) => deniedTypes(FINISHED, info) === 0);
  const rooms = both.flatMap(({ stat }) => (stat === undefined ? [] : [stat.Available]));
  const denied = stores
    .filter(({ stat }) => stat !== undefined && stat.Available >= needed)
    .reduce((types, { info }) => types & deniedTypes(FINISHED, info), FINISHED);
  if (rooms.length === 0 || denied === 0) return;
  yield {
    code: 'SF549',
    severity: 'warning',
    message: `no long-term storage has room for one more sector: it takes ${sizeNeeded(needed)}, the most that is free is ${sizeThere(Math.max(...rooms))}${silentWords(both.length - rooms.length)}`,
    help: 'Attach another path with `store: true`, or make room on one; sectors in FinalizeSector then go on by themselves.',
  };
};

function silentWords(silent: number): string {
  if (silent === 0) return '';
  return `; ${counted(silent, 'more path')} ${silent === 1 ? 'does' : 'do'} not answer`;
}
