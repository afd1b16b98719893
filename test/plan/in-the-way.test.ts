import { describe, expect, it } from 'vitest';
import { aDiagnostic, aUnit, changeWorker, inPlace, stopped } from '../support/observation.js';
import { aFarm, aHost } from '../support/farm.js';
import { codes, plan, summary } from '../support/plan.js';
import type { Observation } from '../../src/observed/observed.js';

const FARM = aFarm({});
const SEEN = inPlace(FARM);
const STOPPED = changeWorker(SEEN, 'worker-1', stopped);

/** The look, with a worker on host-1 that the file names no more and that runs. */
function withForgotten(seen: Observation): Observation {
  const hosts = [...seen.hosts].map(
    ([name, host]) => [name, { ...host, forgotten: ['worker-old'] }] as const,
  );
  return { ...seen, hosts: new Map(hosts) };
}

function outcome(seen: Observation): { steps: number; codes: readonly string[] } {
  const made = plan(FARM, seen);
  return {
    steps: made.hosts.flatMap(({ steps }) => steps).filter(({ worker }) => worker === 'worker-1').length,
    codes: made.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code),
  };
}

describe('a stopped worker', () => {
  it('is started when nothing is in the way', () => {
    expect(outcome(STOPPED)).toEqual({ steps: 1, codes: [] });
  });

  it('is not touched while somebody else runs it', () => {
    const seen = changeWorker(STOPPED, 'worker-1', (before) => ({ ...before, startedElsewhere: true }));
    expect(outcome(seen)).toEqual({ steps: 0, codes: ['SF514'] });
  });

  it('is not touched while a worker runs that the file names no more, maybe on its paths', () => {
    expect(outcome(withForgotten(STOPPED))).toEqual({ steps: 0, codes: ['SF515'] });
  });
});

it('a running worker minds no forgotten one', () => {
  expect(outcome(withForgotten(SEEN))).toEqual({ steps: 0, codes: [] });
});

describe('a worker that is kept twice', () => {
  const twice = changeWorker(SEEN, 'worker-1', (before) => ({ ...before, twice: true }));

  it('is not touched, though its process runs', () => {
    expect(outcome(twice)).toEqual({ steps: 0, codes: ['SF546'] });
  });
});

describe('a unit that keeps ending', () => {
  const trying = changeWorker(STOPPED, 'worker-1', (before) => ({ ...before, unit: aUnit({ restarts: 3 }) }));

  it('is said, and removed where a plain process is declared, which then is started', () => {
    const made = plan(FARM, trying);
    expect(codes(made)).toEqual(['SF517 warning']);
    expect(summary(made)).toEqual(['remove-unit: none, config-changed', 'start: none, not-running']);
  });

  it('is started anew where it is declared', () => {
    const farm = aFarm({ hosts: [aHost({ serviceManager: 'systemd' })] });
    const made = plan(farm, trying);
    expect(codes(made)).toEqual(['SF517 warning']);
    expect(summary(made).at(-1)).toBe('start: none, not-running');
  });
});

it('nothing is done on a host that cannot tell which of its units run', () => {
  const problem = aDiagnostic('no bus');
  const hosts = [...STOPPED.hosts].map(([name, host]) => [name, { ...host, problems: [problem] }] as const);
  const made = plan(FARM, { ...STOPPED, hosts: new Map(hosts) });
  expect([summary(made), made.diagnostics]).toEqual([[], [problem]]);
});
