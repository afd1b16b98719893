import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, type Result } from '../diagnostic/result.js';
import { shellQuote } from '../host/shell.js';
import { keyFile, TOKEN_KEY } from '../lotus/keystore.js';
import type { RestartMiner } from '../plan/miner-action.js';
import type { MinerApi } from '../rpc/miner-api.js';
import type { ApplyContext } from './context.js';
import type { LockedHost } from './lock.js';
import { minerHindrance } from './miner-moment.js';
import { allWorkAgain, quietAll, withAllTasksBack, type WorkingTarget } from './quiet-all.js';
import { awaitApi, awaitMoment, restartNow, type OnMinerWait } from './restart-miner.js';
import type { AroundRestart } from './restart-miner-script.js';

/** On the machine of lotus-miner, whose lock is held. */
export interface Rotation extends LockedHost {
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
 *      ▲                                          │                │                      │
 *      └──────────────── tasks on again ──────────┴────────────────┘   too late or        └─▶ fails: key put back where there is
 *                                                                      interrupted            no new one, and tasks on again
 *
 * Fails with SF586 before any task is off where nobody can tell when a proof is due. Killed before the restart it has to be begun
 * anew, after an apply, as tasks may be off; where the key is away already, only the restart is left.
 */
export async function rotateKey(context: ApplyContext, rotation: Rotation): Promise<Result<MinerApi>> {
  const { host, lock, action, workers, keptAs, onWait, meet } = rotation;
  // Else all would get quiet, which may take hours, for nothing.
  const foreseen = await minerHindrance(context, host, action, 'any-job');
  if (!foreseen.ok) return foreseen;
  const quiet = await quietAll(context, workers);
  if (!quiet.ok) return quiet;
  const moment = await awaitMoment(context, host, action, onWait, 'any-job');
  if (!moment.ok) return failure(await withAllTasksBack(context, workers, moment.diagnostic));
  const restarted = await restartNow(
    context,
    { host, lock },
    action,
    aroundRestart(action.miner.repo, keptAs),
  );
  if (!restarted.ok) {
    const off = (await keyStands(context, rotation))
      ? await allWorkAgain(context, workers)
      : workers.map(({ worker }) => worker);
    return failure(leftOff(restarted.diagnostic, off));
  }
  const back = await awaitApi(context, host, action, meet);
  // They hold a token of which nobody knows whether it is worth something.
  return back.ok
    ? back
    : failure(
        leftOff(
          back.diagnostic,
          workers.map(({ worker }) => worker),
        ),
      );
}

/** Who takes work again could never give its result back once the miner goes by another key. */
async function keyStands(
  context: ApplyContext,
  { host, action, keptAs }: Pick<Rotation, 'host' | 'action' | 'keptAs'>,
): Promise<boolean> {
  const looked = await context.remote(host).exec(keyStandsScript(action.miner.repo, keptAs));
  return looked.ok && looked.value.status === 0;
}

function leftOff(diagnostic: Diagnostic, off: readonly string[]): Diagnostic {
  const { message, help = '' } = diagnostic;
  if (off.length === 0)
    return {
      ...diagnostic,
      help: `${help} The key of before stands, and all workers take work again.`.trim(),
    };
  return {
    ...diagnostic,
    message: `${message}; tasks stay off: ${off.join(', ')}`,
    help: `${help} Once it runs, \`sealfarm apply\` switches the tasks on, with its present token.`.trim(),
  };
}

/** It stays in the keystore under another name, as Lotus reads the names of all files there. */
export function aroundRestart(repo: string, keptAs: string): AroundRestart {
  const first = `${names(repo, keptAs)}if [ -e "$key" ]; then
  mv "$key" "$kept" && chmod 600 "$kept" || { undo; exit 1; }
  sync "$keys" 2>/dev/null || sync
elif [ ! -d "$keys" ]; then
  echo "$keys is not there" >&2
  exit 1
fi
`;
  // A new one may have been made by then, and counts.
  const undo = `if [ -e "$kept" ] && [ ! -e "$key" ]; then mv -n "$kept" "$key"; fi\n`;
  return { first, undo };
}

/** Ends with 0 where the miner goes by the key of before, also when it is started anew. */
export function keyStandsScript(repo: string, keptAs: string): string {
  return `${names(repo, keptAs)}[ -e "$key" ] && [ ! -e "$kept" ]\n`;
}

function names(repo: string, keptAs: string): string {
  const keys = `${repo}/keystore`;
  const [key, kept] = [TOKEN_KEY, keptAs].map((name) => shellQuote(`${keys}/${keyFile(name)}`));
  return `keys=${shellQuote(keys)} key=${key ?? ''} kept=${kept ?? ''}\n`;
}
