import { failure, success, type Result } from '../diagnostic/result.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { shellQuote } from '../host/shell.js';
import type { ApplyContext } from './context.js';

/** Exit status of a lock that somebody else holds. */
const HELD = 4;

/**
 * `mkdir` succeeds for one alone; who holds the lock stands in it for everyone to read. On a full disk there may be room for
 * the folder and none for the words: it is given up again then.
 */
export function lockScript(lock: string, holder: string): string {
  const folder = shellQuote(lock);
  return `set -u
mkdir -p ${shellQuote(lock.slice(0, lock.lastIndexOf('/')))} || exit 1
if why=$(mkdir ${folder} 2>&1); then
  # Shells alone do not say why a write failed.
  why=$( { printf '%s\\n' ${shellQuote(holder)} | cat >${folder}/holder; } 2>&1) && exit 0
  rm -f ${folder}/holder
  rmdir ${folder}
  printf '%s\\n' "$why" >&2
  exit 1
fi
[ -d ${folder} ] || { printf '%s\\n' "$why" >&2; exit 1; }
words=$(cat ${folder}/holder 2>/dev/null)
printf '%s\\n' "\${words:-somebody unnamed}"
exit ${HELD}
`;
}

export function unlockScript(lock: string): string {
  return `rm -f ${shellQuote(lock)}/holder\nrmdir ${shellQuote(lock)} 2>/dev/null || [ ! -e ${shellQuote(lock)} ]\n`;
}

export interface LockedHost {
  readonly host: string;
  /** The lock's folder. */
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
 * Holds the locks of these hosts while `work` runs. Takes none if somebody else holds one of them, which fails with
 * SF609; a host that cannot be locked for other reasons stays out.
 */
export async function withLocks<T>(
  context: ApplyContext,
  hosts: readonly LockedHost[],
  why: string,
  work: (locks: Locks) => Promise<T>,
): Promise<Result<T>> {
  const holder = `${context.who} since ${context.now().toISOString()}: ${why}`;
  const taken = await Promise.all(
    hosts.map(async (host) => ({ host, result: await take(context, host, holder) })),
  );
  const held = taken.flatMap(({ host, result }) => (result.ok ? [host] : []));
  const troubles = taken.flatMap(({ result }) => (result.ok ? [] : [result.diagnostic]));
  const release = (): Promise<unknown> => Promise.all(held.map((host) => giveBack(context, host)));
  const refusal = troubles.find(({ code }) => code === 'SF609');
  if (refusal !== undefined) {
    await release();
    return failure(refusal);
  }
  try {
    return success(await work({ held: new Set(held.map(({ host }) => host)), troubles }));
  } finally {
    await release();
  }
}

async function take(
  context: ApplyContext,
  { host, lock }: LockedHost,
  holder: string,
): Promise<Result<undefined>> {
  const output = await context.remote(host).exec(lockScript(lock, holder));
  if (!output.ok) return output;
  const { status, stdout, stderr } = output.value;
  if (status === 0) return success(undefined);
  return failure(
    status === HELD ? locked(host, stdout.trim()) : cannotLock(host, context.redact(stderr.trim())),
  );
}

/**
 * A lock that cannot be given back would stop the next command: it is said so. The first try may be what shows that
 * the connection broke in the hours since the last one; the second then goes over another.
 */
async function giveBack(context: ApplyContext, { host, lock }: LockedHost): Promise<void> {
  for (let tries = 0; tries < 2; tries += 1) {
    const output = await context.remote(host).exec(unlockScript(lock));
    if (output.ok && output.value.status === 0) return;
    if (output.ok) break;
  }
  context.emit({ type: 'host-unreached', host, diagnostic: stillLocked(host) });
}

function stillLocked(host: string): Diagnostic {
  return {
    code: 'SF609',
    severity: 'error',
    message: `the lock of ${host} could not be given back; when the host is there again: sealfarm unlock ${host}`,
    place: { kind: 'host', host },
    help: `sealfarm unlock ${host}`,
  };
}

function locked(host: string, holder: string): Diagnostic {
  return {
    code: 'SF609',
    severity: 'error',
    message: `${host} is locked by ${holder}`,
    place: { kind: 'host', host },
    help: `Wait until that is over. If it was cut off and nobody works there any more: sealfarm unlock ${host}`,
  };
}

function cannotLock(host: string, why: string): Diagnostic {
  return {
    code: 'SF602',
    severity: 'error',
    message: `cannot take the lock of ${host}: ${why}`,
    place: { kind: 'host', host },
    help: 'Look whether `paths.state` can be written by the SSH user and the disk has room.',
  };
}
