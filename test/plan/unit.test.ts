import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import { markOf, TEMPLATE_FILE } from '../../src/host/systemd-unit.js';
import type { ObservedFile } from '../../src/observed/observed.js';
import { planProcess } from '../../src/plan/process-rules.js';
import { planDropIn, templateStep } from '../../src/plan/unit-rules.js';
import type { WorkerContext } from '../../src/plan/worker-context.js';
import { reveal, Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aWorker, TOKEN } from '../support/farm.js';
import type { ObservedWorker } from '../../src/observed/observed.js';
import { stepDetails } from '../../src/view/step-details.js';
import { ABSENT, aUnit, file, unreached } from '../support/observation.js';
import { DRAIN } from '../support/plan.js';
import { aPlanContext } from './unit-context.js';

function desired(serviceManager: 'systemd' | 'process', cpus?: string) {
  const worker = aWorker(cpus === undefined ? {} : { cpus });
  const farm = aFarm({ hosts: [aHost({ serviceManager, workers: [worker] })] });
  const [host] = desire(farm, TOKEN, new Map()).hosts;
  if (host === undefined) throw new Error('no host');
  return host;
}

function context(dropIn: ObservedFile, cpus?: string): WorkerContext {
  return aPlanContext(desired('systemd', cpus), { dropIn });
}

describe('a drop-in', () => {
  it('is written where there is none', () => {
    const [step] = planDropIn(context(ABSENT, '0-3')).steps;
    expect(step).toMatchObject({
      id: 'worker-1/write-file:/etc/systemd/system/sealfarm-worker@worker-1.service.d/10-sealfarm.conf',
      disruption: 'none',
      reason: 'new',
      action: { kind: 'write-file', mode: 'keep' },
    });
    expect(step?.changes).toContainEqual({ field: 'CPUAffinity', after: '0-3' });
    expect(step?.action).not.toHaveProperty('replaces');
  });

  it('is left where it is as it shall be', () => {
    const wanted = desired('systemd').workers[0]?.dropIn ?? '';
    expect(planDropIn(context(file(wanted))).steps).toEqual([]);
  });

  it('shows which settings change, and replaces the file that was seen', () => {
    const before = file(desired('systemd', '0-3').workers[0]?.dropIn ?? '');
    const [step] = planDropIn(context(before, '4-7')).steps;
    expect(step?.changes.slice(0, 2)).toEqual([
      { field: 'CPUAffinity', before: '0-3', after: '4-7' },
      { field: 'AllowedCPUs', before: '0-3', after: '4-7' },
    ]);
    expect(step?.changes.slice(2).map(({ field }) => field)).toEqual(['Environment']);
    expect(step?.reason).toBe('config-changed');
    expect(step?.action).toMatchObject({ replaces: before.state === 'present' ? before.sha256 : '' });
  });

  it('shows that somebody added settings, and not what is in them', () => {
    const wanted = desired('systemd').workers[0]?.dropIn ?? '';
    const [step] = planDropIn(context(file(`${wanted}Nice=5\n`))).steps;
    expect(step?.changes.map(({ field, before = '' }) => [field, String(before), reveal(before)])).toEqual([
      ['Nice', '(secret)', '5'],
    ]);
  });

  it.each([
    ['ExecStart=/usr/local/bin/lotus-worker run --miner abc:/ip4/1', true],
    ['ExecStart=\nExecStart=/old/lotus-worker run', false],
    ['User=eyJhbGciOiJIUzI1NiJ9.x', true],
    ['MemoryMax=1', false],
    ['Environment=A=b', true],
  ])('masks %s: %s', (line, masked) => {
    const wanted = desired('systemd').workers[0]?.dropIn ?? '';
    const [name = ''] = line.split('=');
    const others = wanted.split('\n').filter((one) => !one.startsWith(`${name}=`));
    const [step] = planDropIn(context(file([...others, line].join('\n')))).steps;
    const change = step?.changes.find(({ field }) => field === name);
    expect(change?.before instanceof Secret).toBe(masked);
  });

  it('shows all values of a setting that somebody gave several', () => {
    const wanted = desired('systemd').workers[0]?.dropIn ?? '';
    const changes = (lines: string): unknown =>
      planDropIn(context(file(`${wanted}${lines}`))).steps[0]?.changes;
    expect(changes('User=other\n')).toEqual([{ field: 'User', before: 'root other', after: 'root' }]);
    expect(changes('User=\nUser=other\n')).toEqual([{ field: 'User', before: 'other', after: 'root' }]);
  });

  it('is none of the process manager', () => {
    const host = desired('process');
    expect(planDropIn(aPlanContext(host, {})).steps).toEqual([]);
    expect(templateStep(host, {})).toEqual([]);
  });
});

describe('what is left of a unit where a plain process is declared', () => {
  const process = { pid: 1, environ: new Map(), live: unreached() };
  const steps = (seen: Partial<ObservedWorker>, drained = false): readonly (readonly string[])[] => {
    const host = desired('process');
    const workers = host.workers.map((worker) => (drained ? { ...worker, drain: DRAIN } : worker));
    return planDropIn(aPlanContext({ ...host, workers }, seen)).steps.map(
      ({ action, disruption, changes }) => [action.kind, disruption, ...changes.map(({ field }) => field)],
    );
  };

  it.each<[string, Partial<ObservedWorker>, readonly string[]]>([
    ['a drop-in', { dropIn: file('[Service]') }, ['drop-in']],
    ['a drop-in that cannot be read', { dropIn: { state: 'unreadable', why: '' } }, ['drop-in']],
    ['a link', { dropIn: ABSENT, startsAtBoot: true }, ['starts at boot']],
    ['its tries', { unit: aUnit() }, ['comes back']],
    [
      'all of them',
      { dropIn: file('x'), startsAtBoot: true, unit: aUnit() },
      ['comes back', 'starts at boot', 'drop-in'],
    ],
    [
      'a link beside a plain process',
      { startsAtBoot: true, process: { ...process, manager: 'process' } },
      ['starts at boot'],
    ],
  ])('is removed: %s', (_, seen, fields) => {
    expect(steps(seen)).toEqual([['remove-unit', 'none', ...fields]]);
  });

  it('is nothing where nothing is', () => {
    expect(steps({ dropIn: ABSENT, unit: aUnit({ active: 'inactive', sub: 'dead' }) })).toEqual([]);
  });

  it('goes with the worker that runs by it', () => {
    expect(steps({ dropIn: file('x'), process: { ...process, manager: 'systemd' } })).toEqual([]);
  });

  it('is ended in a drain by the drain alone', () => {
    expect(steps({ dropIn: file('x'), unit: aUnit() }, true)).toEqual([]);
    expect(steps({ dropIn: file('x') }, true)).toEqual([['remove-unit', 'none', 'drop-in']]);
  });
});

describe('the template', () => {
  it('belongs to the host', () => {
    const [step] = templateStep(desired('systemd'), { unitTemplate: ABSENT });
    expect(step).toMatchObject({ id: 'host-1/unit', host: 'host-1', action: { path: TEMPLATE_FILE } });
    expect(step).not.toHaveProperty('worker');
  });

  it('is left where it is as it shall be', () => {
    const host = desired('systemd');
    expect(templateStep(host, { unitTemplate: file(host.unitTemplate ?? '') })).toEqual([]);
    expect(templateStep(host, { unitTemplate: file('other') })).toHaveLength(1);
  });
});

describe('a running worker', () => {
  const restarts = (
    mark: string | undefined,
    manager: 'systemd' | 'process' = 'systemd',
  ): readonly unknown[] => {
    const host = desired(manager);
    const environ = new Map(host.workers[0]?.env.map(({ name, value }) => [name, new Secret(reveal(value))]));
    if (mark !== undefined) environ.set('SEALFARM_UNIT', new Secret(mark));
    const process = { pid: 1, manager, environ, live: unreached() };
    const { steps } = planProcess(aPlanContext(host, { process }));
    return steps.map(({ action, reason, changes }) => [
      action.kind,
      reason,
      changes.map(({ field }) => field),
    ]);
  };
  const wanted = markOf(desired('systemd').workers[0]?.dropIn ?? '');

  it.each([['an older one'], [undefined]])('with the unit %s is restarted', (mark) => {
    expect(restarts(mark)).toEqual([['restart', 'process-older-than-file', ['unit']]]);
  });

  it('with its unit goes on, as does one without any', () => {
    expect(restarts(wanted)).toEqual([]);
    expect(restarts(undefined, 'process')).toEqual([]);
  });

  it.each([
    ['systemd', 'process', 'a systemd unit', 'a plain process'],
    ['process', 'systemd', 'a plain process', 'a systemd unit'],
  ] as const)('that %s keeps moves to %s, when it is quiet', (before, after, from, to) => {
    const host = desired(after);
    const environ = new Map(host.workers[0]?.env.map(({ name, value }) => [name, new Secret(reveal(value))]));
    environ.set('SEALFARM_UNIT', new Secret('any'));
    const process = { pid: 1, manager: before, environ, live: unreached() };
    const [step, ...more] = planProcess(aPlanContext(host, { process })).steps;
    expect(step).toMatchObject({
      action: { kind: 'restart', service: { serviceManager: after } },
      disruption: 'restart',
      reason: 'config-changed',
      changes: [{ field: 'serviceManager', before, after }],
    });
    expect(more).toEqual([]);
    if (step !== undefined) expect(stepDetails(step, false)).toEqual([`moves from ${from} to ${to}`]);
  });

  it('that is drained is not moved', () => {
    const host = desired('systemd');
    const workers = host.workers.map((worker) => ({ ...worker, drain: DRAIN }));
    const process = { pid: 1, manager: 'process', environ: new Map(), live: unreached() } as const;
    expect(planProcess(aPlanContext({ ...host, workers }, { process })).steps).toEqual([]);
  });

  it('is told of it by its unit alone: its environment file is read anew whenever it is started', () => {
    expect(desired('systemd').workers[0]?.env.map(({ name }) => name)).not.toContain('SEALFARM_UNIT');
  });
});
