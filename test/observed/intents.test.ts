import { expect, it } from 'vitest';
import type { HostObservation } from '../../src/observed/observed.js';
import { intentsOf } from '../../src/observed/intents.js';
import { guideFarm } from '../support/farm.js';
import { drained, inPlace, unreached } from '../support/observation.js';
import { DRAIN } from '../support/plan.js';

it('gathers the drains that all hosts remember', () => {
  const seen = drained(drained(inPlace(guideFarm()), 'worker-1', DRAIN), 'worker-3', DRAIN);
  expect([...intentsOf(seen)]).toEqual([
    ['worker-1', DRAIN],
    ['worker-3', DRAIN],
  ]);
});

it('knows of none on hosts that sealfarm never wrote to or did not reach', () => {
  const bare = { reached: true, name: 'host-1', problems: [], workers: new Map() } as const;
  const hosts = new Map<string, HostObservation>([
    ['host-1', bare],
    ['host-2', unreached()],
  ]);
  expect(intentsOf({ ...inPlace(guideFarm()), hosts }).size).toBe(0);
});
