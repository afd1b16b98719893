import { drainWorker } from '../../apply/drain-worker.js';
import { success } from '../../diagnostic/result.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { hostLayout, workerLayout } from '../../host/layout.js';
import type { DrainIntent } from '../../host/manifest.js';
import { planIntents } from '../../plan/intent-plan.js';
import type { Plan } from '../../plan/plan.js';
import { intentsOf, withRenamed } from '../../observed/intents.js';
import type { FarmProbe } from '../../probe/observe-farm.js';
import { carryOut, type Outcome } from '../carry-out.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { leavingOrUnknown } from '../leaving.js';
import { onFarm, type OnFarm } from '../on-farm.js';
import { resolveTargets, type TargetWorker } from '../targets.js';
import { Terminal, type GlobalOptions } from '../terminal.js';
import { who } from '../workspace.js';

export interface ResumeOptions extends GlobalOptions {
  /** Milliseconds to wait for locks that others hold. */
  readonly lockTimeout?: number;
}

export interface DrainOptions extends ResumeOptions {
  readonly reason?: string;
  /** Milliseconds */
  readonly deadline?: number;
  /** False with `--no-stop`. */
  readonly stop: boolean;
}

export function drain(names: readonly string[], options: DrainOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  return onFarm('drain', options, terminal, async (on) => {
    const targets = resolveTargets(on.workspace.farm, names);
    if (!targets.ok) {
      terminal.diagnostics([await leavingOrUnknown(on.workspace, names, targets.diagnostic)]);
      return EXIT.usage;
    }
    const asked: DrainIntent = {
      who: who(),
      when: new Date().toISOString(),
      ...(options.reason === undefined ? {} : { why: options.reason }),
    };
    const remembered = await changeIntents(on, terminal, targets.value, asked, options);
    const ready = targets.value.filter((target) => !isUndone(target, remembered));
    if (ready.length === 0 || on.signal.aborted) return remembered.code;
    const failures = await empty(on, terminal, ready, options);
    // What was said before the hours of waiting is said once more.
    terminal.diagnostics([...(remembered.code === EXIT.done ? [] : remembered.wrong), ...failures]);
    return failures.length === 0 ? remembered.code : EXIT.failed;
  });
}

/** Not written down on its host, a drain would be forgotten by a restart: such a worker is left at work. */
function isUndone({ host, worker }: TargetWorker, { undone }: Outcome): boolean {
  return undone.some((one) => one.host === host.name && (one.worker ?? worker.name) === worker.name);
}

/** Writes the intent to the hosts, so that it outlives this command, crashes and reboots. One already there stays. */
function changeIntents(
  on: OnFarm,
  terminal: Terminal,
  targets: readonly TargetWorker[],
  asked: DrainIntent,
  { lockTimeout = 0 }: DrainOptions,
): Promise<Outcome> {
  const { workspace } = on;
  const replan = (probe: FarmProbe): Plan => {
    const present = withRenamed(intentsOf(probe.observation), workspace.farm);
    const changes = new Map(targets.map(({ worker }) => [worker.name, present.get(worker.name) ?? asked]));
    const desired = workspace.desired(new Map([...present, ...changes]));
    return planIntents(desired, probe.observation, changes);
  };
  return workspace
    .look(() => undefined)
    .then((probe) =>
      carryOut(on, terminal, replan(probe), { quietly: true, unseen: true, lockTimeout }, (fresh) =>
        success(replan(fresh)),
      ),
    );
}

async function empty(
  { workspace, signal }: OnFarm,
  terminal: Terminal,
  targets: readonly TargetWorker[],
  options: DrainOptions,
): Promise<readonly Diagnostic[]> {
  const progress = await terminal.progress();
  const probe = await terminal.watching(workspace.farm.hosts.length, (emit) => workspace.look(emit));
  const context = workspace.applyContext(probe, progress.emit, signal, workspace.times);
  const failures = await Promise.all(
    targets.map(async ({ host, worker }): Promise<Diagnostic | undefined> => {
      const result = await drainWorker(context, {
        host: host.name,
        worker: worker.name,
        tasks: worker.tasks,
        service: workerLayout(host, worker),
        home: hostLayout(host.paths),
        farmHosts: workspace.farm.hosts.map(({ name }) => name),
        stop: options.stop,
        ...(options.deadline === undefined ? {} : { deadline: options.deadline }),
      });
      return result.ok ? undefined : result.diagnostic;
    }),
  );
  await progress.end();
  if (signal.aborted)
    terminal.say(
      'The drain goes on as far as Lotus alone brings it: no new work is taken. Run drain again to see it to its end.',
    );
  return failures.flatMap((diagnostic) => diagnostic ?? []);
}

/** Gives drained workers back just what the file declares for them. */
export function resume(names: readonly string[], options: ResumeOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  return onFarm('resume', options, terminal, async (on) => {
    const { workspace } = on;
    const targets = resolveTargets(workspace.farm, names);
    if (!targets.ok) {
      terminal.diagnostics([await leavingOrUnknown(on.workspace, names, targets.diagnostic)]);
      return EXIT.usage;
    }
    const replan = (probe: FarmProbe): Plan => {
      const changes = new Map(targets.value.map(({ worker }) => [worker.name, undefined]));
      const intents = new Map([...intentsOf(probe.observation)].filter(([name]) => !changes.has(name)));
      return planIntents(workspace.desired(intents), probe.observation, changes);
    };
    const probe = await terminal.watching(workspace.farm.hosts.length, (emit) => workspace.look(emit));
    const { code } = await carryOut(on, terminal, replan(probe), { ...options, unseen: true }, (fresh) =>
      success(replan(fresh)),
    );
    return code;
  });
}
