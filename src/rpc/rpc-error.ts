import type { DiagnosticCode } from '../diagnostic/codes.js';
import type { Diagnostic, Place } from '../diagnostic/diagnostic.js';

/** Who was asked for what. */
export interface Asked {
  /** As in `worker-1 on host-1`. */
  readonly name: string;
  /** As in `Filecoin.Version`. */
  readonly method: string;
  readonly place: Place | undefined;
}

export function lotusError(asked: Asked, code: number, message: string): Diagnostic {
  return rpcError(
    asked,
    'SF410',
    `answered ${asked.method} with error ${code}: ${message}`,
    "Look into the log of the worker or miner; it usually says more than the API's answer.",
  );
}

/** `got` says what came instead, without any of its text. */
export function notRpc(asked: Asked, got: string): Diagnostic {
  return rpcError(
    asked,
    'SF411',
    `did not answer ${asked.method} as the Lotus API does: ${got}`,
    'Look whether the address is that of the Lotus API and no other program listens there.',
  );
}

export function unexpectedShape(asked: Asked): Diagnostic {
  return otherApi(asked, `answered ${asked.method} with something else than sealfarm knows of`);
}

export function unknownMethod(asked: Asked): Diagnostic {
  return otherApi(asked, `knows no ${asked.method}`);
}

function otherApi(asked: Asked, what: string): Diagnostic {
  return rpcError(
    asked,
    'SF420',
    what,
    'Look which program of Lotus answers there, and whether its version is one that sealfarm supports.',
  );
}

export function timedOut(asked: Asked, timeoutMs: number): Diagnostic {
  return rpcError(
    asked,
    'SF412',
    `did not answer ${asked.method} within ${timeoutMs / 1000} s`,
    'Look whether the process hangs or its machine is overloaded.',
  );
}

export function unauthorised(asked: Asked, why: string): Diagnostic {
  return rpcError(
    asked,
    'SF413',
    `does not allow ${asked.method}: ${why}`,
    "The miner's admin token is needed: lotus-miner auth api-info --perm admin, run as the miner's user.",
  );
}

export function brokenOff(asked: Asked, why: string): Diagnostic {
  return rpcError(
    asked,
    'SF405',
    `broke off the connection during ${asked.method}: ${why}`,
    'Look whether the process has just ended or restarted, and whether its host is up.',
  );
}

function rpcError(asked: Asked, code: DiagnosticCode, what: string, help: string): Diagnostic {
  return {
    code,
    severity: 'error',
    message: `${asked.name} ${what}`,
    ...(asked.place === undefined ? {} : { place: asked.place }),
    help,
  };
}
