import pLimit from 'p-limit';
import { EXEC_TIMEOUT_MS } from './remote-error.js';

/** sshd allows ten sessions a connection by default (MaxSessions); two are left for others' use. */
const MOST_CHANNELS = 8;

/** Keeps the channels of one connection below what sshd allows: further ones wait for their turn. */
export class ChannelLimit {
  readonly #limit;
  readonly #waiting = new Set<NodeJS.Timeout>();

  /** @param patienceMs how long all channels may be taken without one becoming free; no script takes longer */
  constructor(
    readonly most = MOST_CHANNELS,
    private readonly patienceMs = EXEC_TIMEOUT_MS,
  ) {
    this.#limit = pLimit(most);
  }

  /**
   * Opens a channel when there is room for it. The room is taken until `release` is called, not until `open` ends.
   * @param giveUp what comes of it where the host never frees any of those that are taken
   */
  hold<T>(open: (release: () => void) => Promise<T>, giveUp: (why: string) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let isGivenUp = false;
      const timer = setTimeout(() => {
        isGivenUp = true;
        this.#waiting.delete(timer);
        resolve(giveUp(`none of its ${this.most} channels has become free for ${this.patienceMs / 1000} s`));
      }, this.patienceMs);
      this.#waiting.add(timer);
      const slot = (): Promise<void> => {
        clearTimeout(timer);
        this.#waiting.delete(timer);
        if (isGivenUp) return Promise.resolve();
        return new Promise<void>((done) => {
          const release = (): void => {
            for (const waiting of this.#waiting) waiting.refresh();
            done();
          };
          open(release).then(resolve, (error: unknown) => {
            release();
            reject(error instanceof Error ? error : new Error(String(error)));
          });
        });
      };
      void this.#limit(slot);
    });
  }
}
