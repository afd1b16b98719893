import type { Observation } from '../observed/observed.js';
import type { ApplyContext } from './context.js';

type Seen = Observation['hosts'];

/** Old news is looked at again after so many milliseconds. */
const OLD = 60_000;

/** What all hosts look like whose workers may take over sectors: one look for all workers that are drained together. */
export class OtherHosts {
  readonly #context: Pick<ApplyContext, 'observe' | 'now' | 'farmHosts'>;
  #look: Promise<Seen> | undefined;
  #going = false;
  #at = -Infinity;

  constructor(context: Pick<ApplyContext, 'observe' | 'now' | 'farmHosts'>) {
    this.#context = context;
  }

  /** @param fresh whether a look that is over will not do */
  seen(fresh: boolean): Promise<Seen> {
    const now = this.#context.now().getTime();
    const isOld = !this.#going && (fresh || now - this.#at >= OLD);
    if (this.#look === undefined || isOld) {
      this.#at = now;
      this.#look = this.#lookAgain();
    }
    return this.#look;
  }

  async #lookAgain(): Promise<Seen> {
    this.#going = true;
    try {
      return (await this.#context.observe(this.#context.farmHosts)).observation.hosts;
    } finally {
      this.#going = false;
    }
  }
}
