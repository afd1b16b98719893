import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../src/observed/facts.js';
import { parseFacts, type Asked } from '../../src/observed/parse-facts.js';
import { aHost, aStorage, aWorker } from '../support/farm.js';

const b64 = (text: string): string => Buffer.from(text).toString('base64') || '-';
const HEAD = 'sealfarm-facts 1';
const END = 'sealfarm-facts end';
/** 1,700,000,000 s since the epoch, answered within half a second. */
const ASKED: Asked = { before: 1_700_000_000_000, after: 1_700_000_000_500 };
const MACHINE = [
  'clock 1700000000',
  'user 1000',
  'cpus 64',
  'memory 536870912 8388608',
  'l3 8',
  'files 1048576 524288',
];
const DF = '/dev/nvme0n1    17179869184 1073741824 16106127360       7% /mnt/nvme0\n';

const host = aHost({
  workers: [
    aWorker({
      tmpDir: '/tmp',
      storage: [aStorage({ path: '/mnt/nvme0/seal' }), aStorage({ path: '/srv/any', mount: 'any' })],
    }),
  ],
});

function parse(lines: readonly string[], asked = ASKED): HostFacts {
  const result = parseFacts(host, ['banner', HEAD, ...lines, END, ''].join('\n'), asked);
  if (!result.ok) throw new Error(result.diagnostic.message);
  return result.value;
}

describe('an answer', () => {
  it.each<[what: string, lines: readonly string[]]>([
    ['nothing', []],
    ['no end', [HEAD, ...MACHINE]],
    ['no head', [...MACHINE, END]],
    ['a head of another version', ['sealfarm-facts 2', ...MACHINE, END]],
    ['no number of CPUs', [HEAD, ...MACHINE.filter((line) => !line.startsWith('cpus')), END]],
    ['no CPU', [HEAD, ...MACHINE, END].map((line) => line.replace('cpus 64', 'cpus 0'))],
    ['no memory', [HEAD, ...MACHINE, END].map((line) => line.replace('536870912', ''))],
    ['no swap', [HEAD, ...MACHINE, END].map((line) => line.replace(' 8388608', ''))],
    ['no clock', [HEAD, ...MACHINE.slice(1), END]],
    ['no limit of files', [HEAD, ...MACHINE.slice(0, -1), END]],
  ])('with %s is not understood', (_, lines) => {
    expect(parseFacts(host, lines.join('\n'), ASKED)).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF501', place: { kind: 'host', host: 'host-1' } },
    });
  });

  it('tells the machine', () => {
    const { hardware, fileLimit, gpus, workers } = parse(MACHINE);
    // 536,870,912 KiB are 512 GiB, 8,388,608 KiB are 8 GiB.
    expect(hardware).toEqual({
      cpus: 64,
      memory: 549_755_813_888,
      swap: 8_589_934_592,
      gpus: 0,
      l3Groups: 8,
      disk: new Map(),
    });
    expect(fileLimit).toBe(1_048_576);
    expect(gpus).toEqual({ driver: 'absent', gpus: [], onBus: 0, module: false });
    expect(workers.get('worker-1')).toEqual({ program: 'absent', secretModes: new Map(), gpuLocks: [] });
  });

  it('need not know caches, and may set no limit of files', () => {
    const lines = MACHINE.map((line) =>
      line.replace('l3 8', 'l3 0').replace('files 1048576', 'files unlimited'),
    );
    expect(parse(lines).hardware).not.toHaveProperty('l3Groups');
    expect(parse(lines).fileLimit).toBe(Infinity);
  });
});

describe('file systems', () => {
  const place = (path: string, there: string, df: string): string =>
    `place ${b64(path)} ${there} 66304:2 ${b64('xfs')} ${b64(`${path}\n`)} ${b64(df)}`;

  it('are told by mount point', () => {
    const { places, hardware } = parse([...MACHINE, place('/mnt/nvme0/seal', 'present', DF)]);
    expect(places.get('/mnt/nvme0/seal')).toEqual({
      exists: true,
      // 17,179,869,184 KiB are 16 TiB, 16,106,127,360 KiB are 15 TiB.
      room: {
        source: '/dev/nvme0n1',
        mount: '/mnt/nvme0',
        size: 17_592_186_044_416,
        free: 16_492_674_416_640,
      },
      type: 'xfs',
      identity: '66304:2',
      physicalPath: '/mnt/nvme0/seal',
    });
    expect(hardware.disk).toEqual(new Map([['/mnt/nvme0', 17_592_186_044_416]]));
  });

  it.each<[what: string, df: string, room: unknown]>([
    [
      'with blanks',
      'nas:/my store  100  1  99  1% /mnt/my disk\n',
      { source: 'nas:/my store', mount: '/mnt/my disk', size: 102_400, free: 101_376 },
    ],
    ['that is no disk', 'proc 0 0 0 - /proc\n', { source: 'proc', mount: '/proc', size: 0, free: 0 }],
    [
      'fuller than full',
      '/dev/x 100 120 -20 120% /\n',
      { source: '/dev/x', mount: '/', size: 102_400, free: 0 },
    ],
    ['that df does not know', '', undefined],
    ['of nonsense', 'df: /mnt: No such file\n', undefined],
  ])('%s', (_, df, room) => {
    expect(parse([...MACHINE, place('/srv/any', 'present', df)]).places.get('/srv/any')?.room).toEqual(room);
  });

  it.each<[what: string, line: string, disk: ReadonlyMap<string, number>]>([
    ['a path that waits for its disk says nothing', place('/mnt/nvme0/seal', 'absent', DF), new Map()],
    [
      'a path that may lie anywhere does',
      place('/srv/any', 'absent', '/dev/x 100 1 99 1% /'),
      new Map([['/', 102_400]]),
    ],
    [
      'a path that a link leads elsewhere stands for itself',
      place('/srv/any', 'present', '/dev/x 100 1 99 1% /data'),
      new Map([['/srv/any', 102_400]]),
    ],
  ])('%s', (_, line, disk) => {
    expect(parse([...MACHINE, line]).hardware.disk).toEqual(disk);
  });
});

describe('GPUs', () => {
  const LIST = '0, GPU-1, 24576, NVIDIA GeForce RTX 3090\n1, GPU-3, [N/A], NVIDIA A100-SXM4, 80GB\n';
  const bus = { onBus: 0, module: false };

  it.each<[line: string, gpus: unknown]>([
    [
      `gpus ok ${b64(LIST)}`,
      {
        driver: 'ok',
        gpus: [
          { index: 0, name: 'NVIDIA GeForce RTX 3090', uuid: 'GPU-1', memory: 25_769_803_776 },
          { index: 1, name: 'NVIDIA A100-SXM4, 80GB', uuid: 'GPU-3' },
        ],
        ...bus,
      },
    ],
    [`gpus failing ${b64('\nNo devices\nmore')}`, { driver: 'failing', gpus: [], why: 'No devices', ...bus }],
    ['gpus failing -', { driver: 'failing', gpus: [], why: 'it says nothing', ...bus }],
    ['gpus absent -', { driver: 'absent', gpus: [], ...bus }],
    ['nvidia 2 loaded', { driver: 'absent', gpus: [], onBus: 2, module: true }],
  ])('%s', (line, gpus) => {
    expect(parse([...MACHINE, line]).gpus).toEqual(gpus);
  });

  it('are counted', () => {
    expect(parse([...MACHINE, `gpus ok ${b64(LIST)}`]).hardware.gpus).toBe(2);
  });
});

describe('a worker', () => {
  const lock = (held: string, uid: number): string =>
    `lock ${b64('/tmp')} ${b64('/tmp/bellman.gpu.lock')} ${held} ${uid} 1690000000`;
  const process = (limit: string, uid: number): string =>
    `process ${b64('/var/lib/sealfarm/run/worker-1.pid')} ${limit} 1048576 ${uid}`;

  it.each([
    ['524288', 524_288],
    ['unlimited', Infinity],
    ['-', undefined],
  ])('may open %s files', (limit, files) => {
    expect(parse([...MACHINE, process(limit, 0)]).workers.get('worker-1')?.openFiles).toBe(files);
    expect(parse([...MACHINE, process(limit, 0)]).workers.get('worker-1')?.hardOpenFiles).toBe(1_048_576);
  });

  it('is its unit before what its pid file names', () => {
    const unit = `process ${b64('sealfarm-worker@worker-1.service')} 77 88 0`;
    for (const lines of [[unit], [unit, process('99', 0)], [process('99', 0), unit]])
      expect(parse([...MACHINE, ...lines]).workers.get('worker-1')).toMatchObject({
        openFiles: 77,
        hardOpenFiles: 88,
      });
  });

  it.each(['version 1.28.1+mainnet', 'version v1.28.1+mainnet'])('is of a version: %s', (said) => {
    const program = `program ${b64('/usr/local/bin/lotus-worker')} ok ${b64(`lotus-worker ${said}\n`)}`;
    expect(parse([...MACHINE, program]).workers.get('worker-1')?.version).toBe('1.28.1+mainnet');
  });

  it('has no lock of the SSH user, where it shall run as another', () => {
    const other = aHost({ workers: [aWorker({ tmpDir: '/tmp', user: 'lotus' })] });
    const result = parseFacts(other, [HEAD, ...MACHINE, lock('free', 0), END].join('\n'), ASKED);
    expect(result.ok && result.value.workers.get('worker-1')?.gpuLocks).toMatchObject([{ own: true }]);
  });

  it.each<[what: string, lines: readonly string[], held: string, own: boolean]>([
    ['of the SSH user, who would start the worker', [lock('free', 1000)], 'free', true],
    ['of another user', [lock('free', 0)], 'free', false],
    ['of the user of the running worker', [lock('held', 0), process('1', 0)], 'held', true],
    ['of another user than the running worker', [lock('orphan', 1000), process('1', 0)], 'orphan', false],
  ])('has a lock %s', (_, lines, held, own) => {
    expect(parse([...MACHINE, ...lines]).workers.get('worker-1')?.gpuLocks).toEqual([
      { path: '/tmp/bellman.gpu.lock', opened: 1_690_000_000, held, own },
    ]);
  });

  it('has the locks of its own folder alone', () => {
    const other = aHost({ workers: [aWorker({ tmpDir: '/tmp/own' })] });
    const result = parseFacts(other, [HEAD, ...MACHINE, lock('free', 0), END].join('\n'), ASKED);
    expect(result.ok && result.value.workers.get('worker-1')?.gpuLocks).toEqual([]);
  });
});

describe('the machine', () => {
  const facts = (...lines: string[]): HostFacts => parse([...MACHINE, ...lines]);

  it('has cores, where the kernel tells them, and limits of files', () => {
    expect(facts('cores 32')).toMatchObject({ cores: 32, fileLimit: 1_048_576, hardFileLimit: 524_288 });
    expect(facts('cores 0')).not.toHaveProperty('cores');
  });

  it('has one limit of files where its shell knows no other', () => {
    const lines = MACHINE.map((line) => (line.startsWith('files') ? 'files 4096' : line));
    expect(parse(lines)).toMatchObject({ fileLimit: 4096, hardFileLimit: 4096 });
  });

  it('has memory nodes in the order of their numbers; those without memory do not count', () => {
    const seen = facts('node 10 268435456 32-63', 'node 2 268435456 0-31', 'node 3 0 ');
    expect(seen.numa).toEqual([
      { node: 2, cpus: '0-31', memory: 274_877_906_944 },
      { node: 10, cpus: '32-63', memory: 274_877_906_944 },
    ]);
    expect(seen.hardware.numaNodes).toBe(2);
    expect(facts().hardware).not.toHaveProperty('numaNodes');
  });

  it('has huge pages of the kinds of which there are any', () => {
    expect(facts('hugepages 1048576 40 8 ', 'hugepages 2048 9 9 ').hugepages.map(({ size }) => size)).toEqual(
      [2 ** 21, 2 ** 30],
    );
    expect(facts('hugepages 2048 0 0 ', 'hugepages 1048576 40 8 ').hugepages).toEqual([
      { size: 1_073_741_824, total: 40, free: 8 },
    ]);
  });

  it('has file systems; those of other machines are not asked for their room', () => {
    const disk = `mount 259:1 xfs ${b64('/dev/nvme0n1')} ${b64('/mnt/nvme0')} ${b64(DF)}`;
    const nas = `mount 0:52 nfs4 ${b64('nas:/my\\040store')} ${b64('/mnt/my nas')} -`;
    expect(facts(disk, nas).mounts).toEqual([
      {
        mount: '/mnt/nvme0',
        source: '/dev/nvme0n1',
        device: '259:1',
        type: 'xfs',
        size: 17_592_186_044_416,
        free: 16_492_674_416_640,
      },
      { mount: '/mnt/my nas', source: 'nas:/my store', device: '0:52', type: 'nfs4' },
    ]);
  });
});

describe('the clock', () => {
  it.each<[what: string, read: number, ahead: number]>([
    ['is right', 1_700_000_000, 0],
    ['may be right, read at the end of its second', 1_699_999_999, 0],
    ['is behind', 1_699_999_990, -9],
    ['is ahead', 1_700_000_010, 9.5],
  ])('%s', (_, read, ahead) => {
    const lines = MACHINE.map((line) => line.replace('clock 1700000000', `clock ${read}`));
    expect(parse(lines).clockAhead).toBeCloseTo(ahead, 6);
  });

  it('is forgiven for what the asking took', () => {
    const slow = { before: 1_700_000_000_000, after: 1_700_000_020_000 };
    const lines = MACHINE.map((line) => line.replace('clock 1700000000', 'clock 1700000019'));
    expect(parse(lines, slow).clockAhead).toBe(0);
  });
});
