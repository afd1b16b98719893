import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import { markOf, TEMPLATE_FILE } from '../../src/host/systemd-unit.js';
import type { ObservedFile } from '../../src/observed/observed.js';
import { planProcess } from '../../src/plan/process-rules.js';
import { planDropIn, templateStep } from '../../src/plan/unit-rules.js';
import type { WorkerContext } from '../../src/plan/worker-context.js';
import { reveal, Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aWorker, TOKEN } from '../support/farm.js';
import { ABSENT, file, unreached } from '../support/observation.js';
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

  it('shows settings that somebody added', () => {
    const wanted = desired('systemd').workers[0]?.dropIn ?? '';
    const [step] = planDropIn(context(file(`${wanted}Nice=5\n`))).steps;
    expect(step?.changes).toEqual([{ field: 'Nice', before: '5' }]);
  });

  it('is none of the process manager', () => {
    const host = desired('process');
    expect(planDropIn(aPlanContext(host, {})).steps).toEqual([]);
    expect(templateStep(host, {})).toEqual([]);
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
    const process = { pid: 1, environ, live: unreached() };
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

  it('is told of it by its unit alone: its environment file is read anew whenever it is started', () => {
    expect(desired('systemd').workers[0]?.env.map(({ name }) => name)).not.toContain('SEALFARM_UNIT');
  });
});
