import { describe, expect, it } from 'vitest';
import { starterOf, starterWords, type Origin, type Starter } from '../../src/observed/starter.js';

const UNIT = {
  Id: 'lotus-worker.service',
  MainPID: '7',
  UnitFileState: 'enabled',
  FragmentPath: '/etc/systemd/system/lotus-worker.service',
};

interface Seen {
  readonly parents?: readonly [pid: number, program: string, loops?: boolean][];
  readonly unit?: Record<string, string>;
  readonly status?: Record<string, string>;
  readonly environ?: Record<string, string>;
}

function origin({ parents = [], unit = {}, status = {}, environ = {} }: Seen): Origin {
  return {
    parents: parents.map(([pid, program, loops = false]) => ({ pid, program, loops })),
    unit: new Map(Object.entries(unit)),
    status: new Map(Object.entries(status)),
    variable: (name) => environ[name],
  };
}

describe('a worker comes from', () => {
  it.each<[what: string, seen: Seen, starter: Starter, words: string]>([
    [
      'its unit',
      { unit: UNIT },
      { kind: 'unit', unit: 'lotus-worker.service', file: UNIT.FragmentPath, enabled: true },
      'the unit lotus-worker.service',
    ],
    [
      'a unit that says more than how it is started',
      {
        unit: {
          ...UNIT,
          LimitMEMLOCK: 'infinity',
          Nice: '-5',
          OOMScoreAdjust: '0',
          IOWeight: '[not set]',
          ExecStartPre: '{ path=/bin/sh ; argv[]=/bin/sh -c x }',
        },
      },
      {
        kind: 'unit',
        unit: 'lotus-worker.service',
        file: UNIT.FragmentPath,
        enabled: true,
        directives: ['LimitMEMLOCK', 'Nice', 'ExecStartPre'],
      },
      'the unit lotus-worker.service',
    ],
    [
      'a script of its unit',
      {
        unit: { ...UNIT, MainPID: '5', UnitFileState: 'disabled', FragmentPath: '' },
        parents: [
          [5, 'sh'],
          [1, 'systemd'],
        ],
      },
      { kind: 'unit', unit: 'lotus-worker.service', enabled: false },
      'the unit lotus-worker.service',
    ],
    [
      'a supervisor of a unit',
      { unit: { ...UNIT, MainPID: '5' }, parents: [[5, 'supervisord']] },
      { kind: 'unit', unit: 'lotus-worker.service', file: UNIT.FragmentPath, enabled: true, shared: true },
      'the unit lotus-worker.service',
    ],
    [
      'a script of its unit that starts another one, too',
      { unit: { ...UNIT, MainPID: '5', OtherWorkers: '1' }, parents: [[5, 'start.sh']] },
      { kind: 'unit', unit: 'lotus-worker.service', file: UNIT.FragmentPath, enabled: true, shared: true },
      'the unit lotus-worker.service',
    ],
    [
      'a unit that has another main process',
      { unit: { ...UNIT, MainPID: '5' } },
      { kind: 'unit', unit: 'lotus-worker.service', file: UNIT.FragmentPath, enabled: true, shared: true },
      'the unit lotus-worker.service',
    ],
    [
      'a oneshot unit',
      { unit: { ...UNIT, MainPID: '0', UnitFileState: 'static' }, parents: [[1, 'systemd']] },
      { kind: 'unit', unit: 'lotus-worker.service', file: UNIT.FragmentPath, enabled: true, shared: true },
      'the unit lotus-worker.service',
    ],
    [
      'a oneshot unit that is disabled',
      { unit: { ...UNIT, MainPID: '0', UnitFileState: 'disabled' }, parents: [[1, 'systemd']] },
      { kind: 'unit', unit: 'lotus-worker.service', file: UNIT.FragmentPath, enabled: false, shared: true },
      'the unit lotus-worker.service',
    ],
    [
      'a unit of a user, of which the system knows the name alone',
      { unit: { Id: 'seal.service' }, parents: [[5, 'systemd']] },
      { kind: 'unit', unit: 'seal.service', enabled: true, shared: true },
      'the unit seal.service',
    ],
    [
      "a connection that ssh's socket took",
      { unit: { Id: 'sshd@3-10.0.0.1:22.service', MainPID: '5' }, parents: [[5, 'sshd']] },
      { kind: 'shell', nohup: false },
      'a shell',
    ],
    [
      'a login',
      {
        unit: { Id: 'ssh.service', MainPID: '5' },
        parents: [
          [6, 'bash'],
          [5, 'sshd'],
        ],
      },
      { kind: 'shell', nohup: false },
      'a shell',
    ],
    [
      'nohup',
      { status: { SigIgn: '0000000000000001' } },
      { kind: 'shell', nohup: true },
      'a shell with nohup',
    ],
    ...['cron', 'CRON', 'crond', 'anacron'].map((program): [string, Seen, Starter, string] => [
      `${program} in a session of its own`,
      {
        parents: [
          [6, 'sh'],
          [5, program],
          [1, 'systemd'],
        ],
      },
      { kind: 'cron' },
      'cron',
    ]),
    [
      'cron in a session that a user has',
      { unit: { Id: 'user@0.service', MainPID: '4' }, parents: [[5, 'crond']] },
      { kind: 'cron' },
      'cron',
    ],
    [
      'a shell that ignores other signals',
      { status: { SigIgn: '0000000000001000' } },
      { kind: 'shell', nohup: false },
      'a shell',
    ],
    [
      'cron',
      { unit: { Id: 'cron.service', MainPID: '5' }, parents: [[5, 'cron']] },
      { kind: 'cron' },
      'cron',
    ],
    ...['atd', 'salt-minion', 'teleport', 'amazon-ssm-agent', 'dropbear'].map(
      (door): [string, Seen, Starter, string] => [
        `a door: ${door}`,
        { unit: { ...UNIT, Id: `${door}.service`, MainPID: '5' }, parents: [[5, door]] },
        { kind: 'shell', nohup: false },
        'a shell',
      ],
    ),
    ['rc.local', { unit: { Id: 'rc-local.service', MainPID: '0' } }, { kind: 'rc.local' }, 'rc.local'],
    [
      'tmux by its variable',
      { environ: { TMUX: '/tmp/tmux-0/default,7,3' } },
      { kind: 'tmux', session: '3' },
      'tmux session 3',
    ],
    [
      'tmux by a parent',
      {
        parents: [
          [6, 'bash'],
          [5, 'tmux: server'],
        ],
      },
      { kind: 'tmux' },
      'tmux',
    ],
    ['screen', { environ: { STY: '77.seal' } }, { kind: 'screen', session: 'seal' }, 'screen session seal'],
    [
      'tmux that a unit starts at boot',
      {
        unit: { ...UNIT, MainPID: '5' },
        parents: [[5, 'tmux: server']],
        environ: { TMUX: '/tmp/tmux-0/default,5,0' },
      },
      {
        kind: 'unit',
        unit: 'lotus-worker.service',
        file: UNIT.FragmentPath,
        enabled: true,
        shared: true,
        within: 'tmux session 0',
      },
      'the unit lotus-worker.service, in tmux session 0',
    ],
    [
      'screen that a script of a unit holds',
      {
        unit: { ...UNIT, MainPID: '5' },
        parents: [
          [6, 'SCREEN'],
          [5, 'sh'],
        ],
      },
      {
        kind: 'unit',
        unit: 'lotus-worker.service',
        file: UNIT.FragmentPath,
        enabled: true,
        shared: true,
        within: 'screen',
      },
      'the unit lotus-worker.service, in screen',
    ],
    [
      'screen that cron starts at boot',
      {
        unit: { Id: 'cron.service', MainPID: '5' },
        parents: [[9, 'screen']],
        environ: { STY: '9.seal' },
      },
      { kind: 'cron', within: 'screen session seal' },
      'cron, in screen session seal',
    ],
    [
      'tmux of a login',
      { unit: { Id: 'ssh.service', MainPID: '5' }, parents: [[9, 'tmux: server']] },
      { kind: 'tmux' },
      'tmux',
    ],
    [
      'a loop in a window of tmux',
      {
        parents: [
          [9, 'bash', true],
          [5, 'tmux: server'],
        ],
      },
      { kind: 'tmux', again: { pid: 9 } },
      'tmux, kept by a loop in a shell (process 9)',
    ],
    [
      'a loop behind a shell',
      {
        parents: [
          [9, 'sh'],
          [8, 'seal.sh', true],
          [1, 'systemd'],
        ],
        status: { SigIgn: '0000000000000001' },
      },
      { kind: 'shell', nohup: true, again: { pid: 8 } },
      'a shell with nohup, kept by a loop in a shell (process 8)',
    ],
    ...['supervisord', 'runsv', 's6-supervise', 'supervise-daemo', 'PM2 v5.3.0: God'].map(
      (supervisor): [string, Seen, Starter, string] => [
        `${supervisor} of a login`,
        { parents: [[9, supervisor]], unit: { Id: 'ssh.service', MainPID: '5' } },
        { kind: 'shell', nohup: false, again: { pid: 9, supervisor } },
        `a shell, kept by ${supervisor} (process 9)`,
      ],
    ),
    [
      'a loop that cron started',
      { parents: [[9, 'sh', true]], unit: { Id: 'cron.service', MainPID: '5' } },
      { kind: 'cron', again: { pid: 9 } },
      'cron, kept by a loop in a shell (process 9)',
    ],
    [
      'a loop in its unit, which ends with that',
      { parents: [[5, 'sh', true]], unit: { ...UNIT, MainPID: '5' } },
      { kind: 'unit', unit: 'lotus-worker.service', file: UNIT.FragmentPath, enabled: true },
      'the unit lotus-worker.service',
    ],
    ['a container', { status: { NSpid: '7\t1' }, unit: UNIT }, { kind: 'container' }, 'a container'],
    [
      'a container that sees the processes of the host',
      {
        status: {
          NSpid: '7',
          Cgroup: '0::/system.slice/docker-0123abcd.scope ',
          CgroupOfInit: '0::/init.scope ',
        },
      },
      { kind: 'container' },
      'a container',
    ],
    [
      'a container of podman by its cgroup',
      { status: { Cgroup: '0::/machine.slice/libpod-0123abcd.scope ' } },
      { kind: 'container' },
      'a container',
    ],
    [
      'a pod',
      { status: { Cgroup: '0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-0123.scope ' } },
      { kind: 'container' },
      'a container',
    ],
    [
      'a container by what keeps it',
      {
        parents: [
          [5, 'containerd-shim'],
          [1, 'systemd'],
        ],
      },
      { kind: 'container' },
      'a container',
    ],
    [
      'a container of podman by what keeps it',
      { parents: [[5, 'conmon']] },
      { kind: 'container' },
      'a container',
    ],
    [
      'a shell of a host that is a container itself',
      { status: { NSpid: '7', Cgroup: '3:cpu:/docker/0123 ', CgroupOfInit: '3:cpu:/docker/0123 ' } },
      { kind: 'shell', nohup: false },
      'a shell',
    ],
    [
      'a unit whose name has another word in it',
      { unit: UNIT, status: { Cgroup: '0::/system.slice/lotus-docker-less.service ' } },
      { kind: 'unit', unit: 'lotus-worker.service', file: UNIT.FragmentPath, enabled: true },
      'the unit lotus-worker.service',
    ],
    [
      'a unit of a host that sees itself',
      { status: { NSpid: '7' }, unit: UNIT },
      { kind: 'unit', unit: 'lotus-worker.service', file: UNIT.FragmentPath, enabled: true },
      'the unit lotus-worker.service',
    ],
    [
      'a shell of a user whose systemd runs',
      { unit: { Id: 'user@0.service', MainPID: '5' }, parents: [[5, 'systemd']] },
      { kind: 'shell', nohup: false },
      'a shell',
    ],
  ])('%s', (_, seen, starter, words) => {
    expect(starterOf(7, origin(seen))).toEqual(starter);
    expect(starterWords(starter)).toBe(words);
  });
});

const PLAIN = {
  CPUSchedulingPolicy: '0',
  IOSchedulingClass: '2',
  CPUQuotaPerSecUSec: 'infinity',
  MemoryHigh: 'infinity',
  Slice: 'system.slice',
  Group: '',
  SupplementaryGroups: '',
  UMask: '0022',
  PrivateTmp: 'no',
};

it.each([
  ['CPUSchedulingPolicy', { CPUSchedulingPolicy: '3' }],
  ['IOSchedulingClass', { IOSchedulingClass: '1' }],
  ['CPUQuota', { CPUQuotaPerSecUSec: '8s' }],
  ['MemoryHigh', { MemoryHigh: '549755813888' }],
  ['Slice', { Slice: 'lotus.slice' }],
  ['Group', { Group: 'seal' }],
  ['SupplementaryGroups', { SupplementaryGroups: 'video render' }],
  ['UMask', { UMask: '0002' }],
  ['PrivateTmp', { PrivateTmp: 'yes' }],
  ['ExecStartPost', { ExecStartPost: '{ path=/bin/true ; argv[]=/bin/true }' }],
  ['ExecStop', { ExecStop: '{ path=/bin/kill ; argv[]=/bin/kill }' }],
  ['ExecStopPost', { ExecStopPost: '{ path=/bin/true ; argv[]=/bin/true }' }],
  ['OnFailure', { OnFailure: 'alert.service' }],
])('a unit that says %s says so, and a plain one says nothing', (directive, set) => {
  const of = (unit: Readonly<Record<string, string>>): Starter =>
    starterOf(7, origin({ unit: { ...UNIT, ...PLAIN, ...unit } }));
  expect(of({})).not.toHaveProperty('directives');
  expect(of(set)).toMatchObject({ directives: [directive] });
});
