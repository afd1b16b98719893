import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { doctorJson, formatDoctor, type Doctor } from '../../src/view/doctor.js';
import type { Plan } from '../../src/plan/plan.js';
import { createStyle } from '../../src/view/style.js';
import { aHost, aStorage, aWorker } from '../support/farm.js';
import { changeWorker, stopped } from '../support/observation.js';
import { FARM, plan, PLACED } from '../support/plan.js';
import { someFacts, TiB } from '../support/facts.js';

const PLAIN = createStyle(false);

function onHost(host: string, change: Partial<Diagnostic> = {}): Diagnostic {
  return {
    code: 'SF541',
    severity: 'warning',
    message: 'its clock is wrong',
    place: { kind: 'host', host },
    help: 'Set it.',
    ...change,
  };
}

/** Nothing is to do. */
function planWith(diagnostics: readonly Diagnostic[]): Plan {
  return { ...plan(FARM, PLACED), diagnostics };
}

function doctor(parts: Partial<Doctor>): Doctor {
  return {
    hosts: [{ host: 'host-1', reached: true }],
    layout: [],
    plan: planWith([]),
    live: [],
    now: new Date('2026-03-01T12:00:06Z'),
    ...parts,
  };
}

function formatted(parts: Partial<Doctor>): string {
  return formatDoctor(doctor(parts), PLAIN, 100);
}

describe('what the doctor says', () => {
  it('is one line where nothing is wrong', () => {
    expect(formatted({})).toBe('Nothing found wrong on 1 host.');
  });

  it('begins with what the machines have', () => {
    const hosts = [{ host: 'host-1', reached: true, facts: someFacts(aHost()) }];
    expect(formatted({ hosts }).split('\n').slice(0, 3)).toEqual([
      'Machines:',
      '',
      expect.stringMatching(/^ {2}host-1 {2}32 cores, 64 threads in 8 L3 groups · 512 GiB RAM, no swap/),
    ]);
  });

  it('is what was found in each part, the worst first, and the counts', () => {
    const layout: Diagnostic[] = [
      { code: 'SF230', severity: 'note', message: 'of the file', place: { kind: 'file', file: 'f' } },
    ];
    const plan = planWith([
      onHost('host-1', { code: 'SF502', severity: 'error', message: 'nothing is mounted' }),
    ]);
    const live = [
      onHost('host-1'),
      onHost('host-1', { code: 'SF535', severity: 'error', message: 'no program' }),
    ];
    const hosts = ['host-1', 'host-2'].map((host) => ({ host, reached: true }));
    expect(
      formatted({ hosts, layout, plan, live })
        .split('\n')
        .filter((line) => line.trim() !== ''),
    ).toEqual([
      'The file on these machines:',
      'note SF230: of the file',
      '  f',
      'The plan:',
      'error SF502: nothing is mounted',
      '  host-1',
      '  help: Set it.',
      'Machines, workers and miner:',
      'error SF535: no program',
      '  host-1',
      '  help: Set it.',
      'warning SF541: its clock is wrong',
      '  host-1',
      '  help: Set it.',
      '2 errors, 1 warning, 1 note on 2 hosts.',
    ]);
  });

  it('says once what many hosts have in the same words', () => {
    const live = ['pc1-1', 'pc1-2', 'pc1-3', 'pc1-4', 'store-9'].map((host) => onHost(host));
    const said = formatted({ live });
    expect(said.match(/its clock is wrong/g)).toHaveLength(1);
    expect(said).toContain('  pc1-1\n  likewise pc1-[2-4], store-9\n  help: Set it.\n');
    expect(said).toContain('5 warnings on 1 host.');
  });

  it('keeps apart what differs', () => {
    const live = [
      onHost('a'),
      onHost('b', { message: 'its clock is right' }),
      onHost('c', { severity: 'error' }),
    ];
    expect(formatted({ live })).not.toContain('likewise');
  });

  it('says how much a plan would do, of which nothing is a diagnostic', () => {
    const dead = changeWorker(PLACED, 'worker-1', stopped);
    expect(formatted({ plan: plan(FARM, dead) })).toBe(
      [
        'Plan: 1 to start, 0 files to write, 0 live changes, 0 restarts. `sealfarm plan` shows the steps.',
        'Nothing found wrong on 1 host.',
      ].join('\n\n'),
    );
  });

  it('does not hide that hosts were not reached', () => {
    const hosts = [
      { host: 'host-1', reached: true },
      { host: 'host-2', reached: false },
    ];
    expect(formatted({ hosts })).toBe('Nothing found wrong on 2 hosts; 1 not reached.');
  });
});

describe('for programs', () => {
  it('it is facts by host and every finding', () => {
    const host = aHost({ workers: [aWorker({ storage: [aStorage({ path: '/mnt/a' })] })] });
    const facts = { ...someFacts(host), fileLimit: Infinity };
    const json: unknown = JSON.parse(
      JSON.stringify(
        doctorJson(
          doctor({ hosts: [{ host: 'host-1', reached: true, facts }], live: [onHost('a'), onHost('b')] }),
        ),
      ),
    );
    expect(json).toMatchObject({
      formatVersion: 1,
      hosts: [
        {
          host: 'host-1',
          reached: true,
          facts: {
            hardware: { cpus: 64, disk: { '/mnt/nvme0': 16 * TiB } },
            places: { '/mnt/a': { exists: true, room: { free: 15 * TiB } } },
            workers: {
              'worker-1': {
                program: 'ok',
                openFiles: 1_048_576,
                secretModes: { '/etc/sealfarm/workers/worker-1/worker.env': '600' },
              },
            },
          },
        },
      ],
      plan: { start: 0, files: 0, unreached: [] },
      diagnostics: [{ code: 'SF541' }, { code: 'SF541' }],
    });
    expect(JSON.stringify(json)).not.toContain('fileLimit');
  });

  it('it has no facts of a host that was not reached', () => {
    expect(doctorJson(doctor({ hosts: [{ host: 'host-1', reached: false }] })).hosts).toEqual([
      { host: 'host-1', reached: false },
    ]);
  });
});
