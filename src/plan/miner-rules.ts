import type { DesiredMiner } from '../desired/desired.js';
import { hasErrors, type Diagnostic } from '../diagnostic/diagnostic.js';
import { hostLayout } from '../host/layout.js';
import { keyWords, MINER_KEYS, minerKey, variableOf, type MinerKey } from '../lotus/miner-keys.js';
import type { TaskCode } from '../lotus/task.js';
import { editConfig, type ConfigEdit } from '../miner/edit-config.js';
import { effectiveValue, layerOf, valueOfVariable, type MinerVariables } from '../miner/layers.js';
import { readConfigToml, valueIn, type Toml } from '../miner/read-config.js';
import type { MinerMachine, MinerProcess } from '../observed/observed.js';
import { Secret } from '../secret/secret.js';
import { configProblem } from './config-problem.js';
import { fileReason } from './file-reason.js';
import { handEdits } from './hand-edits.js';
import { leftToNobody, proofsLeft } from './left-proofs.js';
import {
  ambiguous,
  configAbsent,
  configWrong,
  hides,
  startUnknown,
  unknownRepo,
  unseen,
} from './miner-findings.js';
import { planMinerRestart, restartStepId } from './miner-restart.js';
import type { MinerStanding } from './miner-standing.js';
import type { FieldChange, Step } from './plan.js';
import { replacedProgram } from './program-rules.js';

export interface MinerPlan {
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
  readonly standing?: MinerStanding;
}

/** What else is known of the miner. */
export interface AroundMiner {
  /** Proofs that workers make, and go on with. */
  readonly made: ReadonlySet<TaskCode>;
  /** Version that runs; absent where it does not tell. */
  readonly runs?: string;
}

/** config.toml as the file has it, and what lotus-miner does otherwise until somebody restarts it. */
export function planMiner(
  desired: DesiredMiner,
  seen: MinerMachine,
  { made, ...version }: AroundMiner,
): MinerPlan {
  const { host, keys } = desired;
  const { config, repo } = seen;
  const at = { kind: 'host', host, path: `${repo}/config.toml` } as const;
  const problem = whyNotRead(desired, seen);
  if (problem !== undefined) return unedited(desired, seen, problem);
  if (config.state !== 'present') return NOTHING;
  const text = config.text.reveal();
  const edit: ConfigEdit = editConfig(text, keys);
  const before = readConfigToml(text);
  if (!before.ok) throw new Error('a config.toml that was looked at is none');
  if (!edit.ok) return unedited(desired, seen, configWrong(at, edit.problem));
  const after = readConfigToml(edit.text);
  if (!after.ok) throw new Error('a config.toml that was looked at is none');
  const unknown = startUnknown(at, seen);
  const waiting = pending(seen, before.toml, after.toml);
  const edits = handEdits(startToml(seen) ?? after.toml, after.toml);
  const hidden = hiddenKeys(desired, seen).map(keyWords);
  const leaves = leftBy(seen, before.toml, after.toml, unknown.length > 0);
  const unmade = leaves.filter((code) => !made.has(code));
  const restart = planMinerRestart(desired, seen, {
    pending: waiting,
    edits,
    unknown: unknown.length > 0,
    hidden: hidden.length > 0,
    ownWorkers: namesOfOwn(seen, before.toml),
    leaves,
    last: unmade.length > 0,
    ...version,
  });
  const isRestarted = restart.steps.length > 0;
  const standing: MinerStanding = { host, pending: isRestarted ? [] : [...waiting, ...edits], hidden };
  const write = edit.text === text ? [] : [writeConfig(desired, seen, edit.text, [before.toml, after.toml])];
  return {
    steps: [...write, ...restart.steps],
    diagnostics: [
      ...variableFindings(desired, seen),
      ...(isRestarted ? [] : unknown),
      ...restart.diagnostics,
      ...(unmade.length === 0 ? [] : [leftToNobody(host, unmade, isRestarted)]),
    ],
    ...(standing.pending.length + standing.hidden.length === 0 ? {} : { standing }),
  };
}

/** Why nobody can say what is to be edited. */
export function whyNotRead({ host }: DesiredMiner, seen: MinerMachine): Diagnostic | undefined {
  const { config, repo, processes } = seen;
  const at = { kind: 'host', host, path: `${repo}/config.toml` } as const;
  if (processes.length > 1) return ambiguous(host, processes);
  if (seen.guessed === true) return unknownRepo(host);
  return config.state === 'absent' ? configAbsent(at) : configProblem(host, seen);
}

const NOTHING: MinerPlan = { steps: [], diagnostics: [] };

/** Said to whoever asks something of it. Its program is seen all the same, where it is the one that is meant. */
function unedited(
  { host, keys, restart }: DesiredMiner,
  { processes: [process, another] }: MinerMachine,
  problem: Diagnostic,
): MinerPlan {
  const pending = process === undefined || another !== undefined ? [] : replacedProgram(process);
  return {
    steps: [],
    diagnostics: keys.length === 0 && restart.when !== 'asked' ? [] : [problem],
    ...(pending.length === 0 ? {} : { standing: { host, pending, hidden: [] } }),
  };
}

/** Of the miner's own: workers of its machine do without. */
export function isMiners({ id, host }: Pick<Step, 'id' | 'host'>): boolean {
  return id === configStepId(host) || id === restartStepId(host);
}

function configStepId(host: string): string {
  return `${host}/lotus-miner/config.toml`;
}

function writeConfig(
  { host, paths }: DesiredMiner,
  { repo, config, written }: MinerMachine,
  text: string,
  [before, after]: readonly [Toml, Toml],
): Step {
  if (config.state !== 'present') throw new Error('only what was read is replaced');
  const path = `${repo}/config.toml`;
  const { backups } = hostLayout(paths);
  return {
    id: configStepId(host),
    host,
    action: {
      kind: 'write-file',
      path,
      mode: 'keep',
      content: new Secret(text),
      replaces: config.sha256,
      before: config.text,
      backups,
    },
    disruption: 'none',
    reason: fileReason(path, config, written),
    changes: changes(
      (key) => valueIn(before, key),
      (key) => valueIn(after, key),
    ),
  };
}

type ValueOf = (key: (typeof MINER_KEYS)[number]) => unknown;

function changes(before: ValueOf, after: ValueOf): readonly FieldChange[] {
  return MINER_KEYS.filter((key) => before(key) !== after(key)).map((key) => ({
    field: keyWords(key),
    before: valueWords(before(key)),
    after: valueWords(after(key)),
  }));
}

function valueWords(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** What it runs with is what the file said when it started, and its variables above that; and the program of then. */
function pending(seen: MinerMachine, now: Toml, after: Toml): readonly FieldChange[] {
  const [process] = seen.processes;
  if (process === undefined) return [];
  const keys = changes(valueOf(process, startToml(seen) ?? now), valueOf(process, after));
  return [...keys, ...replacedProgram(process)];
}

function leftBy(seen: MinerMachine, now: Toml, after: Toml, unknown: boolean): readonly TaskCode[] {
  const [process] = seen.processes;
  if (process === undefined) return [];
  return proofsLeft(unknown ? undefined : valueOf(process, startToml(seen) ?? now), valueOf(process, after));
}

function valueOf(process: MinerProcess, toml: Toml): (key: MinerKey) => unknown {
  const layer = layerOf(process);
  return (key) => effectiveValue(toml, layer, key);
}

const NO_VARIABLES: MinerVariables = new Map();

/** What Lotus calls the worker within lotus-miner, as far as its machine tells. */
export function ownWorkers(seen: MinerMachine): readonly string[] {
  const reading = seen.config.state === 'present' ? readConfigToml(seen.config.text.reveal()) : undefined;
  return namesOfOwn(seen, reading?.ok === true ? reading.toml : {});
}

/** The name it started with, and the machine's, which it has without one. */
function namesOfOwn(seen: MinerMachine, now: Toml): readonly string[] {
  const variables = seen.processes[0]?.variables ?? NO_VARIABLES;
  const names = [startToml(seen) ?? now, now].map((toml) => effectiveValue(toml, variables, LOCAL_NAME));
  return [...new Set([...names, seen.hostname])].filter(
    (name): name is string => typeof name === 'string' && name !== '',
  );
}

const LOCAL_NAME = minerKey('LocalWorkerName');

/** Undefined where the file stands as it was, or nobody kept what it was. */
export function startToml({ startedWith }: MinerMachine): Toml | undefined {
  if (startedWith === undefined) return undefined;
  const reading = readConfigToml(startedWith.reveal());
  return reading.ok ? reading.toml : undefined;
}

function hiddenKeys(
  { keys }: DesiredMiner,
  { processes: [process] }: MinerMachine,
): DesiredMiner['keys'][number]['key'][] {
  const layer = process === undefined ? NO_VARIABLES : layerOf(process);
  return keys.flatMap(({ key, value }) => {
    const text = layer.get(variableOf(key));
    return text === undefined || valueOfVariable(key, text) === value ? [] : [key];
  });
}

function variableFindings(desired: DesiredMiner, seen: MinerMachine): readonly Diagnostic[] {
  const [process] = seen.processes;
  if (process === undefined || desired.keys.length === 0) return [];
  const found = hiddenKeys(desired, seen);
  return [
    ...(process.variables === undefined ? [unseen(desired.host, process)] : []),
    ...found.map((key) => hides(desired.host, key, process)),
  ];
}

/** Whether the machine, and the miner, are those that are meant. */
export function mayWrite(diagnostics: readonly Diagnostic[], host: string): boolean {
  const ofHost = diagnostics.filter(
    ({ code, place }) =>
      code === 'SF513' || (place?.kind === 'host' && place.host === host && place.worker === undefined),
  );
  return !hasErrors(ofHost);
}
