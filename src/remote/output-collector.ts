/** 64 MiB */
export const MOST_OUTPUT_BYTES = 64 * 2 ** 20;

/** Gathers what a script prints, up to a bound on both streams together. */
export class OutputCollector {
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];
  #bytes = 0;

  constructor(
    private readonly most: number,
    private readonly onTooMuch: () => void,
  ) {}

  addStdout(chunk: Buffer): void {
    this.#add(this.#stdout, chunk);
  }

  addStderr(chunk: Buffer): void {
    this.#add(this.#stderr, chunk);
  }

  /** Both as UTF-8, decoded as a whole: a chunk may end within a character. */
  text(): { readonly stdout: string; readonly stderr: string } {
    return {
      stdout: Buffer.concat(this.#stdout).toString('utf8'),
      stderr: Buffer.concat(this.#stderr).toString('utf8'),
    };
  }

  get overflowed(): boolean {
    return this.#bytes > this.most;
  }

  #add(chunks: Buffer[], chunk: Buffer): void {
    const before = this.#bytes;
    this.#bytes += chunk.length;
    if (this.#bytes <= this.most) chunks.push(chunk);
    else if (before <= this.most) this.onTooMuch();
  }
}
