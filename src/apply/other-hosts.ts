import type { Observation } from '../observed/observed.js';
import { sharedLook } from '../probe/shared-look.js';
import type { ApplyContext } from './context.js';

interface Seen {
  readonly hosts: Observation['hosts'];
  /** Looked at for this question, and not before it. */
  readonly isNew: boolean;
}

/** Old news is looked at again after so many milliseconds. */
const OLD = 60_000;

/** What all hosts look like whose workers may take over sectors: one look for all workers that are drained together. */
export class OtherHosts {
  readonly #now: ApplyContext['now'];
  readonly #look: () => Promise<Seen['hosts']>;
  #last: Promise<Seen['hosts']> | undefined;
  #at = -Infinity;

  constructor({ observe, now, farmHosts }: Pick<ApplyContext, 'observe' | 'now' | 'farmHosts'>) {
    this.#now = now;
    this.#look = sharedLook(async () => (await observe(farmHosts)).observation.hosts);
  }

  /** @param fresh whether one will not do that has begun before */
  async seen(fresh: boolean): Promise<Seen> {
    const now = this.#now().getTime();
    const last = fresh || now - this.#at >= OLD ? undefined : this.#last;
    if (last !== undefined) return { hosts: await last, isNew: false };
    this.#at = now;
    this.#last = this.#look();
    return { hosts: await this.#last, isNew: true };
  }
}
