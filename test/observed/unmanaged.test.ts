import { describe, expect, it } from 'vitest';
import type { ObservedHost } from '../../src/observed/observed.js';
import { parseUnmanaged, strangeWorkers, type UnmanagedWorker } from '../../src/observed/unmanaged.js';
import { changeWorker, stopped } from '../support/observation.js';
import { codes, FARM, plan, PLACED } from '../support/plan.js';

const b64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a worker of somebody else', () => {
  it.each<[what: string, words: string, found: unknown]>([
    [
      'that wrote where it listens',
      `7 0 ${b64('/root/.lotusworker')} ${b64('/ip4/10.0.0.1/tcp/3456/http')} ${b64('PATH\nMINER_API_INFO\nPATH\n')}`,
      { pid: 7, uid: 0, repo: '/root/.lotusworker', port: 3456, variables: ['MINER_API_INFO', 'PATH'] },
    ],
    [
      'that was told where to listen',
      `7 0 - ${b64('[fd00::1]:4000')} -`,
      { pid: 7, uid: 0, port: 4000, variables: [] },
    ],
    ['of which nothing can be seen', '7 0 - - -', { pid: 7, uid: 0, variables: [] }],
  ])('%s', (_, words, found) => {
    expect(parseUnmanaged(words.split(' '))).toEqual(found);
  });

  const found = { pid: 77, uid: 0, repo: '/root/.lotusworker', port: 4567, variables: ['PATH'] };
  const seen = (strangers: readonly UnmanagedWorker[], startedElsewhere = false): ObservedHost => {
    const { hosts } = changeWorker(PLACED, 'worker-1', (worker) =>
      startedElsewhere ? { ...stopped(worker), startedElsewhere } : worker,
    );
    const host = hosts.get('host-1');
    if (host?.reached !== true) throw new Error('no host');
    return { ...host, unmanaged: strangers };
  };
  const declared = [{ name: 'worker-1', repo: '/var/lib/lotus/worker-1' }];

  it('is told with what is known of it', () => {
    expect(strangeWorkers(seen([found, { pid: 78, uid: 0, variables: [] }]), declared)).toMatchObject([
      {
        code: 'SF545',
        severity: 'warning',
        message:
          'a lotus-worker runs that sealfarm did not start: process 77, repo /root/.lotusworker, port 4567',
        place: { kind: 'host', host: 'host-1' },
      },
      { message: 'a lotus-worker runs that sealfarm did not start: process 78' },
    ]);
  });

  it.each([
    { holds: true, told: 0 },
    { holds: false, told: 1 },
  ])(
    'that has the repo of a declared one is told $told times where it holds it up: $holds',
    ({ holds, told }) => {
      const repo = '/var/lib/lotus/worker-1';
      expect(strangeWorkers(seen([{ ...found, repo }], holds), declared)).toHaveLength(told);
    },
  );

  it('is in the plan of its host', () => {
    const hosts = new Map([...PLACED.hosts, ['host-1', seen([found])]]);
    expect(codes(plan(FARM, { ...PLACED, hosts }))).toEqual(['SF545 warning']);
  });
});
