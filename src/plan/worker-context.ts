import type { DiagnosticCode } from '../diagnostic/codes.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { DesiredWorker } from '../desired/desired.js';
import type { Written } from '../host/written.js';
import type { WorkerJob } from '../lotus/api.js';
import { sectorName } from '../lotus/file-type.js';
import { parseStorageJson } from '../lotus/storage-json.js';
import { taskByRpc } from '../lotus/task.js';
import type { MinerObservation, ObservedWorker } from '../observed/observed.js';
import type { Servers } from '../observed/servers.js';
import type { Adopting } from './adopt-rules.js';
import type { Action, Disruption, FieldChange, Reason, RunningJob, Step } from './plan.js';

/** What one rule of the planner looks at. */
export interface WorkerContext {
  readonly desired: DesiredWorker;
  readonly observed: ObservedWorker;
  readonly miner: MinerObservation;
  /** What sealfarm wrote on the host before. */
  readonly written: Written;
  /** Paths that another worker of the host has open, and which. */
  readonly openElsewhere: ReadonlyMap<string, string>;
  /** Who of the whole farm has which storage attached. */
  readonly servers: Servers;
  /** `abi.RegisteredSealProof` of the farm's sector size. */
  readonly sealProof: number;
  /** What a person allows for workers that somebody else started; absent: they go on as they run. */
  readonly adopt?: Adopting;
}

/** What one rule of the planner finds. */
export interface Findings {
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
}

export const NOTHING: Findings = { steps: [], diagnostics: [] };

export function combine(findings: readonly Findings[]): Findings {
  return {
    steps: findings.flatMap((found) => found.steps),
    diagnostics: findings.flatMap((found) => found.diagnostics),
  };
}

/** The paths on the host's own list, or why it cannot be read. */
export function listedPaths({ observed }: WorkerContext): readonly string[] | { readonly problem: string } {
  const file = observed.storageJson;
  if (file.state === 'unreadable') return { problem: file.why };
  return file.state === 'present' ? parseStorageJson(file.text.reveal()) : [];
}

/** Whose the files in the worker's repo and on its paths are. */
export function ownedBy({ desired }: WorkerContext): { readonly owner?: string } {
  return desired.user === undefined ? {} : { owner: desired.user };
}

interface StepDetails {
  readonly action: Action;
  readonly disruption: Disruption;
  readonly reason: Reason;
  readonly changes?: readonly FieldChange[];
}

export function workerStep({ desired }: Pick<WorkerContext, 'desired'>, details: StepDetails): Step {
  return {
    changes: [],
    ...details,
    id: `${desired.name}/${details.action.kind}${subject(details.action)}`,
    host: desired.host,
    worker: desired.name,
  };
}

function subject(action: Action): string {
  if ('path' in action) return `:${action.path}`;
  if (action.kind === 'disable-unit') return `:${action.unit}`;
  return 'task' in action ? `:${action.task}` : '';
}

export function problem(
  { desired }: WorkerContext,
  finding: {
    code: DiagnosticCode;
    message: string;
    help: string;
    path?: string;
    severity?: 'warning' | 'note';
  },
): Findings {
  const { code, message, help, path, severity = 'error' } = finding;
  const place = { kind: 'host', host: desired.host, worker: desired.name } as const;
  return {
    steps: [],
    diagnostics: [{ code, severity, message, help, place: path === undefined ? place : { ...place, path } }],
  };
}

export function runningJob(job: WorkerJob): RunningJob[] {
  const code = taskByRpc(job.Task)?.code;
  return code === undefined ? [] : [{ task: code, sector: sectorName(job.Sector), since: job.Start }];
}
