import type { ApplyContext } from '../apply/context.js';
import { drainWorker, LATE, type Drained } from '../apply/drain-worker.js';
import { PENDING } from '../apply/ledger.js';
import { OtherHosts } from '../apply/other-hosts.js';
import { tasksNow } from '../desired/desired.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Result } from '../diagnostic/result.js';
import type { DrainGoal } from '../drain/step.js';
import { hostLayout, workerLayout } from '../host/layout.js';
import type { DrainIntent } from '../host/manifest.js';
import { intentsOf, withRenamed } from '../observed/intents.js';
import type { FarmProbe } from '../probe/observe-farm.js';
import { count, someOf } from '../view/words.js';
import type { Outcome } from './carry-out.js';
import { crossedDrains } from './drain-refusals.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { changeIntents, isUndone, type Wanted } from './intents.js';
import type { OnFarm } from './on-farm.js';
import type { TargetWorker } from './targets.js';
import type { Progress, Terminal } from './terminal.js';
import { DEFAULT_RULES } from './apply-defaults.js';
import { who } from './workspace.js';

/** What a person asks for. All times in milliseconds. */
export interface DrainRules {
  readonly reason?: string;
  readonly until: DrainGoal;
  /** As the public guide says: all tasks off, jobs awaited, stopped. */
  readonly mode?: 'guide';
  /** Of one that nobody waits for, since its drain was first asked for. */
  readonly deadline?: number;
  readonly onDeadline: 'keep' | 'resume' | 'stop';
  /** False with `--no-stop`. */
  readonly stop: boolean;
  /** Groups that may take its sectors as long as the drain lasts. */
  readonly resolve?: readonly string[];
  /** Nobody waits: the next run goes on. */
  readonly detach?: boolean;
  readonly lockTimeout?: number;
  /** That nobody else does what they do is meant. */
  readonly allowLast?: boolean;
}

/** How it ended for some workers. */
export interface End {
  readonly code: ExitCode;
  readonly wrong: readonly Diagnostic[];
}

/** The drains of one command: they look at the farm together. */
export class Draining {
  readonly #on: OnFarm;
  readonly #terminal: Terminal;
  readonly #progress: Progress;
  readonly #probe: FarmProbe;
  readonly #rules: DrainRules;
  readonly #context: ApplyContext;
  readonly #others: OtherHosts;
  readonly #asked: DrainIntent;
  #noted = false;

  constructor(on: OnFarm, terminal: Terminal, progress: Progress, probe: FarmProbe, rules: DrainRules) {
    const { workspace, signal } = on;
    const how = { ...DEFAULT_RULES, detach: rules.detach === true };
    this.#on = on;
    this.#terminal = terminal;
    this.#progress = progress;
    this.#probe = probe;
    this.#rules = rules;
    this.#context = workspace.applyContext(probe, progress.emit, signal, workspace.times, how);
    this.#others = new OtherHosts(this.#context);
    const why = rules.reason === undefined ? {} : { why: rules.reason };
    this.#asked = { who: who(), when: new Date().toISOString(), ...why };
  }

  /** Whether any worker of the command is drained, and stays so when it ends. */
  get noted(): boolean {
    return this.#noted;
  }

  /** Notes the drain of these workers on their hosts, and brings those of which it is noted to their end. */
  async drain(targets: readonly TargetWorker[], probe = this.#probe): Promise<readonly End[]> {
    const isOver = (): boolean => this.#on.signal.aborted;
    if (isOver()) return [];
    const outcome = await this.#note(targets, (present) => this.#wanted(present), probe, true);
    const written = targets.filter((target) => !isUndone(target, outcome));
    const crossed = await this.#giveWay(written, probe);
    const good = written.filter((target) => !crossed.gone.includes(target));
    this.#noted ||= good.length > 0;
    const ready = isOver() ? [] : good;
    const code = outcome.code === EXIT.done && written.length < targets.length ? EXIT.failed : outcome.code;
    // What was said before the hours of waiting is said once more.
    const noted = { code, wrong: code === EXIT.done || ready.length === 0 ? [] : outcome.wrong };
    const drained = await Promise.all(
      ready.map(async (target) => ({ target, result: await this.#drainOne(target) })),
    );
    const late = drained.flatMap(({ target, result }) => (isLate(result) || isNever(result) ? [target] : []));
    const done = drained.flatMap(({ target, result }) => (result.ok ? [target] : []));
    return [
      noted,
      ...crossed.ends,
      ...drained.map(({ target, result }) => this.#end(target, result)),
      ...(this.#rules.onDeadline === 'resume' ? await this.#noteLater(late, this.#takenBack) : []),
      ...(await this.#noteLater(done.filter(this.#isOpened), closed)),
    ];
  }

  /** Those that this command noted are taken back where a drain that came meanwhile would leave nobody. */
  async #giveWay(
    targets: readonly TargetWorker[],
    before: FarmProbe,
  ): Promise<{ readonly gone: readonly TargetWorker[]; readonly ends: readonly End[] }> {
    const known = intentsOf(before.observation);
    const fresh = targets.filter(({ worker }) => !known.has(worker.name));
    if (this.#rules.allowLast === true || fresh.length === 0) return { gone: [], ends: [] };
    const now = await this.#on.workspace.lookAtHosts(() => undefined);
    const wrong = crossedDrains(fresh, before.observation, now.observation, this.#on.workspace.farm.rollout);
    if (wrong.length === 0) return { gone: [], ends: [] };
    this.#terminal.diagnostics(wrong);
    // Where it cannot be taken back now, that is said as its own failure, and `resume` does it.
    const back = await this.#note(fresh, this.#takenBack, now);
    this.#noted ||= fresh.some((target) => isUndone(target, back));
    return { gone: fresh, ends: [{ code: EXIT.failed, wrong }, back] };
  }

  /** What others asked for stays. */
  readonly #takenBack: Wanted = (present) => (present?.who === this.#asked.who ? undefined : present);

  /** Of what the first look could not know. */
  async #noteLater(targets: readonly TargetWorker[], wanted: Wanted): Promise<readonly End[]> {
    if (targets.length === 0) return [];
    const probe = await this.#on.workspace.look(() => undefined);
    return [await this.#note(targets, wanted, probe)];
  }

  /** Whether its sectors could go to more groups than the file says. */
  readonly #isOpened = ({ worker }: TargetWorker): boolean =>
    this.#rules.resolve !== undefined ||
    intentsOf(this.#probe.observation).get(worker.name)?.allowTo !== undefined;

  /** @param hostsAlone nobody is started by it */
  #note(
    targets: readonly TargetWorker[],
    wanted: Wanted,
    probe = this.#probe,
    hostsAlone = false,
  ): Promise<Outcome> {
    const { lockTimeout } = this.#rules;
    return changeIntents(this.#on, this.#terminal, probe, targets, wanted, {
      within: this.#progress,
      hostsAlone,
      ...(lockTimeout === undefined ? {} : { lockTimeout }),
    });
  }

  /** Whether a drain is the one that is asked for: that to another goal has come to its end, or shall not. */
  #goesOn(present: DrainIntent | undefined): present is DrainIntent {
    return present !== undefined && (present.until ?? 'empty') === this.#goal();
  }

  /** Who asked first, and when, stays; why is as it is asked now. */
  #wanted(present?: DrainIntent): DrainIntent {
    const { why } = this.#asked;
    const asked = {
      ...(this.#goesOn(present) ? present : this.#asked),
      ...(why === undefined ? {} : { why }),
    };
    const { until: _, ...rest } = asked;
    const allowTo = [...new Set([...(present?.allowTo ?? []), ...(this.#rules.resolve ?? [])])];
    return {
      ...rest,
      ...(this.#goal() === 'quiet' ? { until: 'quiet' } : {}),
      ...(allowTo.length === 0 ? {} : { allowTo }),
    };
  }

  #goal(): DrainGoal {
    const { until, mode } = this.#rules;
    return mode === 'guide' ? 'quiet' : until;
  }

  /** Each run of a detached drain has what the earlier ones have left. */
  #timeLeft(worker: string): number | undefined {
    const { deadline, detach } = this.#rules;
    const known = withRenamed(intentsOf(this.#probe.observation), this.#on.workspace.farm).get(worker);
    const { when } = this.#goesOn(known) ? known : this.#asked;
    if (deadline === undefined || detach !== true) return deadline;
    return Math.max(0, Date.parse(when) + deadline - this.#context.now().getTime());
  }

  #drainOne({ host, worker }: TargetWorker): Promise<Result<Drained>> {
    const { onDeadline, stop } = this.#rules;
    const deadline = this.#timeLeft(worker.name);
    return drainWorker(this.#context, {
      host: host.name,
      worker: worker.name,
      tasks: worker.tasks,
      afterwards: tasksNow(worker),
      service: workerLayout(host, worker),
      home: hostLayout(host.paths),
      others: this.#others,
      until: this.#goal(),
      stop,
      stopLate: onDeadline === 'stop',
      ...(deadline === undefined ? {} : { deadline }),
    });
  }

  #end({ host, worker }: TargetWorker, result: Result<Drained>): End {
    if (!result.ok) {
      const { diagnostic } = result;
      return { code: EXITS.get(diagnostic.code) ?? EXIT.failed, wrong: [diagnostic] };
    }
    const { until, mode, stop } = this.#rules;
    const meant = mode !== 'guide' && until === 'quiet';
    const { left } = result.value;
    if (!stop || meant || left.length === 0) return { code: EXIT.done, wrong: [] };
    return { code: EXIT.done, wrong: [leftThere(host.name, worker.name, left)] };
  }
}

function closed(present: DrainIntent | undefined): DrainIntent | undefined {
  if (present === undefined) return undefined;
  const { allowTo: _, ...rest } = present;
  return rest;
}

const EXITS: ReadonlyMap<string, ExitCode> = new Map([
  [PENDING, EXIT.partial],
  ['SF612', EXIT.never],
]);

/** Waiting longer changes nothing. */
function isNever(result: Result<Drained>): boolean {
  return !result.ok && EXITS.get(result.diagnostic.code) === EXIT.never;
}

function isLate(result: Result<Drained>): boolean {
  return !result.ok && LATE.has(result.diagnostic.code);
}

function leftThere(host: string, worker: string, left: readonly string[]): Diagnostic {
  return {
    code: 'SF640',
    severity: 'warning',
    message: `${worker} was stopped with ${count(left.length, 'sector')} on its paths: ${someOf(left, 3)}`,
    place: { kind: 'host', host, worker },
    help: `They go on only there: sealfarm resume ${worker}, then drain it until it is empty.`,
  };
}
