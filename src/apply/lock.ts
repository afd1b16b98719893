import { failure, success, type Result } from '../diagnostic/result.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { formatHolder, lockWords, staleness, type SeenLock } from '../host/lock-holder.js';
import { waits, type ApplyContext } from './context.js';
import {
  cannotLock,
  cannotLook,
  locked,
  lockLost,
  lockTaken,
  notAwaited,
  stillLocked,
} from './lock-words.js';
import { HELD, lockScript, lookScript, parseSeenLock, takeBackScript, unlockScript } from './lock-script.js';

export interface LockedHost {
  readonly host: string;
  /** The lock's file. */
  readonly lock: string;
}

/** What came of taking the locks. */
export interface Locks {
  /** Names of the hosts whose locks are held. */
  readonly held: ReadonlySet<string>;
  /** Why each of the others could not be locked. */
  readonly troubles: readonly Diagnostic[];
}

/**
 * Holds the locks of these hosts while `work` runs. Waits up to `timeout` milliseconds while somebody else holds one of them
 * and then fails with SF609, or SF608 when interrupted; a host that cannot be locked for other reasons stays out.
 */
export async function withLocks<T>(
  context: ApplyContext,
  hosts: readonly LockedHost[],
  timeout: number,
  work: (locks: Locks) => Promise<T>,
): Promise<Result<T>> {
  const taken = await takeAll(context, hosts, timeout);
  if (!taken.ok) return taken;
  const { held, troubles } = taken.value;
  try {
    return success(await work({ held: new Set(held.map(({ host }) => host)), troubles }));
  } finally {
    await giveAllBack(context, held);
  }
}

interface Taken {
  readonly held: readonly LockedHost[];
  readonly troubles: readonly Diagnostic[];
}

/**
 * All or none: nothing is held while it waits, so that two who wait cannot wait for each other. The waits differ by chance, so
 * that they do not meet again and again.
 */
async function takeAll(
  context: ApplyContext,
  hosts: readonly LockedHost[],
  timeout: number,
): Promise<Result<Taken>> {
  const end = context.now().getTime() + timeout;
  let said: Busy | undefined;
  for (const wait of waits(context.times)) {
    const taken = await tryAll(context, hosts);
    if (!('lock' in taken)) {
      if (said !== undefined) context.emit({ type: 'lock-free', host: said.host });
      return success(taken);
    }
    const { host, lock } = taken;
    const stale = staleness(lock, stateOf(context, lock));
    const left = end - context.now().getTime();
    if (left <= 0 || stale === 'process-gone') return failure(locked(host, lock, stale));
    if (said?.host !== host || said.lock.text !== lock.text) {
      if (said !== undefined && said.host !== host) context.emit({ type: 'lock-free', host: said.host });
      context.emit({ type: 'lock-waiting', host, holder: lockWords(lock), ...(stale && { stale }) });
    }
    said = taken;
    await context.sleep(Math.min(left, wait * (0.75 + context.chance() / 2)));
    if (context.signal.aborted) return failure(notAwaited(host, lock));
  }
  throw new Error('waits end');
}

/** A lock that somebody else holds. */
interface Busy {
  readonly host: string;
  readonly lock: SeenLock;
}

function stateOf({ processState }: ApplyContext, { holder }: SeenLock): ReturnType<typeof processState> {
  return holder?.process === undefined ? 'unknown' : processState(holder.process);
}

/** The first host by name alone: of two who start at once on one farm, one gets all of it and not each a part. */
async function tryAll(context: ApplyContext, hosts: readonly LockedHost[]): Promise<Taken | Busy> {
  const { who, now, run, commit } = context;
  const holder = formatHolder({
    who,
    since: now().toISOString(),
    why: run.command,
    run: run.id,
    ...(commit === undefined ? {} : { commit: commit.id, dirty: commit.dirty }),
    process: run.process,
  });
  const [first, ...others] = [...hosts].sort((a, b) => (a.host < b.host ? -1 : 1));
  const tries = first === undefined ? [] : [await take(context, first, holder)];
  if (!tries.some((one) => 'lock' in one))
    tries.push(...(await Promise.all(others.map((host) => take(context, host, holder)))));
  const busy = tries.find((one): one is Busy => 'lock' in one);
  const held = tries.flatMap((one) => ('held' in one ? [one.held] : []));
  if (busy === undefined)
    return { held, troubles: tries.flatMap((one) => ('trouble' in one ? [one.trouble] : [])) };
  await giveAllBack(context, held);
  return busy;
}

type Try = { readonly held: LockedHost } | { readonly trouble: Diagnostic } | Busy;

async function take(context: ApplyContext, target: LockedHost, holder: string): Promise<Try> {
  const { host, lock } = target;
  const output = await context.remote(host).exec(lockScript(lock, holder));
  if (!output.ok) {
    // It may have come through and the answer not, or yet come through.
    await context.remote(host).exec(takeBackScript(lock, context.run.id));
    return { trouble: output.diagnostic };
  }
  const { status, stdout, stderr } = output.value;
  if (status === 0) return { held: target };
  if (status !== HELD) return { trouble: cannotLock(host, context.redact(stderr.trim())) };
  return { host, lock: parseSeenLock(stdout) };
}

/** Right before a stop: fails with SF609 where it is not this run's any more, and with SF602 where the host cannot look. */
export async function checkLock(
  context: ApplyContext,
  { host, lock }: LockedHost,
): Promise<Result<undefined>> {
  const output = await context.remote(host).exec(lookScript(lock));
  if (!output.ok) return output;
  const { status, stdout, stderr } = output.value;
  if (status !== 0) return failure(cannotLook(host, context.redact(stderr.trim()) || `status ${status}`));
  const seen = stdout === '' ? undefined : parseSeenLock(stdout);
  return seen?.text.includes(context.run.id) === true ? success(undefined) : failure(lockLost(host, seen));
}

async function giveAllBack(context: ApplyContext, held: readonly LockedHost[]): Promise<void> {
  await Promise.all(held.map((host) => giveBack(context, host)));
}

/**
 * A lock that cannot be given back would stop the next command: it is said so. The first try may be what shows that
 * the connection broke in the hours since the last one; the second then goes over another.
 */
async function giveBack(context: ApplyContext, { host, lock }: LockedHost): Promise<void> {
  for (let tries = 0; tries < 2; tries += 1) {
    const output = await context.remote(host).exec(unlockScript(lock, context.run.id));
    if (output.ok && output.value.status === 0) return;
    if (output.ok && output.value.status === HELD) {
      context.emit({ type: 'host-unreached', host, diagnostic: lockTaken(host) });
      return;
    }
    if (output.ok) break;
  }
  context.emit({ type: 'host-unreached', host, diagnostic: stillLocked(host) });
}
