import { createHash } from 'node:crypto';
import type { DesiredFarm } from '../desired/desired.js';
import { attachedIds, hostFacts, indexFacts } from '../observed/facts-by-name.js';
import type { Observation } from '../observed/observed.js';
import type { Plan } from './plan.js';
import { stepEssence } from './same-steps.js';

type Digests = Readonly<Record<string, string>>;

/**
 * What a plan was made from and what it does, as salted digests: a later look can tell what is another now, and
 * nothing can be read out of them.
 */
export interface Seal {
  readonly salt: string;
  /** What the file declares, by host of the plan; what concerns them all is in every one. */
  readonly declared: Digests;
  /** What was seen, by host and subject. */
  readonly seen: Readonly<Record<string, Digests>>;
  /** How the miner has paths in its index, by ID. */
  readonly index: Digests;
  /** By ID. */
  readonly steps: Digests;
}

/** @param declared the farm as the file alone has it, whatever has been drained */
export function sealOf(plan: Plan, declared: DesiredFarm, observation: Observation, salt: string): Seal {
  const digest = (text: string): string => digestOf(salt, text);
  const { hosts, ...common } = declared;
  const names = new Set(plan.hosts.map(({ host }) => host));
  const seen = [...observation.hosts].filter(([name]) => names.has(name));
  return {
    salt,
    declared: record(
      hosts
        .filter(({ name }) => names.has(name))
        .map((host) => [host.name, digest(declaredText([common, host]))]),
    ),
    seen: record(
      seen.map(([name, host]) => [
        name,
        record([...hostFacts(host)].map(([subject, value]) => [subject, digest(value)])),
      ]),
    ),
    index: record(
      [
        ...indexFacts(
          observation.miner,
          seen.flatMap(([, host]) => attachedIds(host)),
        ),
      ].map(([id, value]) => [id, digest(value)]),
    ),
    steps: record(
      plan.hosts.flatMap(({ steps }) =>
        steps.map((step) => [step.id, digest(JSON.stringify(stepEssence(step)))]),
      ),
    ),
  };
}

/** What is another than it was, for a person to look at. */
export interface Moved {
  /** `declared`: in the file; `seen`: on the host; `index`: at the miner; `step`: what would be done. */
  readonly layer: 'declared' | 'seen' | 'index' | 'step';
  readonly host?: string;
  /** Of a host, of the index, or a step's ID. */
  readonly subject?: string;
}

/** What differs between two seals of one salt; nothing when the plan holds. */
export function whatMoved(before: Seal, after: Seal): readonly Moved[] {
  const hosts = new Set([...Object.keys(before.seen), ...Object.keys(after.seen)]);
  return [
    ...differing(before.declared, after.declared).map((host): Moved => ({ layer: 'declared', host })),
    ...[...hosts].flatMap((host) =>
      differing(before.seen[host], after.seen[host]).map((subject): Moved => ({
        layer: 'seen',
        host,
        subject,
      })),
    ),
    ...differing(before.index, after.index).map((subject): Moved => ({ layer: 'index', subject })),
    ...differing(before.steps, after.steps).map((subject): Moved => ({ layer: 'step', subject })),
  ];
}

function differing(before: Digests = {}, after: Digests = {}): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]).sort();
}

/** A null prototype: a host may have any name. */
function record<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries));
}

const DIGITS = 16;

function digestOf(salt: string, text: string): string {
  return createHash('sha256').update(salt).update(text).digest('hex').slice(0, DIGITS);
}

/** JSON would have maps empty. Secrets are masked: another token is no other declaration. */
function declaredText(declared: unknown): string {
  return JSON.stringify(declared, (_, value: unknown) =>
    value instanceof Map ? [...(value as Map<unknown, unknown>)] : value,
  );
}
