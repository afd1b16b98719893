import pLimit from 'p-limit';

/** sshd allows ten sessions a connection by default (MaxSessions); two are left for others' use. */
const MOST_CHANNELS = 8;

/** Keeps the channels of one connection below what sshd allows: further ones wait for their turn. */
export class ChannelLimit {
  readonly #limit;

  constructor(most = MOST_CHANNELS) {
    this.#limit = pLimit(most);
  }

  /** Opens a channel when there is room for it. The room is taken until `release` is called, not until `open` ends. */
  hold<T>(open: (release: () => void) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const slot = (): Promise<void> =>
        new Promise<void>((release) => {
          open(release).then(resolve, (error: unknown) => {
            release();
            reject(error instanceof Error ? error : new Error(String(error)));
          });
        });
      void this.#limit(slot);
    });
  }
}
