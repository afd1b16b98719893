import type { BareCodes } from '../code-facts.js';

export const OBSERVING_CODES = {
  SF501: { title: "host's answer not understood" },
  SF502: { title: 'storage path is not mounted' },
  SF503: { title: 'sector files without sectorstore.json' },
  SF504: { title: 'file on the host unreadable' },
  SF505: { title: 'storage path has another ID' },
  SF506: { title: 'undeclared path holds sectors' },
  SF507: { title: 'worker runs with another repo' },
  SF508: { title: 'worker runs but does not answer' },
  SF509: { title: 'worker is in the file no more' },
  SF510: { title: 'one ID on two paths' },
  SF511: { title: 'miner not reached' },
  SF512: { title: 'host belongs to another farm' },
  SF514: { title: 'worker was started by somebody else' },
  SF515: { title: 'worker that the file names no more still runs' },
} as const satisfies BareCodes;
