import type { Severity } from './diagnostic.js';

/** What is to be known of a code, whoever meets it and wherever. */
export interface CodeFacts {
  /** A few words, without a full stop. */
  readonly title: string;
  /** The usual one: a command may make a warning of an error where it can go on. */
  readonly severity: Severity;
  /** What it means, and what would happen on the farm: one to four sentences. */
  readonly why: string;
  /** What to do: one to three sentences. */
  readonly remedy: string;
  /** URLs of threads on the same trouble, in projects that sealfarm works with. */
  readonly upstream?: readonly string[];
}

/** A family of codes, or a part of one. */
export type Codes = Readonly<Record<`SF${number}`, CodeFacts>>;
