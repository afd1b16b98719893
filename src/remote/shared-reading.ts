/** A command may wait for hours, and whoever corrects a file meanwhile shall be heard. */
const FRESH_MS = 1000;

/** Reads a file for all who ask for it within a second. */
export class SharedReading<T> {
  readonly #last = new Map<string, { readonly since: number; readonly content: Promise<T> }>();

  constructor(private readonly read: (path: string) => Promise<T>) {}

  of(path: string): Promise<T> {
    const now = performance.now();
    const last = this.#last.get(path);
    if (last !== undefined && now - last.since < FRESH_MS) return last.content;
    const content = this.read(path);
    this.#last.set(path, { since: now, content });
    return content;
  }

  /** After a change that is our own. */
  forget(path: string): void {
    this.#last.delete(path);
  }
}
