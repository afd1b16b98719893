import { workersOf } from '../../farm/rules/rule.js';
import { admit, type Admission, IDLE, type ScarceResource } from '../../lotus/admission.js';
import type { TaskCode } from '../../lotus/task.js';
import { task } from '../../lotus/task.js';
import type { Layout } from '../layout.js';
import type { Trouble } from './trouble.js';
import { counted, listed, sizeNeeded, sizeThere } from './words.js';
import { type KnownWorker, knownWorkers, mostWithoutLimit, taskOn, taskPlace } from './workers.js';

type Refusal = Extract<Admission, { readonly admitted: false }>;

/** A task that does not even fit alone is never given out, and nothing complains. */
export function* tasksFit(layout: Layout): Generator<Trouble> {
  for (const known of knownWorkers(layout)) {
    // A worker without a single CPU has a trouble of its own.
    if (known.announced.CPUs === 0) continue;
    const [first, ...others] = refusals(known);
    if (first === undefined) continue;
    const { worker } = known;
    const also =
      others.length === 0 ? '' : `; ${listed(others.map(({ code }) => code))} cannot run there either`;
    yield {
      code: 'SF251',
      severity: 'error',
      at: taskPlace(worker, first.code),
      who: worker.name,
      say: (name) => `${first.code} ${tooLittle(first.refusal, name(worker.name), known)}${also}`,
      help: wayOut(first.refusal, known),
    };
  }
}

function refusals(known: KnownWorker): readonly { readonly code: TaskCode; readonly refusal: Refusal }[] {
  return known.worker.tasks.flatMap((code) => {
    const refusal = admit(taskOn(known, code), known.announced, IDLE);
    return refusal.admitted ? [] : [{ code, refusal }];
  });
}

function tooLittle({ scarce, needed, available }: Refusal, worker: string, known: KnownWorker): string {
  const before = `before Lotus gives out one, and ${worker} has`;
  const virtual = scarce === 'virtual-memory';
  if (virtual || scarce === 'memory') {
    const without = virtual && leavesSwap(known) ? ' with noSwap' : '';
    return `needs ${sizeNeeded(needed)} of RAM${virtual ? ' + swap' : ''} ${before} ${sizeThere(available)}${without}`;
  }
  return `needs ${counted(needed, scarce === 'gpus' ? 'GPU' : 'CPU')} ${before} ${available}`;
}

function leavesSwap({ worker, hardware }: KnownWorker): boolean {
  return worker.noSwap && hardware.swap > 0;
}

function wayOut({ scarce, needed }: Refusal, known: KnownWorker): string {
  const elsewhere = 'or leave the task to a worker that has it';
  if (scarce === 'threads' || scarce === 'gpus') return `Give the worker more of them, ${elsewhere}.`;
  const { memory, swap } = known.hardware;
  const own = known.worker.memory ?? memory;
  if (own < memory && needed <= memory + (scarce === 'memory' ? 0 : known.announced.MemSwap))
    return `The machine has more: raise its \`memory\`, ${elsewhere}.`;
  if (scarce === 'virtual-memory' && leavesSwap(known) && memory + swap >= needed)
    return `Take noSwap out, ${elsewhere}.`;
  const more = scarce === 'virtual-memory' && !known.worker.noSwap ? 'RAM or swap' : 'RAM';
  return `Give the machine more ${more}, ${elsewhere}.`;
}

/** A limit that memory, threads or GPUs undercut says something that never happens. */
export function* limitsAreReached(layout: Layout): Generator<Trouble> {
  for (const known of knownWorkers(layout)) {
    const { worker } = known;
    for (const [code, limit] of worker.limits) {
      if (!worker.tasks.includes(code) && task(code).name !== undefined) continue;
      const { count, scarce } = mostWithoutLimit(known, code);
      if (scarce === undefined || count === 0 || count >= limit) continue;
      yield {
        code: 'SF252',
        severity: 'warning',
        at: [...worker.yaml, 'limits', code],
        who: worker.name,
        say: (name) =>
          `the limit of ${limit} ${code} on ${name(worker.name)} is never reached: ${supply(scarce, known)} enough for ${count}`,
        help: `Lower the limit to ${count}, so that it says what happens.`,
      };
    }
  }
}

function supply(scarce: ScarceResource, { announced }: KnownWorker): string {
  const { MemPhysical, MemSwap, CPUs, GPUs } = announced;
  if (scarce === 'memory') return `${sizeThere(MemPhysical)} of RAM are`;
  if (scarce === 'virtual-memory') return `${sizeThere(MemPhysical + MemSwap)} of RAM + swap are`;
  const [count, word] = scarce === 'gpus' ? [GPUs?.length ?? 0, 'GPU'] : [CPUs, 'CPU'];
  return `${counted(count, word)} ${count === 1 ? 'is' : 'are'}`;
}

/** One load is prepared, and each of two windows holds another. Lotus: storage/sealer/sched.go SchedWindows */
const WAITING = 3;

/** Without a limit Lotus fills one machine to the brim while others may be idle. */
export function* preCommit1IsLimited(layout: Layout): Generator<Trouble> {
  const known = new Map(knownWorkers(layout).map((one) => [one.worker, one]));
  for (const { worker } of workersOf(layout.farm.hosts)) {
    if (!worker.tasks.includes('PC1') || worker.limits.has('PC1')) continue;
    const machine = known.get(worker);
    const count = machine && mostWithoutLimit(machine, 'PC1').count;
    if (count === 0) continue;
    const given =
      count === undefined
        ? 'as many as its RAM holds, and up to three times as many to wait there'
        : `${count} to run at once, and up to ${WAITING * count} more to wait there`;
    yield {
      code: 'SF254',
      severity: 'warning',
      at: taskPlace(worker, 'PC1'),
      who: worker.name,
      say: (name) => `PC1 has no limit on ${name(worker.name)}: Lotus gives it ${given}`,
      help: 'Write limits: { PC1: … } with what the machine does well at once.',
    };
  }
}

/** What fits only with swap is admitted all the same, and then it swaps. */
export function* tasksFitIntoRam(layout: Layout): Generator<Trouble> {
  for (const known of knownWorkers(layout)) {
    const { worker, announced } = known;
    const needs = worker.tasks
      .map((code) => taskOn(known, code))
      .filter((one) => admit(one, announced, IDLE).admitted)
      .map(({ code, need }) => ({ code, bytes: need.MaxMemory + need.BaseMinMemory }))
      .filter(({ bytes }) => bytes > announced.MemPhysical);
    const [first] = needs;
    if (first === undefined) continue;
    const codes = listed(needs.map(({ code }) => code));
    const most = sizeNeeded(Math.max(...needs.map(({ bytes }) => bytes)));
    yield {
      code: 'SF268',
      severity: 'note',
      at: taskPlace(worker, first.code),
      who: worker.name,
      say: (name) =>
        `${name(worker.name)} has room for ${codes} only with its swap: it may take ${most}, and the RAM ${worker.memory === undefined ? 'is' : 'it may use is'} ${sizeThere(announced.MemPhysical)}`,
      help: 'Give the machine more RAM, or keep the swap on a fast disk.',
    };
  }
}
