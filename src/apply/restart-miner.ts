import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import { releaseOf, seriesOf } from '../lotus/release.js';
import type { RestartMiner } from '../plan/miner-action.js';
import { observeMinerProcess } from '../probe/observe-miner-machine.js';
import type { MinerApi } from '../rpc/miner-api.js';
import { waits, type ApplyContext } from './context.js';
import { PENDING } from './ledger.js';
import { checkLock, type LockedHost } from './lock.js';
import { hindranceWords, minerHindrance, type AwaitedJobs, type MinerHindrance } from './miner-moment.js';
import { callRoll, workersBack } from './miner-back.js';
import { restartMinerScript, type AroundRestart } from './restart-miner-script.js';
import { runScript } from './run-script.js';

/** Told at each look that finds something in the way. */
export type OnMinerWait = (hindrance: MinerHindrance) => void;

/**
 * Restarts lotus-miner at a moment when nothing is lost by it, and waits for it and for its workers.
 *
 *   working ──no WindowPoSt due, no proof, no job of its own──▶ restarting ──its API answers──▶ workers register again ──▶ done
 *      │                                                            │                               │
 *      ├─▶ left so: nobody waits                                    └─▶ does not answer              └─▶ an idle one stays away
 *      └─▶ too late, or interrupted
 *
 * Fails with SF630 where nobody waits, or no worker is there for a proof that lotus-miner leaves to them, SF650 after the deadline, SF608 when interrupted, SF586 where it cannot be told what is
 * due, SF655 where the node is not in step with the chain, SF601 where another program is on disk by then, SF651 and SF652 for what
 * does not come back, or comes up as another series, and SF609 where the lock of its machine was taken away.
 */
export async function restartMiner(
  context: ApplyContext,
  machine: LockedHost,
  action: RestartMiner,
  onWait: OnMinerWait,
): Promise<Result<undefined>> {
  const { host } = machine;
  const moment = await awaitMoment(context, host, action, onWait);
  if (!moment.ok) return moment;
  const before = await callRoll(context);
  if (!before.ok) return before;
  const restarted = await restartNow(context, machine, action);
  if (!restarted.ok) return restarted;
  const up = await awaitApi(context, host, action, () => Promise.resolve(success(context.miner)));
  return up.ok ? workersBack(context, host, before.value, action) : up;
}

/**
 * Where the lock of its machine is not this run's any more it is not restarted, which is SF609.
 * @param around what is done on its machine with it
 */
export async function restartNow(
  context: ApplyContext,
  { host, lock }: LockedHost,
  action: RestartMiner,
  around?: AroundRestart,
): Promise<Result<undefined>> {
  const ours = await checkLock(context, { host, lock });
  if (!ours.ok) return ours;
  const purpose = { host, what: 'restart lotus-miner', code: 'SF651', help: LOOK } as const;
  const restarted = await runScript(context, purpose, restartMinerScript(action, around), RESTART_MS);
  return restarted.ok ? success(undefined) : restarted;
}

/** A lotus-miner that is stopped has some time to end. */
const RESTART_MS = 600_000;

const LOOK = 'Look at lotus-miner and its log on the machine at once: proofs are not made while it is down.';

/** Looks cost the node something, and an epoch lasts half a minute. */
const POLL_FACTOR = 3;

/** @param jobs which ones are waited for */
export async function awaitMoment(
  context: ApplyContext,
  host: string,
  action: RestartMiner,
  onWait: OnMinerWait,
  jobs: AwaitedJobs = 'proofs',
): Promise<Result<undefined>> {
  const { times, rules } = context;
  const time = (): number => context.now().getTime();
  const end = time() + times.quiet;
  let lastSeen = time();
  let hasSeen = false;
  for (const wait of waits({ ...times, longestPoll: times.longestPoll * POLL_FACTOR })) {
    if (context.halt.aborted) return failure(interrupted(host));
    const look = await minerHindrance(context, host, action, jobs);
    if (look.ok) {
      [lastSeen, hasSeen] = [time(), true];
      if (look.value === undefined) return success(undefined);
      // A worker that fetches parameters is there in hours, one that failed never: the run does not wait for it.
      if (look.value.unmade !== undefined) return failure(left(host, PENDING, look.value));
      onWait(look.value);
      if (rules.detach) return failure(left(host, PENDING, look.value));
      if (lastSeen > end) return failure(left(host, 'SF650', look.value));
    } else if (isFinal(look.diagnostic, hasSeen && !rules.detach) || time() - lastSeen > times.patience)
      return look;
    else context.emit({ type: 'host-unreached', host, diagnostic: look.diagnostic });
    await context.sleep(wait);
  }
  throw new Error('waits end');
}

/** Another look does not change it. A node that told what is due may do so again, and one that was in step may catch up. */
function isFinal({ code }: Diagnostic, mayPass: boolean): boolean {
  return (code === 'SF586' || code === 'SF655') && !mayPass;
}

/** Another process runs, it is that which answers, and it is of the series that was meant. @param meet the miner, as it is to be asked by now */
export async function awaitApi(
  context: ApplyContext,
  host: string,
  { miner, pid, version }: RestartMiner,
  meet: () => Promise<Result<MinerApi>>,
): Promise<Result<MinerApi>> {
  const end = context.now().getTime() + context.times.start;
  let why = 'it does not run';
  for (const wait of waits(context.times)) {
    const running = await observeMinerProcess(context.remote(host), miner);
    const isNew = running.ok && running.value.length === 1 && running.value[0] !== pid;
    const met = isNew ? await meet() : undefined;
    const answer = met?.ok === true ? await met.value.version() : met;
    if (met?.ok === true && answer?.ok === true) {
      const came = answer.value.Version;
      // Nobody knows what its unit, or whatever else restarts it, starts.
      const isMeant = version === undefined || seriesOf(came) === seriesOf(version);
      return isMeant ? met : failure(another(host, came, version));
    }
    if (answer?.ok === false) why = answer.diagnostic.message;
    else if (!running.ok) why = running.diagnostic.message;
    else why = running.value.includes(pid) ? `process ${pid} runs on` : 'it does not run';
    // Who interrupts is told how it stands: it is restarted by now.
    if (context.signal.aborted || context.now().getTime() > end) break;
    await context.sleep(wait);
  }
  return failure({
    code: 'SF651',
    severity: 'error',
    message: `lotus-miner was restarted and has not come back: ${why}`,
    place: { kind: 'host', host },
    help: LOOK,
  });
}

function another(host: string, came: string, meant: string): Diagnostic {
  return {
    code: 'SF651',
    severity: 'error',
    message: `lotus-miner was restarted and has come up as ${releaseOf(came)}, and the plan goes by ${releaseOf(meant)}`,
    place: { kind: 'host', host },
    help: 'It runs. Look at which program its unit or `miner.restartCommand` starts; a new plan goes by the one that runs now.',
  };
}

function left(host: string, code: typeof PENDING | 'SF650', hindrance: MinerHindrance): Diagnostic {
  const isPending = code === PENDING;
  return {
    code,
    severity: isPending ? 'note' : 'error',
    message: `lotus-miner is not restarted ${isPending ? 'yet' : 'in time'}: ${hindranceWords(hindrance)}`,
    place: { kind: 'host', host },
    help:
      hindrance.unmade !== undefined
        ? 'Until then it makes these proofs itself. Let the worker come up (`sealfarm plan`, `sealfarm logs WORKER`), and run the same command again.'
        : isPending
          ? 'Run the same command again later.'
          : 'Nothing was stopped. Apply again to go on waiting; where deadlines follow each other without a gap, `miner.restartMargin` may be too long.',
  };
}

function interrupted(host: string): Diagnostic {
  return {
    code: 'SF608',
    severity: 'error',
    message: 'interrupted while a moment was waited for to restart lotus-miner; it was not restarted',
    place: { kind: 'host', host },
    help: 'Run the command again to go on.',
  };
}
