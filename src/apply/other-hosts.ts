import type { Observation } from '../observed/observed.js';
import { sharedLook } from '../probe/shared-look.js';
import type { ApplyContext } from './context.js';

type Seen = Observation['hosts'];

/** Old news is looked at again after so many milliseconds. */
const OLD = 60_000;

/** What all hosts look like whose workers may take over sectors: one look for all workers that are drained together. */
export class OtherHosts {
  readonly #now: ApplyContext['now'];
  readonly #look: () => Promise<Seen>;
  #last: Promise<Seen> | undefined;
  #at = -Infinity;

  constructor({ observe, now, farmHosts }: Pick<ApplyContext, 'observe' | 'now' | 'farmHosts'>) {
    this.#now = now;
    this.#look = sharedLook(async () => (await observe(farmHosts)).observation.hosts);
  }

  /** @param fresh whether one will not do that has begun before */
  seen(fresh: boolean): Promise<Seen> {
    const now = this.#now().getTime();
    if (this.#last === undefined || fresh || now - this.#at >= OLD) {
      this.#at = now;
      this.#last = this.#look();
    }
    return this.#last;
  }
}
