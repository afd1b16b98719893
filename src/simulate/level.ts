/** Something that rises and falls over time, such as the length of a queue; remembers its mean and its peak. */
export class Level {
  #value = 0;
  #peak = 0;
  #area = 0;
  #since: number;
  #start: number;

  /** @param start milliseconds, since when the mean is taken */
  constructor(start = 0) {
    this.#since = this.#start = start;
  }

  get value(): number {
    return this.#value;
  }

  get peak(): number {
    return this.#peak;
  }

  /** @param now milliseconds, never less than before */
  change(now: number, by: number): void {
    this.#area += this.#value * (now - this.#since);
    this.#since = now;
    this.#value += by;
    this.#peak = Math.max(this.#peak, this.#value);
  }

  /** What was before does not count any more. */
  restart(now: number): void {
    this.#start = this.#since = now;
    this.#area = 0;
    this.#peak = this.#value;
  }

  /** Since the start; 0 when that is no time at all. */
  mean(now: number): number {
    if (now === this.#start) return 0;
    return (this.#area + this.#value * (now - this.#since)) / (now - this.#start);
  }
}
