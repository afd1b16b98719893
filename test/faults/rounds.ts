import { isDeepStrictEqual } from 'node:util';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import type { FarmProbe } from '../../src/probe/observe-farm.js';
import type { Outcome } from '../../src/cli/carry-out.js';
import { steps, type Plan } from '../../src/plan/plan.js';
import { endsWorkers, type Cell, type Label } from './boundary.js';
import type { FaultFarm } from './fault-farm.js';
import { FaultRun, readFarm } from './fault-run.js';
import { FIRST, type HostEdit } from './host-edit.js';
import { Injector } from './injector.js';
import { edited, readyFor, settled, type Scenario } from './scenario.js';

/** What a host suffers in a round. */
export interface Task {
  readonly scenario: Scenario;
  readonly cell: Cell;
}

export interface RoundReport {
  /** Hosts on which the fault happened. */
  readonly fired: ReadonlySet<string>;
  /** What shall never be. */
  readonly problems: readonly string[];
}

/** As Lotus says it of a job whose process has ended. */
const RESTARTED = 'worker restarted';

/** Longer than any part of an apply may wait. Milliseconds. */
const DEADLINE = 300_000;

/** How often an apply is tried before the farm is given up. */
const TRIES = 3;

/** Edits, applies with a fault on each host, and looks at what came of it; again and again on one farm. */
export class Rounds {
  readonly #farm: FaultFarm;
  readonly #edits = new Map<string, HostEdit>();
  readonly #told = new Set<string>();
  #probe: FarmProbe | undefined;

  constructor(farm: FaultFarm) {
    this.#farm = farm;
  }

  /** The first apply. */
  async begin(): Promise<void> {
    const problems = await this.#converge();
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }

  /** Every boundary that an undisturbed apply passes, as often as it is passed. */
  async record(host: string, scenario: Scenario): Promise<ReadonlyMap<Label, number>> {
    await this.#makeReady(new Map([[host, { scenario }]]));
    this.#edit(host, scenario);
    const injector = new Injector(this.#farm.world(host), undefined, true);
    const run = await this.#open(() => injector);
    const { code } = await run.apply(run.plan(await this.#seen(run), host), host);
    await run.close();
    if (code !== 0) throw new Error(run.said);
    injector.collectCommands();
    const problems = await this.#converge();
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return injector.passed.reduce(
      (counts, label) => counts.set(label, (counts.get(label) ?? 0) + 1),
      new Map<Label, number>(),
    );
  }

  /** Each host suffers its task while it is at work, all at once, each under a sealfarm of its own; then one more apply must do. */
  async round(tasks: ReadonlyMap<string, Task>): Promise<RoundReport> {
    await this.#makeReady(tasks);
    await this.#farm.submitAndBegin(tasks.size);
    const suffered = await this.#sufferAll(tasks, false);
    const costs = [...tasks.values()].some(({ cell }) => endsWorkers(cell.fault));
    return {
      fired: suffered.fired,
      problems: [...suffered.problems, ...(await this.#endOfRound(false, costs))],
    };
  }

  /** Converges first where an edit would change nothing as things are. */
  async #makeReady(tasks: ReadonlyMap<string, Pick<Task, 'scenario'>>): Promise<void> {
    const changes = [...tasks].filter(([host, { scenario }]) =>
      this.#change(host, (edit) => readyFor(edit, scenario)),
    );
    if (changes.length === 0) return;
    const problems = await this.#converge();
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }

  /** The same with several edits of each host, one after the other, before that one more apply. */
  async sequences(all: ReadonlyMap<string, readonly Task[]>): Promise<readonly string[]> {
    const problems: string[] = [];
    const longest = Math.max(...[...all.values()].map(({ length }) => length));
    for (let at = 0; at < longest; at += 1) {
      const tasks = [...all].flatMap(([host, sequence]) => {
        const task = sequence[at];
        return task === undefined ? [] : [[host, task] as const];
      });
      problems.push(...(await this.#sufferAll(new Map(tasks), true)).problems);
    }
    return [...problems, ...(await this.#endOfRound(true, false))];
  }

  /** @param costs whether the harness itself ended workers: then only what ended with a process that it did not end is sealfarm's doing */
  async #endOfRound(looks: boolean, costs: boolean): Promise<readonly string[]> {
    const problems = await this.#converge(looks);
    const lost = this.#farm.lostJobs().filter(({ error }) => !costs || error === RESTARTED);
    return [...problems, ...this.#once(lost.map((job) => `lost: ${JSON.stringify(job)}`))];
  }

  /** @param looks whether sealfarm looks at the host first, as `apply` does, or works from what was seen last */
  async #sufferAll(tasks: ReadonlyMap<string, Task>, looks: boolean): Promise<RoundReport> {
    for (const [host, { scenario }] of tasks) this.#edit(host, scenario);
    const suffered = await Promise.all([...tasks].map(([host, task]) => this.#suffer(host, task, looks)));
    const problems = suffered.flatMap(({ problems }) => problems);
    problems.push(...(await this.#lookAtFiles()), ...(await this.#unlock(suffered)));
    const told = problems.map((problem) => {
      const task = tasks.get(/host-\d+/.exec(problem)?.[0] ?? '');
      return task === undefined
        ? problem
        : `${task.cell.fault}: ${task.cell.label} in ${task.scenario}: ${problem}`;
    });
    const fired = suffered.flatMap(({ host, fired }) => (fired ? [host] : []));
    return { fired: new Set(fired), problems: told };
  }

  async #suffer(host: string, { cell }: Task, looks: boolean): Promise<Suffered> {
    const injector = new Injector(this.#farm.world(host), cell);
    const run = await this.#open(() => injector, cell.fault.startsWith('hang'));
    const apply = async (): Promise<Outcome> =>
      run.apply(run.plan(looks ? await run.look(host) : await this.#seen(run), host), host);
    const outcome = await Promise.race([apply(), injector.killed, afterDeadline()]);
    if (!injector.dead) await run.close();
    const problems: string[] = [];
    if (outcome === 'late') problems.push(`${host} hangs: ${run.said}`);
    else if (outcome !== undefined && outcome.code !== 0 && !/SF\d{3}/.test(run.said))
      problems.push(`${host} failed without a word: ${run.said}`);
    const wrong = typeof outcome === 'object' ? outcome.wrong : [];
    const told = [...run.told, ...wrong];
    return { host, fired: injector.fired, killed: injector.dead, said: run.said, told, problems };
  }

  async #lookAtFiles(): Promise<readonly string[]> {
    return this.#once(
      (await Promise.all(this.#farm.hosts.map((host) => this.#farm.wrongFiles(host)))).flat(),
    );
  }

  /** A lock stays only of a sealfarm that is no more or has said so; then it says whose it is. */
  async #unlock(suffered: readonly Suffered[]): Promise<readonly string[]> {
    const locks = await this.#farm.locks();
    if (locks.size === 0) return [];
    const problems = [...locks].flatMap(([host, holder]) => {
      const { killed = false, said = '', told = [] } = suffered.find((one) => one.host === host) ?? {};
      // Whose connection broke while it took or gave back the lock has said so, and cannot know more.
      const reported = told.some((one) => isOfLock(one, host));
      if (!killed && !reported) return [`${host} stays locked without a word: ${said}`];
      if (/\w+@\S+.*\d{4}-\d\d-\d\dT/s.test(holder)) return [];
      return [`nobody is named by the lock of ${host}: ${holder}`];
    });
    const { code, stdout, stderr } = await this.#farm.sandbox.run(['unlock', '--force', ...locks.keys()]);
    if (code !== 0) problems.push(`not unlocked: ${stdout}${stderr}`);
    return problems;
  }

  /**
   * One more apply brings every host to what the file says, and then there is nothing to do.
   * @param looks whether several edits came before it, which may have taken each other back
   */
  async #converge(looks = false): Promise<readonly string[]> {
    const problems: string[] = [];
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const injectors = new Map(this.#farm.hosts.map((host) => [host, new Injector(this.#farm.world(host))]));
      const run = await this.#open((host) => required(injectors.get(host)));
      const first = run.plan(looks ? await run.look() : await this.#seen(run));
      const { code } = await run.apply(first);
      if (code !== 0) problems.push(`not applied: ${run.said}`);
      this.#probe = await run.look();
      const plan = run.plan(this.#probe);
      await run.close();
      const left = steps(plan).map(({ host, id, reason }) => `${host} is left with ${id} (${reason})`);
      const wrong = plan.diagnostics
        .filter(({ severity }) => severity !== 'note')
        // What else runs on this machine.
        .filter(({ code, message }) => code !== 'SF545' || message.includes(this.#farm.sandbox.dir))
        .map(({ code, message }) => `${code} ${message}`);
      problems.push(...left.filter((one) => !announced(first, one)), ...wrong);
      if (left.length + wrong.length === 0) break;
      if (tries === TRIES) throw new Error(`the farm does not converge:\n${problems.join('\n')}`);
    }
    for (const [host, edit] of this.#edits) this.#edits.set(host, settled(edit));
    const [locks, leftovers] = await Promise.all([
      this.#farm.locks(),
      Promise.all(this.#farm.hosts.map((host) => this.#leftovers(host))),
    ]);
    const locked = [...locks.keys()].map((host) => `${host} is still locked`);
    return [...problems, ...locked, ...this.#once(leftovers.flat())];
  }

  /**
   * What one that was cut off began of a lock goes when the next takes it: where nothing is left to do nobody has, and where a process
   * of this machine has its number by then it stays once more.
   */
  async #leftovers(host: string): Promise<readonly string[]> {
    const left = await this.#farm.leftovers(host);
    if (!left.some((file) => /\/lock\.\d+\.sealfarm-tmp$/.test(file))) return left;
    await this.#farm.lockAndUnlock(host);
    return this.#farm.leftovers(host);
  }

  /** What stays wrong is told where it began. */
  #once(problems: readonly string[]): readonly string[] {
    const fresh = problems.filter((problem) => !this.#told.has(problem));
    for (const problem of fresh) this.#told.add(problem);
    return fresh;
  }

  async #open(injectorOf?: (host: string) => Injector, hangs = false): Promise<FaultRun> {
    const farm = await readFarm(await this.#farm.write(this.#edits));
    return FaultRun.open(farm, injectorOf ?? ((host) => new Injector(this.#farm.world(host))), hangs);
  }

  #edit(host: string, scenario: Scenario): void {
    this.#change(host, (edit) => edited(edit, scenario));
  }

  /** Whether that makes a difference. */
  #change(host: string, change: (edit: HostEdit) => HostEdit): boolean {
    const before = this.#edits.get(host) ?? FIRST;
    const after = change(before);
    this.#edits.set(host, after);
    if (before.second !== after.second || before.renamed !== after.renamed) this.#probe = undefined;
    return !isDeepStrictEqual(before, after);
  }

  /** As it was seen last, where that was with the workers of today. */
  async #seen(run: FaultRun): Promise<FarmProbe> {
    return this.#probe ?? run.look();
  }
}

/** A plan may say that paths of a renamed worker are left to the next apply. */
function announced({ diagnostics }: Plan, left: string): boolean {
  return diagnostics.some(
    ({ code, place }) =>
      code === 'SF548' &&
      place?.kind === 'host' &&
      place.worker !== undefined &&
      left.startsWith(`${place.host} is left with ${place.worker}/`),
  );
}

interface Suffered {
  readonly host: string;
  readonly fired: boolean;
  readonly killed: boolean;
  readonly said: string;
  readonly told: readonly Diagnostic[];
  readonly problems: string[];
}

/** Of a connection on which a lock was perhaps taken or given back, or of the lock itself. */
const OF_LOCKS: ReadonlySet<string> = new Set(['SF404', 'SF405', 'SF406', 'SF609']);

function isOfLock({ code, message, place }: Diagnostic, host: string): boolean {
  if (place?.kind !== 'host' || place.host !== host) return false;
  return OF_LOCKS.has(code) || (code === 'SF602' && message.includes(`the lock of ${host}`));
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nothing is there yet');
  return value;
}

function afterDeadline(): Promise<'late'> {
  return new Promise((resolve) => {
    setTimeout(() => {
      resolve('late');
    }, DEADLINE).unref();
  });
}
