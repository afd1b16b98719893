import { record } from '../../apply/journal.js';
import { withLocks } from '../../apply/lock.js';
import { rotateKey } from '../../apply/rotate-key.js';
import type { DesiredFarm } from '../../desired/desired.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../../diagnostic/result.js';
import { TOKEN_KEY } from '../../lotus/keystore.js';
import { intentsOf, withRenamed } from '../../observed/intents.js';
import { restartStep } from '../../plan/miner-restart.js';
import type { Plan } from '../../plan/plan.js';
import { provingFirst } from '../../plan/proving-first.js';
import { notHandedOut, planRotation, type RotationStage } from '../../plan/rotation.js';
import type { FarmProbe } from '../../probe/observe-farm.js';
import type { Secret } from '../../secret/secret.js';
import { rotationWords } from '../../view/rotation.js';
import { carryOut } from '../carry-out.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { loadFarm } from '../load-farm.js';
import { onFarm, type OnFarm } from '../on-farm.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

export interface RotateTokenOptions extends GlobalOptions {
  readonly yes?: boolean;
  /** Milliseconds that workers may take to get quiet, and a safe moment to come; else as the file says. */
  readonly drainTimeout?: number;
  /** Milliseconds that lotus-miner, and then each worker, may take to be back. */
  readonly startTimeout?: number;
  /** Milliseconds to wait for locks that others hold. */
  readonly lockTimeout?: number;
}

/**
 * Makes the miner take another token, and gives it to all workers. Killed, it may leave locks and tasks that are off; once the
 * locks are taken away and `apply` has run, the next run begins anew, or goes on where the miner has another token already.
 */
export async function rotateToken(options: RotateTokenOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const refused = { is: false };
  // Said before the token is looked for, which may be where nobody is any more.
  const load: typeof loadFarm = async (file, its) => {
    const farm = await loadFarm(file, its);
    if (farm === undefined || 'fromMiner' in farm.miner.token) return farm;
    refused.is = true;
    its.diagnostics([NOT_FROM_MINER]);
    return undefined;
  };
  const code = await rotateOn(options, terminal, load);
  return refused.is ? EXIT.failed : code;
}

function rotateOn(options: RotateTokenOptions, terminal: Terminal, load: typeof loadFarm): Promise<ExitCode> {
  const rotate = async (on: OnFarm): Promise<ExitCode> => {
    const { workspace } = on;
    const { farm } = workspace;
    const look = await terminal.watching(farm.hosts.length, (emit) => workspace.look(emit));
    const { stage } = stageOf(on, look);
    if (stage.stage === 'refused') {
      terminal.diagnostics(stage.diagnostics);
      return EXIT.failed;
    }
    const told = { type: 'rotation', stage: stage.stage };
    terminal.event(rotationWords(stage), told);
    const asked = await terminal.mayChange('Change the token?', options.yes, on.signal);
    if (asked !== EXIT.done) return asked;
    const old = stage.stage === 'finish' ? stage.old : [workspace.token];
    if (stage.stage === 'begin') {
      const rotated = await rotateUnderLocks(on, terminal, look, options);
      if (!rotated.ok) {
        terminal.diagnostics([rotated.diagnostic]);
        return EXIT.failed;
      }
    }
    return handOut(on, terminal, old, options);
  };
  return onFarm('rotate-token', options, terminal, rotate, load);
}

function stageOf(on: OnFarm, probe: FarmProbe): { readonly stage: RotationStage; readonly plan: Plan } {
  const plan = on.workspace.plan(probe);
  return { stage: planRotation(desiredOf(on, probe), probe.observation, plan), plan };
}

function desiredOf({ workspace }: OnFarm, { observation }: FarmProbe): DesiredFarm {
  return workspace.desired(withRenamed(intentsOf(observation), workspace.farm));
}

async function rotateUnderLocks(
  on: OnFarm,
  terminal: Terminal,
  seen: FarmProbe,
  options: RotateTokenOptions,
): Promise<Result<undefined>> {
  const { workspace, signal } = on;
  const { drainTimeout: quiet = workspace.farm.rollout.drainTimeout, lockTimeout = 0 } = options;
  const times = { ...workspace.times, quiet, start: options.startTimeout ?? workspace.times.start };
  const progress = await terminal.progress();
  const { plan } = stageOf(on, seen);
  const locks = plan.hosts.map(({ host, layout }) => ({ host, lock: layout.lock }));
  const idle = workspace.applyContext(seen, progress.emit, signal, times);
  const done = await withLocks(idle, locks, lockTimeout, async ({ troubles: [trouble] }) => {
    if (trouble !== undefined) return failure(trouble);
    const probe = await workspace.look(() => undefined);
    const { stage } = stageOf(on, probe);
    if (stage.stage !== 'begin') return failure(stage.stage === 'refused' ? first(stage.diagnostics) : MOVED);
    const context = workspace.applyContext(probe, progress.emit, signal, times);
    const { host, action, workers } = stage;
    const layout = plan.hosts.find((one) => one.host === host)?.layout;
    if (layout === undefined) throw new Error(`no host ${host}`);
    const { journal, lock } = layout;
    const step = restartStep(host, action, []);
    await record(context, host, journal, { outcome: 'begun' });
    const rotated = await rotateKey(context, {
      host,
      lock,
      action,
      workers,
      keptAs: `${TOKEN_KEY}-${context.now().toISOString().slice(0, 19)}`,
      onWait: (hindrance) => {
        context.emit({ type: 'miner-waiting', step, ...hindrance });
      },
      meet: () => workspace.askAgain(),
    });
    const why = rotated.ok ? {} : { why: rotated.diagnostic.message };
    const noted = { step: `${host}/lotus-miner/${TOKEN_KEY}`, ...why } as const;
    await record(context, host, journal, { ...noted, outcome: rotated.ok ? 'done' : 'failed' });
    return rotated.ok ? success(undefined) : rotated;
  });
  await progress.end();
  return done.ok ? done.value : done;
}

/** From here on it is an apply like any other: environment files, and workers that are restarted in waves. */
async function handOut(
  on: OnFarm,
  terminal: Terminal,
  old: readonly Secret[],
  { drainTimeout, startTimeout, lockTimeout }: RotateTokenOptions,
): Promise<ExitCode> {
  const { workspace } = on;
  const planOf = (probe: FarmProbe): Plan => provingFirst(workspace.plan(probe), desiredOf(on, probe));
  const planned = planOf(await workspace.look(() => undefined));
  const how = {
    unseen: true,
    ...(drainTimeout === undefined ? {} : { drainTimeout }),
    ...(startTimeout === undefined ? {} : { startTimeout }),
    ...(lockTimeout === undefined ? {} : { lockTimeout }),
  };
  const { code } = await carryOut(on, terminal, planned, how, (probe) => success(planOf(probe)));
  if (code !== EXIT.done) return code;
  // No plan restarts a worker that is drained.
  const after = await workspace.look(() => undefined);
  const left = notHandedOut(desiredOf(on, after), after.observation);
  if (left.length > 0) {
    terminal.diagnostics(left);
    return EXIT.failed;
  }
  for (const token of old) {
    const answer = await workspace.connections.minerWith(token).version();
    if (answer.ok || answer.diagnostic.code !== 'SF413') {
      terminal.diagnostics([stillTaken(answer.ok ? 'it was answered' : answer.diagnostic.message)]);
      return EXIT.failed;
    }
  }
  terminal.say('All workers have the new token, and the miner refuses the one before.');
  return EXIT.done;
}

function first([diagnostic]: readonly Diagnostic[]): Diagnostic {
  return diagnostic ?? MOVED;
}

const MOVED: Diagnostic = {
  code: 'SF601',
  severity: 'error',
  message: 'the farm changed while the question stood: some workers have another token than the miner by now',
  help: 'Nothing was changed. Run rotate-token again.',
};

const NOT_FROM_MINER: Diagnostic = {
  code: 'SF653',
  severity: 'error',
  message: 'the token of the miner is not changed: the file takes it from elsewhere',
  help: 'Write `token: { fromMiner: true }` and apply; else whoever keeps the token would have the one of before.',
};

function stillTaken(why: string): Diagnostic {
  return {
    code: 'SF654',
    severity: 'error',
    message: `all workers have the new token, but it is not clear that the miner refuses the one before: ${why}`,
    help: 'Look whether the key in the keystore of lotus-miner is another one, and whether it was restarted since.',
  };
}
