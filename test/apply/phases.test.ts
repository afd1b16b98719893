import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHostScript } from '../../src/apply/host-script.js';
import { blocks, phasesOf } from '../../src/apply/phases.js';
import { hostLayout, workerLayout } from '../../src/host/layout.js';
import type { Action, Step } from '../../src/plan/plan.js';
import { Secret } from '../../src/secret/secret.js';

const PATHS = { config: '/etc/sealfarm', state: '/var/lib/sealfarm' };
const SERVICE = workerLayout({ paths: PATHS, serviceManager: 'systemd' }, { name: 'w', repo: '/r' });

const ACTIONS = {
  write: { kind: 'write-file', path: '/f', mode: '600', content: new Secret('x'), backups: '/b' },
  attach: { kind: 'attach', path: '/p' },
  enable: { kind: 'enable-task', task: 'PC1' },
  start: {
    kind: 'start',
    service: SERVICE,
    expect: { tasks: [], paths: [], limits: new Map(), sealProof: 8 },
  },
  remove: { kind: 'remove-worker', service: SERVICE, home: hostLayout(PATHS), tasks: [] },
} as const satisfies Record<string, Action>;

type Name = keyof typeof ACTIONS;

/** `a:write`; `:write` is of the host itself. */
function step(word: string, at = 0): Step {
  const [worker = '', name = ''] = word.split(':');
  const action = ACTIONS[name as Name];
  const base = {
    id: `${at}`,
    host: 'host-1',
    action,
    disruption: 'none',
    reason: 'new',
    changes: [],
  } as const;
  return worker === '' ? base : { ...base, worker };
}

function phases(...words: readonly string[]): readonly string[] {
  const all = words.map(step);
  return phasesOf(all).map(
    ({ kind, steps }) => `${kind} ${steps.map((one) => words[all.indexOf(one)]).join(' ')}`,
  );
}

describe('the phases of a host', () => {
  it.each<[string[], string[]]>([
    [[], []],
    [['a:enable'], ['calls a:enable']],
    [
      [':write', 'a:write', 'a:start', 'b:write', 'b:start'],
      ['script :write a:write b:write', 'calls a:start b:start'],
    ],
    [
      ['a:enable', 'a:write', 'b:write'],
      ['script b:write', 'calls a:enable', 'script a:write'],
    ],
    [
      ['a:enable', ':write', 'b:write'],
      ['calls a:enable', 'script :write b:write'],
    ],
    [
      ['old:remove', 'a:write', 'a:start'],
      ['script a:write', 'calls old:remove', 'calls a:start'],
    ],
  ])('of %j are %j', (words, expected) => {
    expect(phases(...words)).toEqual(expected);
  });

  it('do not wait for the config.toml of the miner beside them', () => {
    const own = { ...step(':write'), id: 'host-1/lotus-miner/config.toml' };
    expect(blocks(own, step('a:start'))).toBe(false);
    expect(blocks(step(':write'), step('a:start'))).toBe(true);
  });

  it('do not leave a path out for another that cannot be attached, and what builds on both they do', () => {
    expect(blocks(step('a:attach'), step('a:attach', 1))).toBe(false);
    expect(blocks(step('a:attach'), step('a:start'))).toBe(true);
    expect(blocks(step('a:write'), step('a:attach'))).toBe(true);
  });

  const WORDS = fc.array(
    fc.tuple(fc.constantFrom('', 'a', 'b', 'c'), fc.constantFrom<Name>('write', 'enable', 'start', 'remove')),
    { maxLength: 12 },
  );

  it('hold each step once, of one kind, and none before what it builds on', () => {
    fc.assert(
      fc.property(WORDS, (words) => {
        const steps = words.map((word, at) => step(word.join(':'), at));
        const phases = phasesOf(steps);
        expect(phases.flatMap((phase) => phase.steps.map(({ id }) => id)).toSorted()).toEqual(
          steps.map(({ id }) => id).toSorted(),
        );
        for (const { kind, steps } of phases)
          for (const one of steps) expect(isHostScript(one)).toBe(kind === 'script');
        const placeOf = new Map(
          phases.flatMap(({ steps }, place) => steps.map((one) => [one, place] as const)),
        );
        for (const [at, later] of steps.entries())
          for (const before of steps.slice(0, at).filter((one) => blocks(one, later))) {
            const [first, second] = [placeOf.get(before) ?? NaN, placeOf.get(later) ?? NaN];
            // Side by side only steps of one worker stand, and those of a script: both keep their order.
            const ordered = before.worker === later.worker || phases[first]?.kind === 'script';
            expect(ordered ? first <= second : first < second).toBe(true);
          }
      }),
    );
  });
});
