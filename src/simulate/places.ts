import type { StorageId } from '../lotus/api.js';
import type { Holders } from '../lotus/selector.js';

/**
 * Where the index knows files of a sector. All sectors whose files lie alike share one, so that each is worked out
 * once: a tree with a step for each file.
 */
export class Places {
  readonly holders: Holders;
  readonly #more = new Map<StorageId, Places[]>();

  constructor(holders: Holders = new Map()) {
    this.holders = holders;
  }

  /** @param type the one bit of a file's type */
  with(id: StorageId, type: number): Places {
    let byType = this.#more.get(id);
    if (byType === undefined) this.#more.set(id, (byType = []));
    return (byType[type] ??= new Places(new Map(this.holders).set(id, (this.holders.get(id) ?? 0) | type)));
  }
}
