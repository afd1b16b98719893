import { describe, expect, it } from 'vitest';
import { notDrained } from '../../src/cli/commands/resume.js';
import type { DeclaredState } from '../../src/farm/farm.js';
import { farmOf } from '../support/farm.js';
import { drained, inPlace, unreached } from '../support/observation.js';

describe('workers that nobody drains', () => {
  function idle(state: DeclaredState, who?: string): readonly string[] {
    const farm = farmOf({ state });
    const seen = inPlace(farm);
    const targets = farm.hosts.flatMap((host) => host.workers.map((worker) => ({ host, worker })));
    const intent = { who: who ?? '', when: '2026-02-28T09:00:00Z' };
    return notDrained(targets, who === undefined ? seen : drained(seen, 'worker-1', intent), farm);
  }

  it('are those that the file has at work, too', () => {
    expect(idle('running')).toEqual(['worker-1']);
    expect(idle('drained')).toEqual([]);
    expect(idle('running', 'alice@laptop')).toEqual([]);
  });

  it('are not known where the host is not reached', () => {
    const farm = farmOf({});
    const hosts = new Map(farm.hosts.map(({ name }) => [name, unreached()]));
    const targets = farm.hosts.flatMap((host) => host.workers.map((worker) => ({ host, worker })));
    expect(notDrained(targets, { ...inPlace(farm), hosts }, farm)).toEqual([]);
  });
});
