import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { DesiredFarm } from '../../src/desired/desired.js';
import type { Farm, MinerConfig, Worker } from '../../src/farm/farm.js';
import { planChange, type Change } from '../../src/plan/change.js';
import { changeJson, changeMarkdown, formatChange } from '../../src/view/change.js';
import { PLAIN } from '../../src/view/style.js';
import { aFarm, aHost, aStorage, aWorker, CANARY, TOKEN } from '../support/farm.js';
import { worldChoice } from '../support/farm-arbitrary.js';
import { buildWorld } from '../support/world.js';
import { codes, summary } from '../support/plan.js';

function desired(farm: Farm): DesiredFarm {
  return desire(farm, TOKEN, new Map());
}

function farmOf(worker: Partial<Worker>, serviceManager: 'systemd' | 'process' = 'systemd'): Farm {
  return aFarm({ hosts: [aHost({ serviceManager, workers: [aWorker(worker)] })] });
}

function change(before: Farm, after: Farm): Change {
  return planChange(desired(before), desired(after));
}

const ENV = 'write-file /etc/sealfarm/workers/worker-1/worker.env: none, config-changed';
const DROP_IN =
  'write-file /etc/systemd/system/sealfarm-worker@worker-1.service.d/10-sealfarm.conf: none, config-changed';
const PLAIN_VIEW = { style: PLAIN, width: 100, now: new Date(0) };

describe('a change of the file', () => {
  it("that is about the miner's config.toml leads to what it says there", () => {
    const miner = (config: MinerConfig, repo?: string): Farm => {
      const host = aHost({ name: 'miner-1', workers: [] });
      return aFarm({ miner: { ...aFarm().miner, host, config, ...(repo === undefined ? {} : { repo }) } });
    };
    const spread = change(miner({ assigner: 'utilization' }), miner({ assigner: 'spread' }, '/srv/lotus'));
    expect(summary(spread.plan)).toEqual(['write-file /srv/lotus/config.toml: none, config-changed']);
    expect(spread.differs).toBe(true);
    expect(change(miner({ assigner: 'spread' }), miner({ assigner: 'spread' })).differs).toBe(false);
    expect(change(aFarm(), miner({ assigner: 'utilization' })).differs).toBe(false);
  });

  it('that is none leads to nothing, on any farm', () => {
    fc.assert(
      fc.property(worldChoice, (choice) => {
        const { desired: farm } = buildWorld(choice);
        const undrained = {
          ...farm,
          hosts: farm.hosts.map((host) => ({
            ...host,
            workers: host.workers.filter(({ drain }) => drain === undefined),
          })),
        };
        const { plan, gone, differs } = planChange(undrained, undrained);
        expect([summary(plan), codes(plan), gone, differs]).toEqual([[], [], [], false]);
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, Partial<Worker>, readonly string[]]>([
    ['a limit', { limits: new Map([['PC1', 4]]) }, [ENV, 'restart: restart, config-changed']],
    ['a task', { tasks: ['AP', 'PC1', 'PC2'] }, [ENV, 'disable-task C2: live, config-changed']],
    [
      'a group',
      { storage: [aStorage({ groups: ['g'] })] },
      [
        'write-file /mnt/nvme0/seal/sectorstore.json: none, config-changed',
        'redeclare /mnt/nvme0/seal: live, config-changed',
      ],
    ],
    [
      'a path more',
      { storage: [aStorage(), aStorage({ path: '/mnt/new' })] },
      ['create-sectorstore /mnt/new: none, new', 'attach /mnt/new: live, new', DROP_IN],
    ],
    ['a path less', { storage: [] }, ['detach /mnt/nvme0/seal: empty, config-changed', DROP_IN]],
    ['CPUs', { cpus: '0-3' }, [ENV, DROP_IN, 'restart: restart, config-changed']],
  ])('to %s', (_, worker, expected) => {
    expect(summary(change(farmOf({}), farmOf(worker)).plan)).toEqual(expected);
    // And the way back is as open.
    expect(change(farmOf(worker), farmOf({})).differs).toBe(true);
  });

  it('to the other service manager moves the worker', () => {
    expect(summary(change(farmOf({}, 'process'), farmOf({}, 'systemd')).plan).at(-1)).toBe(
      'restart: restart, config-changed',
    );
  });

  it('to more and fewer hosts names both', () => {
    const host = (name: string, address: string): ReturnType<typeof aHost> =>
      aHost({ name, address, workers: [aWorker({ name: `w-${name}` })] });
    const before = aFarm({ hosts: [host('a', '10.0.0.1'), host('b', '10.0.0.2')] });
    const after = aFarm({ hosts: [host('b', '10.0.0.2'), host('c', '10.0.0.3')] });
    const made = change(before, after);
    expect(made.gone).toEqual([{ host: 'a', workers: ['w-a'] }]);
    expect([
      ...new Set(made.plan.hosts.filter(({ steps }) => steps.length > 0).map(({ host: name }) => name)),
    ]).toEqual(['c']);
    expect(formatChange(made, PLAIN_VIEW)).toContain(
      'Not in the file any more: a (w-a). Nothing is done there; to take its workers away, write it with',
    );
    const fewer = change(before, aFarm({ hosts: [host('b', '10.0.0.2')] }));
    expect(formatChange(fewer, PLAIN_VIEW)).toMatchInlineSnapshot(`
      "Not in the file any more: a (w-a). Nothing is done there; to take its workers away, write it with
        \`workers: {}\` first.

      No change on the other hosts; 1 gone from the file."
    `);
    expect(changeMarkdown(fewer)).toMatchInlineSnapshot(`
      "### sealfarm: what the change does to example

      **No change on the other hosts; 1 gone from the file.**

      **Not in the file any more: a (w-a). Nothing is done there; to take its workers away, write it with \\\`workers: \\{\\}\\\` first.**

      <sub>Worked out from the two files alone, for a farm that is as the older one says.</sub>"
    `);
  });

  it('of a name that is said to be one is a restart', () => {
    const old = { name: 'old', repo: '/var/lib/lotus/one' };
    const renamed = { ...old, name: 'new', renamedFrom: 'old' };
    const { plan } = change(farmOf(old, 'process'), farmOf(renamed, 'process'));
    expect(summary(plan)).toEqual([
      'write-file /var/lib/sealfarm/manifest.json: none, config-changed',
      'write-file /etc/sealfarm/workers/new/worker.env: none, new',
      'restart: restart, config-changed',
    ]);
    expect(formatChange(change(farmOf(old, 'process'), farmOf(renamed, 'process')), PLAIN_VIEW)).toContain(
      '~ restart old as new',
    );
  });

  it('removes what a host that stays is to have no more', () => {
    const two = aFarm({
      hosts: [
        aHost({
          workers: [aWorker(), aWorker({ name: 'worker-2', storage: [aStorage({ path: '/mnt/2' })] })],
        }),
      ],
    });
    const { plan } = change(two, farmOf({}, 'process'));
    expect(summary(plan)).toEqual(['remove-worker: empty, removed-from-config']);
    expect(codes(plan)).toEqual([]);
  });

  it('knows of no costs, and shows no secret', () => {
    const made = change(farmOf({}), farmOf({ limits: new Map([['PC1', 4]]) }));
    expect(formatChange(made, PLAIN_VIEW)).toMatchInlineSnapshot(`
      "host-1
        worker-1
          ~ write worker.env             differs from the file
              PC1_32G_MAX_CONCURRENT: (none) → 4
          ~ restart worker-1  [restart]  gets the new settings

      worker-1 alone: nobody else does AP, PC1, PC2, C2 meanwhile

      Plan: 0 to start, 1 file to write, 0 live changes, 1 restart."
    `);
    expect(formatChange(change(farmOf({}), farmOf({})), PLAIN_VIEW)).toBe(
      'No difference: both files ask the same of every host.',
    );
    const all = [
      formatChange(made, { ...PLAIN_VIEW, verbose: true }),
      changeMarkdown(made),
      JSON.stringify(changeJson(made)),
    ];
    for (const text of all) expect(text).not.toContain(CANARY);
  });
});
