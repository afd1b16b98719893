import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import type { FarmProbe } from '../../probe/observe-farm.js';
import { refusedDrains, unknownGroup } from '../drain-refusals.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { leavingOrUnknown } from '../leaving.js';
import { Draining, type DrainRules, type End } from '../draining.js';
import { onFarm, type OnFarm } from '../on-farm.js';
import { someOf } from '../../view/words.js';
import { resolveTargets, type TargetWorker } from '../targets.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

export interface DrainOptions extends GlobalOptions, DrainRules {
  /** Hosts that are emptied at a time; absent for all. */
  readonly maxParallel?: number;
}

export function drain(names: readonly string[], options: DrainOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  return onFarm('drain', options, terminal, async (on) => {
    const targets = resolveTargets(on.workspace.farm, names);
    if (!targets.ok) {
      terminal.diagnostics([await leavingOrUnknown(on.workspace, names, targets.diagnostic)]);
      return EXIT.usage;
    }
    const probe = await terminal.watching(on.workspace.farm.hosts.length, (emit) =>
      on.workspace.lookAtHosts(emit),
    );
    const stray = unknownGroup(on.workspace.farm, probe.observation, options.resolve ?? []);
    if (stray !== undefined) {
      terminal.diagnostics([stray]);
      return EXIT.usage;
    }
    const refused = refusedDrains(targets.value, probe.observation, on.workspace.farm.rollout, options);
    if (refused.length > 0) {
      terminal.diagnostics(refused);
      return EXIT.failed;
    }
    const { ends, noted } = await drainAll(on, terminal, targets.value, probe, options);
    // What was said before the hours of waiting is said once more.
    terminal.diagnostics(ends.flatMap(({ wrong }) => wrong));
    if (on.signal.aborted) terminal.say(noted ? GOES_ON : NOT_BEGUN);
    return codeOf(ends);
  });
}

const GOES_ON =
  'The drain goes on as far as Lotus alone brings it: no new work is taken. Run drain again to see it to its end.';

const NOT_BEGUN =
  'It was interrupted before all was written: `sealfarm drain --status` shows what is drained.';

async function drainAll(
  on: OnFarm,
  terminal: Terminal,
  targets: readonly TargetWorker[],
  probe: FarmProbe,
  options: DrainOptions,
): Promise<{ readonly ends: readonly End[]; readonly noted: boolean }> {
  const progress = await terminal.progress();
  const draining = new Draining(on, terminal, progress, probe, options);
  const { maxParallel } = options;
  const ends =
    maxParallel === undefined
      ? await draining.drain(targets)
      : await inTurns(on, draining, byHost(targets), maxParallel);
  await progress.end();
  return { ends, noted: draining.noted };
}

/** Whatever does not come to its end keeps its place: no more hosts than that are out of work on the way. */
async function inTurns(
  on: OnFarm,
  draining: Draining,
  turns: readonly (readonly TargetWorker[])[],
  places: number,
): Promise<readonly End[]> {
  const ends: End[] = [];
  const waiting = [...turns];
  const place = async (): Promise<void> => {
    for (let turn = waiting.shift(); turn !== undefined; turn = waiting.shift()) {
      const came = await draining.drain(turn, await on.workspace.lookAtHosts(() => undefined));
      ends.push(...came);
      if (came.some(({ code }) => code !== EXIT.done)) return;
    }
  };
  await Promise.all(Array.from({ length: places }, place));
  return waiting.length === 0 ? ends : [...ends, { code: EXIT.partial, wrong: [notBegun(waiting.flat())] }];
}

function notBegun(targets: readonly TargetWorker[]): Diagnostic {
  const names = targets.map(({ worker }) => worker.name);
  return {
    code: 'SF645',
    severity: 'note',
    message: `not begun, as others are not through: ${someOf(names, 5)}`,
    help: 'They work on. Run the same command again: it goes on with them as soon as there is room.',
  };
}

function byHost(targets: readonly TargetWorker[]): readonly (readonly TargetWorker[])[] {
  const hosts = [...new Set(targets.map(({ host }) => host))];
  return hosts.map((one) => targets.filter(({ host }) => host === one));
}

/** That something can never end is told before anything else: it wants a person. */
const FIRST = [EXIT.never, EXIT.failed, EXIT.partial] as const;

function codeOf(ends: readonly End[]): ExitCode {
  return FIRST.find((code) => ends.some((end) => end.code === code)) ?? EXIT.done;
}
