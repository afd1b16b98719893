import type { Codes } from '../code-facts.js';

/** SF631–SF632: what `sealfarm rollback` cannot do. */
export const GOING_BACK_CODES = {
  SF631: {
    title: 'version before cannot be brought back',
    severity: 'error',
    why:
      'The journal of the host does not go back so far, or of a file the version before is not kept any more: of each the 20 newest are. ' +
      'Or it held a secret: those are masked where versions are kept, so that a value is only known as long as it stands in the present file, or is the token of the miner. ' +
      'A `sectorstore.json` is brought back with the same ID alone. Nothing was changed.',
    remedy: 'Put the file of the farm back in git instead, and apply that.',
  },
  SF632: {
    title: 'file was changed since',
    severity: 'error',
    why: 'The file is not what sealfarm left there last, so that somebody changed it by hand. To bring an older version back would undo that without a word. Nothing was changed, and no other file either.',
    remedy:
      'Look at the change with `sealfarm plan --diff`. `sealfarm apply` puts the file to what is declared; after that it can be brought back.',
  },
} as const satisfies Codes;
