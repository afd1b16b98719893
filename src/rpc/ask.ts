import { failure, success, type Result } from '../diagnostic/result.js';
import type { Check } from './check.js';
import type { LotusClient } from './lotus-client.js';
import { unexpectedShape } from './rpc-error.js';

/** Calls a method and checks its result, which `read` then makes a T of. Fails with SF420 where it is something else. */
export async function ask<Wire, T>(
  client: LotusClient,
  method: string,
  params: readonly unknown[],
  check: Check<Wire>,
  read: (wire: Wire) => T,
): Promise<Result<T>> {
  const answer = await client.call(method, params);
  if (!answer.ok) return answer;
  if (check(answer.value)) return success(read(answer.value));
  return failure(unexpectedShape({ name: client.name, method, place: client.place }));
}

/** Calls a method that answers nothing. */
export async function tell(
  client: LotusClient,
  method: string,
  params: readonly unknown[],
): Promise<Result<undefined>> {
  const answer = await client.call(method, params);
  return answer.ok ? success(undefined) : answer;
}

/** For results that are taken as they come. */
export function asIs<T>(value: T): T {
  return value;
}

/** A map whose lists may be null, with empty lists in their place. */
export function withoutNulls<T>(
  lists: Readonly<Record<string, readonly T[] | null>>,
): Readonly<Record<string, readonly T[]>> {
  return Object.fromEntries(Object.entries(lists).map(([key, list]) => [key, list ?? []]));
}
