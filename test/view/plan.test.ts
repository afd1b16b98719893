import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import type { HostPlan, Plan, Step } from '../../src/plan/plan.js';
import { formatPlan, planJson } from '../../src/view/plan.js';
import { createStyle } from '../../src/view/style.js';
import { displayWidth } from '../../src/view/text.js';
import {
  allowToSteps,
  firstSteps,
  hostPlan,
  ID,
  job,
  layout,
  limitSteps,
  NOW,
  planOf,
  SETTINGS,
  step,
  unreached,
  write,
} from './samples.js';

function text(
  plan: Plan,
  width = 100,
  more: { readonly verbose?: boolean; readonly color?: boolean } = {},
): string {
  const { verbose = false, color = false } = more;
  return formatPlan(plan, { style: createStyle(color), width, now: NOW, verbose });
}

/** Hosts host-1 … host-N, each with the worker of its number. */
function numbered(
  count: number,
  steps: (host: string, worker: string, number: number) => readonly Step[],
): readonly HostPlan[] {
  return Array.from({ length: count }, (_, index) => index + 1).map((number) =>
    hostPlan(`host-${number}`, steps(`host-${number}`, `worker-${number}`, number)),
  );
}

const ALL = ['AP', 'PC1', 'PC2', 'C2'] as const;
const FIRST = planOf([
  hostPlan('host-1', firstSteps('host-1', 'worker-1', ALL)),
  hostPlan('host-2', firstSteps('host-2', 'worker-2', ALL)),
  hostPlan('host-3', firstSteps('host-3', 'worker-3', ['AP', 'PC1'])),
]);
const LIVE = planOf([hostPlan('host-1', allowToSteps('host-1', 'worker-1')), hostPlan('host-2', [])]);
const JOBS = [job('PC1', 3, '2026-03-01T12:00:00Z'), job('PC2', 2, '2026-02-28T09:20:00Z')];
const RESTART = planOf([hostPlan('host-1', limitSteps('host-1', 'worker-1', JOBS, 3))]);
const UNREACHED = { diagnostics: [unreached('host-4')] };
const FORBIDDEN: Diagnostic = {
  code: 'SF505',
  severity: 'error',
  message: '/mnt/nvme0/seal has the ID 0000-1, the file asks for 0000-2',
  place: { kind: 'host', host: 'host-1', worker: 'worker-1', path: '/mnt/nvme0/seal' },
  help: 'Write `id: 0000-1`, or leave the key out; check that the right disk is mounted there.',
};
const DRAINED = planOf([hostPlan('host-3', [])], {
  drained: [
    {
      host: 'host-3',
      worker: 'worker-3',
      running: false,
      declared: 'running',
      intent: { who: 'alice@laptop', when: '2026-02-28T09:00:00Z', why: 'disk replacement' },
    },
  ],
});
const MIXED = planOf([
  ...numbered(6, (host, worker, number) =>
    limitSteps(host, worker, number > 3 ? [] : [job('PC1', number, `2026-03-01T0${number}:20:00Z`)], 2),
  ),
  hostPlan('host-7', allowToSteps('host-7', 'worker-7')),
]);

describe('a plan', () => {
  it('of a new farm', () => {
    expect(text(FIRST)).toMatchInlineSnapshot(`
      "host-1 and 1 host like it: host-2
        + write manifest.json                       new
            workers: worker-1
        worker-1
          + write /mnt/nvme0/seal/sectorstore.json  new
              CanSeal; Groups: example-seal-group-1; AllowTo: example-seal-group-1
          + write storage.json                      new
              StoragePaths: /mnt/nvme0/seal
          + write worker.env                        new
              4 values
          + start worker-1                          does not run
              tasks AP, PC1, PC2, C2; at most 4 PC1

      host-3
        + write manifest.json                       new
            workers: worker-3
        worker-3
          + write /mnt/nvme0/seal/sectorstore.json  new
              CanSeal; Groups: example-seal-group-1; AllowTo: example-seal-group-1
          + write storage.json                      new
              StoragePaths: /mnt/nvme0/seal
          + write worker.env                        new
              4 values
          + start worker-3                          does not run
              tasks AP, PC1; at most 4 PC1

      Plan: 3 to start, 12 files to write, 0 live changes, 0 restarts."
    `);
  });

  it('of a change Lotus takes while the worker runs', () => {
    expect(text(LIVE)).toMatchInlineSnapshot(`
      "host-1
        worker-1
          ~ write /mnt/nvme0/seal/sectorstore.json          differs from the file
              AllowTo: example-seal-group-1 → example-seal-group-2
          ~ redeclare /mnt/nvme0/seal               [live]  differs from the file

      Plan: 0 to start, 1 file to write, 1 live change, 0 restarts."
    `);
  });

  it('of a restart says what it would cost now', () => {
    expect(text(RESTART)).toMatchInlineSnapshot(`
      "host-1
        worker-1
          ~ write worker.env             differs from the file
              PC1_32G_MAX_CONCURRENT: 4 → 6
          ~ restart worker-1  [restart]  was started with other settings
              now running: PC2 of s-t01000-2 since 2026-02-28 09:20 UTC (1d2h), PC1 of s-t01000-3 since
                12:00 UTC (6s); 3 sectors on its paths; waits until the worker is quiet

      Plan: 0 to start, 1 file to write, 0 live changes, 1 restart."
    `);
  });

  it('of an idle worker says that nothing is lost', () => {
    expect(text(planOf([hostPlan('host-1', limitSteps('host-1', 'worker-1', [], 1))]))).toContain(
      '        nothing runs now; 1 sector on its paths\n',
    );
  });

  it('with nothing to do', () => {
    expect(text(planOf([hostPlan('host-1', [])]))).toBe('No changes. The farm matches the file.');
  });

  it('of a drained worker', () => {
    expect(text(DRAINED)).toMatchInlineSnapshot(`
      "worker-3 on host-3 is drained by alice@laptop since 2026-02-28 09:00 UTC (1d3h): disk replacement;
        the file says running: \`sealfarm resume host-3\` brings it back

      No changes. The farm matches the file, but for what is drained."
    `);
  });

  it('of a worker that runs and has not said what it does claims nothing', () => {
    const silent = {
      code: 'SF508',
      severity: 'warning',
      message: 'it has not written its address and token yet',
      place: { kind: 'host', host: 'host-1', worker: 'worker-1' },
    } as const;
    expect(text(planOf([hostPlan('host-1', [])], { diagnostics: [silent] }))).toMatch(
      /\nNo changes planned\. What worker-1 does is not known yet\.$/,
    );
  });

  it('of what must not be', () => {
    expect(text(planOf([hostPlan('host-1', [])], { diagnostics: [FORBIDDEN] }))).toMatchInlineSnapshot(`
      "error SF505: /mnt/nvme0/seal has the ID 0000-1, the file asks for 0000-2
        host-1 worker-1 /mnt/nvme0/seal
        help: Write \`id: 0000-1\`, or leave the key out; check that the right disk is mounted there.

      No changes planned. 1 error in the way."
    `);
  });

  it('with a path to detach and tasks to switch', () => {
    const steps = [
      step('host-1', 'worker-1', { kind: 'create-path', path: '/mnt/nvme1/seal' }),
      step('host-1', 'worker-1', { kind: 'attach', path: '/mnt/nvme1/seal' }, { disruption: 'live' }),
      step(
        'host-1',
        'worker-1',
        { kind: 'detach', path: '/mnt/nvme0/seal', id: '1', tasks: [] },
        { disruption: 'empty', reason: 'config-changed' },
      ),
      step(
        'host-1',
        'worker-1',
        { kind: 'enable-task', task: 'PC2' },
        { disruption: 'live', reason: 'lotus-differs' },
      ),
      step(
        'host-1',
        'worker-1',
        { kind: 'disable-task', task: 'PR2' },
        { disruption: 'live', reason: 'lotus-differs' },
      ),
    ];
    expect(text(planOf([hostPlan('host-1', steps)]))).toMatchInlineSnapshot(`
      "host-1
        worker-1
          + make /mnt/nvme1/seal                             new
          + attach /mnt/nvme1/seal                  [live]   new
          - detach /mnt/nvme0/seal                  [empty]  differs from the file
          ~ switch precommit2 (PC2) on              [live]   differs in Lotus
          ~ switch prove-replica-update2 (PR2) off  [live]   differs in Lotus

      Marks: + comes into being, ~ changes, - goes; [live] while the worker works, [empty] once it holds
      no sector

      Plan: 0 to start, 1 folder to make, 0 files to write, 3 live changes, 1 path to detach, 0 restarts."
    `);
  });
});

describe('hosts that are not reached', () => {
  it('are named, and the plan of the others stands', () => {
    const hosts = [hostPlan('host-1', allowToSteps('host-1', 'worker-1')), hostPlan('host-4', [], false)];
    expect(text(planOf(hosts, UNREACHED))).toMatchInlineSnapshot(`
      "host-1
        worker-1
          ~ write /mnt/nvme0/seal/sectorstore.json          differs from the file
              AllowTo: example-seal-group-1 → example-seal-group-2
          ~ redeclare /mnt/nvme0/seal               [live]  differs from the file

      host-4: not reached, its steps are not known

      error SF404: cannot connect to host-4: connection refused
        host-4
        help: Is the machine up, and does SSH listen on port 22?

      Plan: 0 to start, 1 file to write, 1 live change, 0 restarts. host-4 not reached: the plan is
      partial."
    `);
  });

  it('keep a plan without steps from saying that all is well', () => {
    const partial = planOf([hostPlan('host-1', []), hostPlan('host-4', [], false)], UNREACHED);
    expect(text(partial)).toMatch(/\nNo changes planned\. host-4 not reached: the plan is partial\.$/);
    const none = planOf([hostPlan('host-4', [], false)], UNREACHED);
    expect(text(none)).toMatch(/\nNo plan: no host was reached\.$/);
  });
});

describe('many hosts that are not reached', () => {
  const names = Array.from({ length: 300 }, (_, at) => `host-${at + 1}`);
  const away = planOf(
    names.map((name) => hostPlan(name, [], false)),
    { diagnostics: names.map(unreached) },
  );

  it('are shown once', () => {
    expect(text(away)).toMatchInlineSnapshot(`
      "host-[1-300]: not reached, their steps are not known

      error SF404: cannot connect to host-1: connection refused
        host-1
        likewise host-[2-300]
        help: Is the machine up, and does SSH listen on port 22?

      No plan: no host was reached."
    `);
  });

  it('are each named with --verbose', () => {
    const lines = formatPlan(away, { style: createStyle(false), width: 100, now: NOW, verbose: true }).split(
      '\n',
    );
    expect(lines.filter((line) => line.includes('its steps are not known'))).toHaveLength(300);
    expect(lines.filter((line) => line.startsWith('error SF404'))).toHaveLength(300);
  });
});

describe('hosts that are alike', () => {
  it('are shown once, with the cost of all', () => {
    expect(text(MIXED)).toMatchInlineSnapshot(`
      "host-1 and 5 hosts like it: host-[2-6]
        worker-1
          ~ write worker.env             differs from the file
              PC1_32G_MAX_CONCURRENT: 4 → 6
          ~ restart worker-1  [restart]  was started with other settings
              now running: 3 PC1, the oldest since 01:20 UTC (10h40m); 12 sectors on their paths; each
                waits until its worker is quiet

      host-7
        worker-7
          ~ write /mnt/nvme0/seal/sectorstore.json          differs from the file
              AllowTo: example-seal-group-1 → example-seal-group-2
          ~ redeclare /mnt/nvme0/seal               [live]  differs from the file

      Marks: ~ changes; [live] while the worker works, [restart] once the worker is quiet

      Plan: 0 to start, 7 files to write, 1 live change, 6 restarts."
    `);
  });

  it('stand for themselves when a value differs, or when all is asked for', () => {
    const differing = numbered(2, (host, worker, number) => [
      step(host, worker, write(layout(worker).envFile, 'abc'), {
        reason: 'config-changed',
        changes: [{ field: 'RUST_LOG', before: 'info', after: `level-${number}` }],
      }),
    ]);
    expect(text(planOf(differing))).toMatch(/^host-1\n[^]*^host-2\n/m);
    expect(text(MIXED, 100, { verbose: true })).toMatch(/^host-1\n[^]*^host-6\n/m);
  });

  it('are not alike by a part of a name', () => {
    const change = (host: string, worker: string, field: string): HostPlan =>
      hostPlan(host, [
        step(host, worker, write(layout(worker).envFile, 'a'), {
          reason: 'config-changed',
          changes: [{ field, before: '1', after: '2' }],
        }),
      ]);
    const plan = planOf([
      change('host-1', 'worker-1', 'worker-10'),
      change('host-2', 'worker-2', 'worker-20'),
    ]);
    expect(text(plan)).toMatch(/^host-1\n[^]*^host-2\n/m);
  });
});

describe('details', () => {
  it('of a restart are said once, where its file is written', () => {
    expect(text(RESTART).match(/PC1_32G_MAX_CONCURRENT/g)).toHaveLength(1);
  });

  it('of two paths are said for each', () => {
    const change = (path: string): Step =>
      step('host-1', 'worker-1', write(`${path}/sectorstore.json`, 'a'), {
        reason: 'config-changed',
        changes: [{ field: 'AllowTo', before: 'a', after: 'b' }],
      });
    const plan = planOf([hostPlan('host-1', [change('/mnt/0'), change('/mnt/1')])]);
    expect(text(plan).match(/AllowTo: a → b/g)).toHaveLength(2);
  });

  it('of one worker or path are no excuse to leave out those of another', () => {
    const [write1, restart1] = limitSteps('host-1', 'worker-1', []);
    const restart2 = limitSteps('host-1', 'worker-2', [])[1];
    const [store1, redeclare1] = allowToSteps('host-1', 'worker-1');
    const redeclare2 = {
      ...redeclare1,
      action: { kind: 'redeclare', path: '/mnt/1', id: ID, settings: SETTINGS },
    };
    const steps = [write1, store1, redeclare1, redeclare2, restart1, restart2] as readonly Step[];
    const shown = text(planOf([hostPlan('host-1', steps)]));
    expect(shown.match(/PC1_32G_MAX_CONCURRENT: 4 → 6/g)).toHaveLength(2);
    expect(shown.match(/AllowTo: /g)).toHaveLength(2);
  });

  it('are all there when they are asked for', () => {
    const verbose = text(FIRST, 100, { verbose: true });
    expect(verbose).toContain('        LOTUS_WORKER_NO_LOCAL_STORAGE: true\n        LOTUS_WORKER_PATH: ');
    expect(verbose).toContain('        MINER_API_INFO: (secret)\n');
  });

  it('are harmless for a terminal', () => {
    const changes = [{ field: 'RUST_LOG', before: 'a\u001B[2Jb', after: 'c\u202Ed' }];
    const steps = [
      step('host-1', 'worker-1', write('/x/worker.env', 'a'), { reason: 'config-changed', changes }),
    ];
    expect(text(planOf([hostPlan('host-1', steps)]))).toContain('RUST_LOG: a␛[2Jb → c\uFFFDd');
  });
});

describe('layout', () => {
  it('fits a narrow terminal', () => {
    expect(text(MIXED, 60)).toMatchInlineSnapshot(`
      "host-1 and 5 hosts like it: host-[2-6]
        worker-1
          ~ write worker.env             differs from the file
              PC1_32G_MAX_CONCURRENT: 4 → 6
          ~ restart worker-1  [restart]
              was started with other settings
              now running: 3 PC1, the oldest since 01:20 UTC
                (10h40m); 12 sectors on their paths; each waits
                until its worker is quiet

      host-7
        worker-7
          ~ write /mnt/nvme0/seal/sectorstore.json
              differs from the file
              AllowTo: example-seal-group-1 → example-seal-group-2
          ~ redeclare /mnt/nvme0/seal               [live]
              differs from the file

      Marks: ~ changes; [live] while the worker works, [restart]
      once the worker is quiet

      Plan: 0 to start, 7 files to write, 1 live change, 6
      restarts."
    `);
  });

  it.each([60, 100, 200])('keeps within %i columns, with no blanks at the ends', (width) => {
    for (const plan of [FIRST, LIVE, RESTART, DRAINED, MIXED]) {
      for (const line of text(plan, width).split('\n')) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(line).toBe(line.trimEnd());
      }
    }
  });

  it('means the same with colour', () => {
    const colored = text(MIXED, 100, { color: true });
    expect(colored).toContain('\u001B[33m[restart]\u001B[39m');
    expect(stripVTControlCharacters(colored)).toBe(text(MIXED));
  });
});

describe('planJson', () => {
  it('has the steps in full, without what the files hold', () => {
    const { hosts, summary, formatVersion, farm } = planJson(RESTART, NOW);
    expect({ formatVersion, farm, summary }).toEqual({
      formatVersion: 1,
      farm: 'example',
      summary: {
        start: 0,
        restart: 1,
        files: 1,
        folders: 0,
        live: 0,
        detach: 0,
        pc1Jobs: 0,
        pc1Seconds: 0,
        remove: 0,
        drain: 0,
        errors: 0,
        warnings: 0,
        unreached: [],
      },
    });
    expect(hosts[0]?.steps).toEqual([
      {
        id: 'worker-1/write-file',
        host: 'host-1',
        worker: 'worker-1',
        action: { kind: 'write-file', path: '/etc/sealfarm/workers/worker-1/worker.env', mode: '600' },
        disruption: 'none',
        reason: 'config-changed',
        changes: [{ field: 'PC1_32G_MAX_CONCURRENT', before: '4', after: '6' }],
      },
      {
        id: 'worker-1/restart',
        host: 'host-1',
        worker: 'worker-1',
        action: {
          kind: 'restart',
          expect: { tasks: expect.any(Array) as unknown, limits: expect.any(Object) as unknown },
        },
        disruption: 'restart',
        reason: 'process-older-than-file',
        changes: [{ field: 'PC1_32G_MAX_CONCURRENT', before: '4', after: '6' }],
        cost: { jobs: JOBS, sectorsHeld: 3, pc1Seconds: 6 },
      },
    ]);
  });

  it('says what is drained, wrong and unknown', () => {
    expect(planJson(DRAINED, NOW).drained).toEqual([
      {
        host: 'host-3',
        worker: 'worker-3',
        running: false,
        declared: 'running',
        who: 'alice@laptop',
        when: '2026-02-28T09:00:00Z',
        why: 'disk replacement',
      },
    ]);
    const partial = planJson(planOf([hostPlan('host-4', [], false)], UNREACHED), NOW);
    expect(partial.summary).toMatchObject({ errors: 1, unreached: ['host-4'] });
    expect(partial.diagnostics[0]).toMatchObject({ code: 'SF404', place: { kind: 'host', host: 'host-4' } });
  });

  it('lists what a step works on', () => {
    const { hosts } = planJson(
      planOf([
        hostPlan('host-1', [...allowToSteps('host-1', 'worker-1'), ...firstSteps('host-1', 'worker-1', ALL)]),
      ]),
      NOW,
    );
    expect(hosts[0]?.steps.map(({ action }) => action)).toMatchInlineSnapshot(`
      [
        {
          "kind": "write-file",
          "mode": "keep",
          "path": "/mnt/nvme0/seal/sectorstore.json",
        },
        {
          "id": "00000000-0000-4000-8000-000000000001",
          "kind": "redeclare",
          "path": "/mnt/nvme0/seal",
        },
        {
          "kind": "write-file",
          "mode": "keep",
          "path": "/var/lib/sealfarm/manifest.json",
        },
        {
          "kind": "create-sectorstore",
          "path": "/mnt/nvme0/seal",
          "settings": {
            "AllowMiners": [],
            "AllowTo": [
              "example-seal-group-1",
            ],
            "AllowTypes": [],
            "CanSeal": true,
            "CanStore": false,
            "DenyMiners": [],
            "DenyTypes": [],
            "Groups": [
              "example-seal-group-1",
            ],
            "MaxStorage": 0,
            "Weight": 10,
          },
        },
        {
          "kind": "write-file",
          "mode": "keep",
          "path": "/var/lib/lotus-worker/worker-1/storage.json",
        },
        {
          "kind": "write-file",
          "mode": "600",
          "path": "/etc/sealfarm/workers/worker-1/worker.env",
        },
        {
          "expect": {
            "limits": {
              "PC1": 4,
            },
            "tasks": [
              "AP",
              "PC1",
              "PC2",
              "C2",
            ],
          },
          "kind": "start",
        },
      ]
    `);
  });
});
