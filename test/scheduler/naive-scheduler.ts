import { activeResources, type ActiveResources, admit, utilization } from '../../src/lotus/admission.js';
import type { Eligibility, SectorIndexView } from '../../src/lotus/selector.js';
import { mayTake } from '../../src/lotus/selector.js';
import {
  needOf,
  type Phase,
  type SchedulerWorker,
  type TaskRequest,
} from '../../src/scheduler/task-request.js';

const SIZE = '32GiB';
const URGENCY = ['FIN', 'GET', 'C1', 'C2', 'PC2', 'PC1', 'AP'] as const;

interface Job {
  readonly request: TaskRequest;
  phase: Phase;
}

interface Known {
  worker: SchedulerWorker;
  jobs: Job[];
}

const STAGES: readonly (readonly Phase[])[] = [['assigned'], ['preparing', 'prepared'], ['running']];

/** Lotus's rules as one would write them down without a thought for time: every round asks every worker everything. */
export class NaiveScheduler {
  readonly #index: SectorIndexView;
  readonly #workers = new Map<string, Known>();
  #waiting: TaskRequest[] = [];

  constructor(index: SectorIndexView) {
    this.#index = index;
  }

  setWorker(worker: SchedulerWorker): void {
    this.#workers.set(worker.session, { jobs: this.#workers.get(worker.session)?.jobs ?? [], worker });
  }

  removeWorker(session: string): void {
    this.#workers.delete(session);
  }

  submit(request: TaskRequest): void {
    this.#waiting.push(request);
  }

  prepared(id: string): void {
    for (const job of this.#jobs()) if (job.request.id === id) job.phase = 'prepared';
  }

  ended(id: string): void {
    for (const known of this.#workers.values()) {
      known.jobs = known.jobs.filter(({ request }) => request.id !== id);
    }
  }

  /** Each decision as one line. */
  round(): string[] {
    const lines: string[] = [];
    for (let before = -1; before < lines.length;) {
      before = lines.length;
      for (const task of URGENCY) {
        const requests = this.#waiting.filter((one) => one.task === task);
        requests.sort((a, b) => a.sector.Number - b.sector.Number);
        for (const one of requests) lines.push(...this.#assign(one));
      }
      for (const known of this.#workers.values()) lines.push(...advance(known));
    }
    return lines;
  }

  #jobs(): readonly Job[] {
    return [...this.#workers.values()].flatMap(({ jobs }) => jobs);
  }

  #assign(request: TaskRequest): string[] {
    const able = [...this.#workers.values()].flatMap((known) => {
      const eligibility = this.#eligibility(request, known);
      return eligibility.ok ? [{ known, preferred: eligibility.preferred }] : [];
    });
    const preferred = able.filter((one) => one.preferred);
    const among = (preferred.length > 0 ? preferred : able).map(({ known }) => known);
    const [taker] = among.sort((a, b) => used(a) - used(b) || (a.worker.name < b.worker.name ? -1 : 1));
    if (taker === undefined) return [];
    taker.jobs.push({ request, phase: 'assigned' });
    this.#waiting = this.#waiting.filter((one) => one !== request);
    return [`${request.id} assigned ${taker.worker.session}`];
  }

  #eligibility({ task, sector }: TaskRequest, known: Known): Eligibility {
    const { worker } = known;
    if (!worker.enabled || !worker.tasks.has(task) || !admits(known, task, ['assigned'])) {
      return { ok: false, reason: 'no-such-path' };
    }
    return mayTake(task, sector, worker.paths, this.#index, SIZE);
  }
}

/** What waits prepared comes first; then C1 and C2, which need not be prepared; then what is to be prepared. */
function advance(known: Known): string[] {
  const lines: string[] = [];
  if (!known.worker.enabled) return lines;
  const go = (job: Job, phase: 'preparing' | 'running'): void => {
    job.phase = phase;
    lines.push(`${job.request.id} ${phase === 'running' ? 'run' : 'prepare'} ${known.worker.session}`);
  };
  const those = (phase: Phase): readonly Job[] => known.jobs.filter((job) => job.phase === phase);
  for (const job of those('prepared')) {
    if (admits(known, job.request.task, ['running'])) go(job, 'running');
  }
  if (those('prepared').length === 0) {
    for (const job of those('assigned')) {
      const { task } = job.request;
      if ((task === 'C1' || task === 'C2') && admits(known, task, ['running'])) go(job, 'running');
    }
  }
  for (const job of those('assigned')) if (mayPrepare(known, job.request.task)) go(job, 'preparing');
  return lines;
}

/** Whatever fetches counts as GET, too; only AP and C2 do not. */
function mayPrepare(known: Known, task: TaskRequest['task']): boolean {
  if (!admits(known, task, ['preparing', 'prepared'])) return false;
  if (task === 'AP' || task === 'C2') return true;
  const fetching = known.jobs.filter(({ phase, request: { task: code } }) =>
    phase === 'running' ? code === 'GET' : phase !== 'assigned' && code !== 'AP' && code !== 'C2',
  );
  const most = needOf('GET', known.worker.resources, SIZE).MaxConcurrent;
  return most === 0 || fetching.length < most;
}

function admits(known: Known, code: TaskRequest['task'], phases: readonly Phase[]): boolean {
  const { resources } = known.worker;
  return admit({ code, need: needOf(code, resources, SIZE) }, resources, active(known, phases)).admitted;
}

function active({ worker, jobs }: Known, phases: readonly Phase[]): ActiveResources {
  const { resources } = worker;
  const tasks = jobs
    .filter(({ phase }) => phases.includes(phase))
    .map(({ request: { task: code } }) => ({ code, need: needOf(code, resources, SIZE) }));
  return activeResources(tasks, resources);
}

function used(known: Known): number {
  return STAGES.reduce((sum, phases) => sum + utilization(known.worker.resources, active(known, phases)), 0);
}
