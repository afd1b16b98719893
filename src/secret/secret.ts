import { inspect } from 'node:util';

const MASK = '(secret)';

/** A text that must not be shown: printing, logging or serialising it gives a mask. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Call it only where it is written to its place or sent to Lotus. */
  reveal(): string {
    return this.#text;
  }

  equals(other: Secret): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** A value that is either open or secret. */
export type MaybeSecret = string | Secret;

export function reveal(value: MaybeSecret): string {
  return typeof value === 'string' ? value : value.reveal();
}

export function sameValue(a: MaybeSecret, b: MaybeSecret): boolean {
  return reveal(a) === reveal(b);
}
