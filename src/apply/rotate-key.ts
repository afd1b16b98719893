import { failure, type Result } from '../diagnostic/result.js';
import { shellQuote } from '../host/shell.js';
import { keyFile, TOKEN_KEY } from '../lotus/keystore.js';
import type { RestartMiner } from '../plan/miner-action.js';
import type { MinerApi } from '../rpc/miner-api.js';
import type { ApplyContext } from './context.js';
import { minerHindrance } from './miner-moment.js';
import { allWorkAgain, quietAll, type WorkingTarget } from './quiet-all.js';
import { awaitApi, awaitMoment, restartNow, type OnMinerWait } from './restart-miner.js';

export interface Rotation {
  /** The machine of lotus-miner. */
  readonly host: string;
  readonly action: RestartMiner;
  /** All workers that run. */
  readonly workers: readonly WorkingTarget[];
  /** Under which the key of before is kept in the keystore, beside the new one. */
  readonly keptAs: string;
  readonly onWait: OnMinerWait;
  /** The miner, asked with the token that it gives now. */
  readonly meet: () => Promise<Result<MinerApi>>;
}

/**
 * Takes the key of all tokens out of the keystore and restarts lotus-miner, which makes another one: from then on no token of before is
 * worth anything, and the workers that hold one are cut off. So nobody may have a job then, or its result could never be given back.
 *
 *   working ──moment can be told, tasks off──▶ all quiet ──safe moment, no job at all──▶ key moved, restarted ──new token answers──▶ done
 *      ▲                                          │                │
 *      └──────────────── tasks on again ──────────┴────────────────┘   too late or interrupted
 *
 * Fails with SF586 before any task is off where nobody can tell when a proof is due. Killed before the restart it has to be begun
 * anew, after an apply, as tasks may be off; where the key is away already, only the restart is left.
 */
export async function rotateKey(context: ApplyContext, rotation: Rotation): Promise<Result<MinerApi>> {
  const { host, action, workers, keptAs, onWait, meet } = rotation;
  // Else all would get quiet, which may take hours, for nothing.
  const foreseen = await minerHindrance(context, host, action, 'any-job');
  if (!foreseen.ok) return foreseen;
  const quiet = await quietAll(context, workers);
  if (!quiet.ok) return quiet;
  const moment = await awaitMoment(context, host, action, onWait, 'any-job');
  if (!moment.ok) {
    await allWorkAgain(context, workers);
    return failure(moment.diagnostic);
  }
  const restarted = await restartNow(context, host, action, moveKeyScript(action.miner.repo, keptAs));
  return restarted.ok ? awaitApi(context, host, action, meet) : failure(restarted.diagnostic);
}

/** It stays in the keystore under another name, as Lotus reads the names of all files there. */
export function moveKeyScript(repo: string, keptAs: string): string {
  return `keys=${shellQuote(`${repo}/keystore`)}
if [ -e "$keys/${keyFile(TOKEN_KEY)}" ]; then
  mv "$keys/${keyFile(TOKEN_KEY)}" "$keys/${keyFile(keptAs)}" && chmod 600 "$keys/${keyFile(keptAs)}" || exit 1
  sync "$keys" 2>/dev/null || sync
elif [ ! -d "$keys" ]; then
  echo "$keys is not there" >&2
  exit 1
fi
`;
}
