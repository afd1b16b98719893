import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { unreachable } from '../diagnostic/unreachable.js';
import { ageWords, lockWords, type SeenLock, type Staleness } from '../host/lock-holder.js';

export function locked(host: string, lock: SeenLock, stale: Staleness | undefined): Diagnostic {
  const help =
    stale === undefined
      ? `Wait until that is over, or say --lock-timeout 30m to wait. If it was cut off and nobody works there any more: sealfarm unlock ${host} --force`
      : `${staleWords(host, lock, stale)} sealfarm unlock ${host}${stale === 'process-gone' ? '' : ' --force'}`;
  return {
    code: 'SF609',
    severity: 'error',
    message: `${host} is locked by ${lockWords(lock)}`,
    place: { kind: 'host', host },
    help,
  };
}

/** Why a lock looks as if nobody will give it back, ending before the command that takes it away. */
function staleWords(host: string, { holder, age = 0 }: SeenLock, stale: Staleness): string {
  const process = holder?.process;
  const its =
    process === undefined ? 'the command that took it' : `process ${process.pid} on ${process.machine}`;
  switch (stale) {
    case 'process-gone':
      return `That process of this machine has ended, so nobody will give the lock back:`;
    case 'host-restarted':
      return `${host} was restarted since, which says nothing of whether ${its} still works. If it does not:`;
    case 'older-than-a-day':
      return `It was taken ${ageWords(age)} ago. Ask ${holder?.who ?? 'around'} whether ${its} still works. If it does not:`;
    default:
      return unreachable(stale);
  }
}

export function notAwaited(host: string, lock: SeenLock): Diagnostic {
  return {
    code: 'SF608',
    severity: 'error',
    message: `interrupted while waiting for the lock of ${host}, which ${lockWords(lock)} holds; nothing was changed`,
    place: { kind: 'host', host },
    help: 'Run the command again.',
  };
}

export function lockTaken(host: string): Diagnostic {
  return {
    code: 'SF609',
    severity: 'error',
    message: `the lock of ${host} was taken away while this command worked, and somebody else has it now`,
    place: { kind: 'host', host },
    help: 'Ask who unlocked it, and look at `sealfarm plan` when the other command is over.',
  };
}

export function lockLost(host: string, now: SeenLock | undefined): Diagnostic {
  const whose = now === undefined ? 'nobody holds it' : `${lockWords(now)} holds it`;
  return {
    code: 'SF609',
    severity: 'error',
    message: `the lock of ${host} was taken away while this command worked, and ${whose} now: nothing is stopped there any more`,
    place: { kind: 'host', host },
    help: 'Ask who unlocked it, and run the command again when nobody else works there.',
  };
}

export function cannotLook(host: string, why: string): Diagnostic {
  return {
    code: 'SF602',
    severity: 'error',
    message: `cannot look at the lock of ${host}: ${why}; nothing is stopped there`,
    place: { kind: 'host', host },
    help: 'Mend the cause on the host and run the command again: it goes on from where things stand.',
  };
}

export function stillLocked(host: string): Diagnostic {
  return {
    code: 'SF609',
    severity: 'error',
    message: `the lock of ${host} could not be given back; when the host is there again: sealfarm unlock ${host}`,
    place: { kind: 'host', host },
    help: `sealfarm unlock ${host}`,
  };
}

export function cannotLock(host: string, why: string): Diagnostic {
  return {
    code: 'SF602',
    severity: 'error',
    message: `cannot take the lock of ${host}: ${why}`,
    place: { kind: 'host', host },
    help: 'Look whether `paths.state` can be written by the SSH user and the disk has room.',
  };
}
