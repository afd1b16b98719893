import { describe, expect, it } from 'vitest';
import {
  aDiagnostic,
  aStoragePath,
  aUnit,
  changeLive,
  changeWorker,
  file,
  inPlace,
  stopped,
} from '../support/observation.js';
import { aFarm, aHost, aStorage, aWorker } from '../support/farm.js';
import { changeDeparted, left, numbered, onOneHost } from '../support/leaving.js';
import { codes, plan, summary } from '../support/plan.js';
import type { BootStarter } from '../../src/observed/boot.js';
import type { DepartedWorker, Observation } from '../../src/observed/observed.js';

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

describe('one that runs and is in the file no more', () => {
  const TWO = onOneHost(aWorker({ storage: [aStorage({ path: '/mnt/shared' })] }), numbered(2));
  const beside = (change: (before: DepartedWorker) => DepartedWorker): readonly string[] => {
    const seen = left(changeWorker(inPlace(TWO), 'worker-1', stopped), ['worker-2'], TWO);
    const [host = aHost()] = TWO.hosts;
    const farm = aFarm({ hosts: [{ ...host, workers: host.workers.slice(0, 1) }] });
    return codes(plan(farm, changeDeparted(seen, 'worker-2', change)));
  };
  const open =
    (LocalPath: string) =>
    (before: DepartedWorker): DepartedWorker => ({
      ...before,
      ...changeLive((live) => ({ ...live, paths: live.paths.map((path) => ({ ...path, LocalPath })) }))(
        before,
      ),
      storage: new Map(),
    });

  it('is in the way of nobody with whom it has nothing in common', () => {
    expect(beside((before) => before)).toEqual([]);
  });

  it.each<[string, (before: DepartedWorker) => DepartedWorker]>([
    ['has a path open', open('/mnt/shared')],
    ['has a path open, with a slash at its end', open('/mnt/shared/')],
    [
      'has a path on its list',
      (before) => ({ ...before, storage: new Map([['/mnt/shared', aStoragePath()]]) }),
    ],
    ['listens nobody knows where', ({ listen: _, ...before }) => before],
  ])('is in the way where it %s: SF515', (_, change) => {
    expect(beside(change)).toContain('SF515 error');
  });

  it('is to be declared again where nothing is known of it', () => {
    const [said] = plan(FARM, withForgotten(STOPPED)).diagnostics;
    expect(said?.help).toContain('Declare worker-old again');
  });
});

describe('a unit of others that systemd is about to start', () => {
  const BOOTS: BootStarter = { kind: 'unit', file: '/etc/systemd/system/seal.service', unit: 'seal.service' };
  const about = (seen: Observation, starter: BootStarter): Observation => ({
    ...seen,
    hosts: new Map(
      [...seen.hosts].map(([name, host]) => [name, host.reached ? { ...host, boots: [starter] } : host]),
    ),
  });

  it('keeps a worker from being started: SF554', () => {
    expect(outcome(about(STOPPED, { ...BOOTS, returns: true }))).toEqual({ steps: 0, codes: ['SF554'] });
  });

  it('is no matter for one that runs, nor while it waits for the next boot', () => {
    const changed = changeWorker(SEEN, 'worker-1', (before) => ({ ...before, envFile: file('A=1') }));
    expect(outcome(about(changed, { ...BOOTS, returns: true }))).toEqual({ steps: 1, codes: [] });
    expect(outcome(about(STOPPED, BOOTS))).toEqual({ steps: 1, codes: [] });
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
