import { describe, expect, it } from 'vitest';
import { dropInFile, markOf, unitDropIn, unitName, unitTemplate } from '../../src/host/systemd-unit.js';

const PATHS = { config: '/etc/sealfarm', state: '/var/lib/sealfarm' };

describe('the template', () => {
  it('has what every worker needs', () => {
    expect(unitTemplate(PATHS)).toBe(`# Written by sealfarm; what one worker alone has is in its drop-in.
[Unit]
Description=lotus-worker %i
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
EnvironmentFile=/etc/sealfarm/workers/%i/worker.env
ExecStart=/usr/local/bin/lotus-worker run
Restart=always
RestartSec=10
KillSignal=SIGINT
TimeoutStopSec=30
LimitNOFILE=1048576

[Install]
WantedBy=multi-user.target
`);
  });

  it('takes no folder for a specifier', () => {
    expect(unitTemplate({ ...PATHS, config: '/etc/100%h' })).toContain('=/etc/100%%h/workers/%i/worker.env');
  });
});

describe('a drop-in', () => {
  const settings = {
    template: 't',
    mounts: ['/srv/w', '/mnt/a b'],
    binary: '/usr/local/bin/lotus-worker',
    user: 'root',
  };

  it('waits for the disks, and puts its program in the place of the template’s', () => {
    expect(unitDropIn(settings).split('\n').slice(0, 8)).toEqual([
      '# Written by sealfarm.',
      '[Unit]',
      'RequiresMountsFor=/srv/w "/mnt/a b"',
      '[Service]',
      expect.stringMatching(/^ExecStartPre=\+.* install -d -m 700 -o root "\$\$own"/),
      'ExecStart=',
      'ExecStart=/usr/local/bin/lotus-worker run',
      'User=root',
    ]);
  });

  it('runs as its user, who owns what is made for it', () => {
    const text = unitDropIn({ ...settings, user: 'lotus' });
    expect(text).toMatch(/^User=lotus$/m);
    expect(text).toMatch(/^ExecStartPre=\+.* -o lotus "\$\$own"/m);
  });

  it('binds CPUs, memory nodes and memory', () => {
    const text = unitDropIn({ ...settings, cpus: '0-31,64', numaNodes: '0,2', memory: 2 ** 39 });
    expect(text.split('\n').slice(8, -2)).toEqual([
      'CPUAffinity=0-31,64',
      'AllowedCPUs=0-31,64',
      'NUMAPolicy=bind',
      'NUMAMask=0,2',
      'AllowedMemoryNodes=0,2',
      'MemoryMax=549755813888',
    ]);
  });

  it.each([
    ['/opt/lotus-1.36/bin/lotus-worker', '/opt/lotus-1.36/bin/lotus-worker'],
    ['/opt/100%/lotus-worker', '/opt/100%%/lotus-worker'],
    ['/opt/my lotus/worker', '"/opt/my lotus/worker"'],
    ['/opt/a"b\\c/$HOME/worker', '"/opt/a\\"b\\\\c/$$HOME/worker"'],
  ])('starts exactly %s', (binary, written) => {
    expect(unitDropIn({ ...settings, binary })).toContain(`\nExecStart=${written} run\n`);
  });
});

describe('names', () => {
  it('are those of instances of one template', () => {
    expect(unitName('worker-1')).toBe('sealfarm-worker@worker-1.service');
    expect(dropInFile('worker-1')).toBe(
      '/etc/systemd/system/sealfarm-worker@worker-1.service.d/10-sealfarm.conf',
    );
  });
});

it('a drop-in is marked by itself and by the template', () => {
  const settings = { template: 'a', mounts: ['/a'], binary: '/b', user: 'root' };
  const marks = [settings, { ...settings, template: 'b' }, { ...settings, cpus: '0' }].map((one) =>
    markOf(unitDropIn(one)),
  );
  expect(new Set(marks).size).toBe(3);
  expect(markOf(unitDropIn(settings))).toBe(marks[0]);
  // A path more is attached live; what must be mounted before it starts counts for the next start.
  expect(markOf(unitDropIn({ ...settings, mounts: [...settings.mounts, '/mnt/new'] }))).toBe(marks[0]);
  expect(marks[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(markOf('[Service]\n')).toBeUndefined();
});
