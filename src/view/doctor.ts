import type { Diagnostic, Severity } from '../diagnostic/diagnostic.js';
import type { Hardware } from '../farm/farm.js';
import type { HostFacts } from '../observed/facts.js';
import { steps, type Plan } from '../plan/plan.js';
import { diagnosticsJson, formatDiagnostics, summaryLine, type DiagnosticJson } from './diagnostics.js';
import { summarise, summaryWords, type PlanSummary } from './plan-summary.js';
import { machineLines } from './machines.js';
import type { Style } from './style.js';
import { wrap } from './text.js';
import { count } from './words.js';

/** All that a look for trouble has found. */
export interface Doctor {
  readonly hosts: readonly ExaminedHost[];
  /** Of the file, with the hardware that was found where it declares none. */
  readonly layout: readonly Diagnostic[];
  readonly plan: Plan;
  /** Of the machines, the workers and the miner. */
  readonly live: readonly Diagnostic[];
  /** Of the look: how long jobs have run. */
  readonly now: Date;
}

interface ExaminedHost {
  readonly host: string;
  readonly reached: boolean;
  readonly facts?: HostFacts;
}

/** What the machines have, what is wrong, the worst first in each part, alike findings once, and one line on the whole. */
export function formatDoctor(
  { hosts, layout, plan, live, now }: Doctor,
  style: Style,
  width: number,
): string {
  const parts = [
    ['The file on these machines', layout],
    ['The plan', plan.diagnostics],
    ['Machines, workers and miner', live],
  ] as const;
  const sections = parts
    .filter(([, list]) => list.length > 0)
    .map(([title, list]) =>
      [style.bold(`${title}:`), formatDiagnostics(bySeverity(list), style, width)].join('\n\n'),
    );
  const unreached = hosts.filter(({ reached }) => !reached).length;
  const all = [...layout, ...plan.diagnostics, ...live];
  const verdict = all.length === 0 ? 'Nothing found wrong' : capital(summaryLine(all));
  const missing = unreached === 0 ? '' : `; ${unreached} not reached`;
  const summary = `${verdict} on ${count(hosts.length, 'host')}${missing}.`;
  const machines = machineLines(hosts, style, width);
  const first = machines.length === 0 ? [] : [[style.bold('Machines:'), '', ...machines].join('\n')];
  return [...first, ...sections, ...toDoLines(plan, now, width), style.bold(summary)].join('\n\n');
}

/** A worker that does not run is no diagnostic of its own: the plan starts it. */
function toDoLines(plan: Plan, now: Date, width: number): readonly string[] {
  if (steps(plan).length === 0) return [];
  return [wrap(`${summaryWords(plan, now)} \`sealfarm plan\` shows the steps.`, width).join('\n')];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

function bySeverity(list: readonly Diagnostic[]): readonly Diagnostic[] {
  return list.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);
}

interface HostJson {
  readonly host: string;
  readonly reached: boolean;
  readonly facts?: unknown;
}

export interface DoctorJson {
  readonly formatVersion: 1;
  readonly hosts: readonly HostJson[];
  /** How much `plan` would do, for the hosts that were looked at. */
  readonly plan: PlanSummary;
  readonly diagnostics: readonly DiagnosticJson[];
}

export function doctorJson({ hosts, layout, plan, live, now }: Doctor): DoctorJson {
  return {
    formatVersion: 1,
    hosts: hosts.map(({ host, reached, facts }) => ({
      host,
      reached,
      ...(facts === undefined ? {} : { facts: factsJson(facts) }),
    })),
    plan: summarise(plan, now),
    diagnostics: diagnosticsJson([...layout, ...plan.diagnostics, ...live]),
  };
}

/** Maps become objects; sizes are in bytes, and a limit that is none is left out. */
function factsJson(facts: HostFacts): unknown {
  const { hardware, fileLimit, hardFileLimit, places, caches, workers, ...rest } = facts;
  return {
    ...rest,
    hardware: hardwareJson(hardware),
    ...limited({ fileLimit, hardFileLimit }),
    places: Object.fromEntries(places),
    caches: Object.fromEntries(caches),
    workers: Object.fromEntries(
      [...workers].map(([name, { secretModes, openFiles, hardOpenFiles, ...worker }]) => [
        name,
        { ...worker, ...limited({ openFiles, hardOpenFiles }), secretModes: Object.fromEntries(secretModes) },
      ]),
    ),
  };
}

function hardwareJson({ disk, ...hardware }: Hardware): unknown {
  return { ...hardware, disk: typeof disk === 'object' ? Object.fromEntries(disk) : disk };
}

function limited(limits: Readonly<Record<string, number | undefined>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== Infinity));
}
