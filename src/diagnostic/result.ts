import type { Diagnostic } from './diagnostic.js';

/** What an operation that a person can make fail returns; exceptions are for bugs. */
export type Result<T> = Success<T> | Failure;

export interface Success<T> {
  readonly ok: true;
  readonly value: T;
}

export interface Failure {
  readonly ok: false;
  readonly diagnostic: Diagnostic;
}

export function success<T>(value: T): Success<T> {
  return { ok: true, value };
}

export function failure(diagnostic: Diagnostic): Failure {
  return { ok: false, diagnostic };
}
