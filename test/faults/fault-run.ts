import { carryOut, type Outcome } from '../../src/cli/carry-out.js';
import { readFarmFile } from '../../src/cli/load-farm.js';
import { resolvePart, type ChosenPart } from '../../src/cli/targets.js';
import { Terminal, type Progress } from '../../src/cli/terminal.js';
import { Workspace } from '../../src/cli/workspace.js';
import type { ApplyTimes } from '../../src/apply/context.js';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { success } from '../../src/diagnostic/result.js';
import type { Farm } from '../../src/farm/farm.js';
import type { Plan } from '../../src/plan/plan.js';
import type { FarmProbe } from '../../src/probe/observe-farm.js';
import { connect } from '../../src/remote/connect.js';
import { FaultyRemote } from './faulty-remote.js';
import { NEVER, type Injector } from './injector.js';

/** As patient as a test can be. */
const TIMES: ApplyTimes = {
  quiet: 60_000,
  start: 30_000,
  settle: 30_000,
  patience: 2000,
  certainty: 500,
  poll: 100,
  longestPoll: 500,
};

/** Milliseconds for a call that hangs. */
const CALL_TIMEOUT = 2000;

/** Hears what sealfarm says. */
class Ear extends Terminal {
  readonly said: string[] = [];
  readonly told: Diagnostic[] = [];

  constructor() {
    super({ json: false, color: false });
  }

  override result(text: string): void {
    this.said.push(text);
  }

  override say(text: string): void {
    this.said.push(text);
  }

  override diagnostics(diagnostics: readonly Diagnostic[]): void {
    this.told.push(...diagnostics);
    this.said.push(...diagnostics.map(({ code, message }) => `${code} ${message}`));
  }

  override progress(): Promise<Progress> {
    const emit: Progress['emit'] = (event) => {
      if ('diagnostic' in event) this.diagnostics([event.diagnostic]);
    };
    return Promise.resolve({
      emit,
      say: (text) => {
        this.say(text);
      },
      end: () => Promise.resolve(),
    });
  }
}

export async function readFarm(file: string): Promise<Farm> {
  const { farm, diagnostics } = await readFarmFile(file, () => []);
  if (farm === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return farm;
}

/** One sealfarm of its own within this process, that reaches each host through its injector. */
export class FaultRun {
  readonly #workspace: Workspace;
  readonly #ear = new Ear();

  private constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  static async open(farm: Farm, injectorOf: (host: string) => Injector, hangs = false): Promise<FaultRun> {
    const reach = {
      connect: async (host, context) => {
        const injector = injectorOf(host.name);
        if (injector.dead) return NEVER;
        const reached = await connect(host, context);
        return reached.ok
          ? success(new FaultyRemote(reached.value, injector, farm.miner.address.port))
          : reached;
      },
      ...(hangs ? { callTimeoutMs: CALL_TIMEOUT } : {}),
    } satisfies { connect: typeof connect };
    const opened = await Workspace.open(farm, undefined, { command: 'apply' }, { reach, times: TIMES });
    if (!opened.ok) throw new Error(opened.diagnostic.message);
    return new FaultRun(opened.value);
  }

  get said(): string {
    return this.#ear.said.join('\n');
  }

  /** Of what was said, that which has a code. */
  get told(): readonly Diagnostic[] {
    return this.#ear.told;
  }

  /** What is wrong with a host is said by the plan of a command, which nobody shows here. */
  async look(only?: string): Promise<FarmProbe> {
    const probe = await this.#workspace.look(() => undefined, this.#part(only)?.leftOut);
    const { hosts, miner } = probe.observation;
    this.#ear.diagnostics(
      [...hosts.values(), miner].flatMap((seen) => (seen.reached ? [] : [seen.diagnostic])),
    );
    return probe;
  }

  plan(probe: FarmProbe, only?: string): Plan {
    return this.#workspace.plan(probe, this.#part(only));
  }

  /** As `apply --yes` does, from a plan that was shown before. @param only the one host that it is about */
  apply(planned: Plan, only?: string): Promise<Outcome> {
    const { signal } = new AbortController();
    const part = this.#part(only);
    // The plan itself said these when it was shown.
    this.#ear.diagnostics(planned.diagnostics.filter(({ severity }) => severity === 'error'));
    return carryOut(
      { workspace: this.#workspace, signal },
      this.#ear,
      planned,
      { leftOut: part?.leftOut },
      (probe) => success(this.#workspace.plan(probe, part)),
    );
  }

  close(): Promise<void> {
    return this.#workspace.close();
  }

  #part(only: string | undefined): ChosenPart | undefined {
    return only === undefined ? undefined : partOf(this.#workspace.farm, only);
  }
}

function partOf(farm: Farm, only: string): ChosenPart | undefined {
  const exclude = farm.hosts.map(({ name }) => name).filter((name) => name !== only);
  const part = resolvePart(farm, exclude.length === 0 ? { target: [only] } : { target: [only], exclude });
  if (!part.ok) throw new Error(part.diagnostic.message);
  return part.value;
}
