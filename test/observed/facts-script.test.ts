import { once } from 'node:events';
import {
  chmodSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statfsSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Worker } from '../../src/farm/farm.js';
import type { GpuLock, HostFacts } from '../../src/observed/facts.js';
import { factsScript } from '../../src/observed/facts-script.js';
import { parseFacts } from '../../src/observed/parse-facts.js';
import { aHost, aStorage, aWorker, CANARY } from '../support/farm.js';
import { bootId, HostFolder, processState, SHELLS } from '../support/host-folder.js';
import { until } from '../support/until.js';

const folders: HostFolder[] = [];

function hostFolder(storage?: readonly string[], name?: string, worker?: Partial<Worker>): HostFolder {
  const folder = new HostFolder(storage, name, worker);
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function facts(folder: HostFolder, shell: readonly string[], change?: (script: string) => string): HostFacts {
  const before = Date.now();
  const stdout = folder.facts(shell, change);
  const result = parseFacts(folder.host, stdout, { before, after: Date.now() });
  if (!result.ok) throw new Error(result.diagnostic.message);
  return result.value;
}

/** Bytes that a line of /proc/meminfo says. */
function memory(name: string): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  return Number(new RegExp(`^${name}: *(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
}

describe.each(SHELLS.map((shell) => ({ shell })))('the facts of a host by $shell', ({ shell }) => {
  it('tell what the machine has', () => {
    const { hardware, clockAhead, fileLimit } = facts(hostFolder(), shell);
    const processors = readFileSync('/proc/cpuinfo', 'utf8').match(/^processor/gm) ?? [];
    expect(hardware.cpus).toBe(processors.length);
    expect(hardware.memory).toBe(memory('MemTotal'));
    expect(hardware.swap).toBe(memory('SwapTotal'));
    expect(clockAhead).toBe(0);
    expect(fileLimit).toBeGreaterThan(0);
  });

  it('raise the limit of files as a start does', () => {
    const { fileLimit, hardFileLimit } = facts(hostFolder(), shell, (script) => `ulimit -S -n 77\n${script}`);
    expect(fileLimit).toBe(Math.min(hardFileLimit, 1_048_576));
    expect(fileLimit).toBeGreaterThan(77);
  });

  it('tell its nodes, cores, huge pages and NVIDIA devices, as the kernel shows them', () => {
    const folder = hostFolder();
    const sys = join(folder.path, 'sys');
    for (const [path, text] of Object.entries({
      'devices/system/cpu/cpu0/topology/thread_siblings_list': '0,2\n',
      'devices/system/cpu/cpu1/topology/thread_siblings_list': '1,3\n',
      'devices/system/cpu/cpu2/topology/thread_siblings_list': '0,2\n',
      'devices/system/cpu/cpu3/topology/thread_siblings_list': '1,3\n',
      'devices/system/cpu/cpu0/cache/index3/shared_cpu_list': '0-3\n',
      'devices/system/node/node0/cpulist': '0,2\n',
      'devices/system/node/node0/meminfo': 'Node 0 MemTotal:  1024 kB\nNode 0 MemFree: 7 kB\n',
      'devices/system/node/node1/cpulist': '1,3\n',
      'devices/system/node/node1/meminfo': 'Node 1 MemTotal:  2048 kB\n',
      'kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages': '40\n',
      'kernel/mm/hugepages/hugepages-1048576kB/free_hugepages': '8\n',
      'bus/pci/devices/0000:01:00.0/vendor': '0x10de\n',
      'bus/pci/devices/0000:01:00.0/class': '0x030000\n',
      // Its sound, and a GPU of another make.
      'bus/pci/devices/0000:01:00.1/vendor': '0x10de\n',
      'bus/pci/devices/0000:01:00.1/class': '0x040300\n',
      'bus/pci/devices/0000:02:00.0/vendor': '0x1002\n',
      'bus/pci/devices/0000:02:00.0/class': '0x030000\n',
      'bus/pci/devices/0000:03:00.0/vendor': '0x8086\n',
    }))
      folder.write(join('sys', path), text);
    const machine = facts(folder, shell, (script) => script.replaceAll(' /sys/', ` '${sys}'/`));
    expect(machine).toMatchObject({
      cores: 2,
      hardware: { l3Groups: 1, numaNodes: 2 },
      numa: [
        { node: 0, cpus: '0,2', memory: 2 ** 20 },
        { node: 1, cpus: '1,3', memory: 2 ** 21 },
      ],
      hugepages: [{ size: 2 ** 30, total: 40, free: 8 }],
      gpus: { onBus: 1 },
    });
  });

  it('tell the file systems of the machine, each once', () => {
    const { mounts } = facts(hostFolder(), shell);
    const { blocks, bsize } = statfsSync('/');
    expect(mounts.find(({ mount }) => mount === '/')).toMatchObject({ size: blocks * bsize });
    expect(new Set(mounts.map(({ device }) => device)).size).toBe(mounts.length);
    expect(mounts.map(({ type }) => type)).not.toContain('proc');
  });

  it('tell what is mounted, each once, and ask no other machine for room', () => {
    const folder = hostFolder();
    const mountinfo = folder.write(
      'mountinfo',
      [
        '21 1 0:20 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/a',
        '22 21 0:21 / /proc rw - proc proc rw',
        '23 21 259:1 / /mnt/my\\040disk rw,noatime shared:2 master:3 - xfs /dev/nvme0n1 rw',
        '24 21 259:1 /seal /srv/again rw - xfs /dev/nvme0n1 rw',
        '25 21 0:40 / /mnt/nas rw - nfs4 nas:/store rw',
        '26 21 0:41 / /tank rw - zfs tank/seal rw',
        '27 21 7:0 / /snap/core ro - squashfs /dev/loop0 ro',
        '28 21 0:42 / /mnt/fuse rw - fuse.sshfs nas:/other rw',
        '29 21 8:1 / /mnt/old ro,noatime - ext4 /dev/sda1 rw,errors=remount-ro',
        '30 21 8:2 / /mnt/kept rw,noatime - ext4 /dev/sda2 rw,errors=remount-ro',
        '',
      ].join('\n'),
    );
    folder.write('block/259:1/queue/rotational', '0\n');
    // A partition has none of its own: its disk is the folder that it is in.
    folder.write('block/queue/rotational', '1\n');
    folder.write('block/8:1/partition', '1\n');
    const asked = join(folder.path, 'asked');
    folder.write(
      'bin/df',
      `#!/bin/sh\necho "$2" >>'${asked}'\necho head\necho "/dev/x 100 1 99 1% $2"\n`,
      0o755,
    );
    const { mounts } = facts(folder, shell, (script) =>
      // Applets of busybox would go before the program of this name.
      script
        .replaceAll('/proc/self/mountinfo', `'${mountinfo}'`)
        .replaceAll('/sys/dev/block', `${folder.path}/block`)
        .replace('df -Pk', `'${folder.path}'/bin/df -Pk`),
    );
    const room = { size: 102_400, free: 101_376 };
    expect(mounts).toEqual([
      { mount: '/', source: 'overlay', device: '0:20', type: 'overlay', ...room },
      {
        mount: '/mnt/my disk',
        source: '/dev/nvme0n1',
        device: '259:1',
        type: 'xfs',
        ...room,
        rotational: false,
      },
      { mount: '/mnt/nas', source: 'nas:/store', device: '0:40', type: 'nfs4' },
      { mount: '/tank', source: 'tank/seal', device: '0:41', type: 'zfs', ...room },
      { mount: '/mnt/fuse', source: 'nas:/other', device: '0:42', type: 'fuse.sshfs' },
      {
        mount: '/mnt/old',
        source: '/dev/sda1',
        device: '8:1',
        type: 'ext4',
        ...room,
        readOnly: true,
        rotational: true,
      },
      { mount: '/mnt/kept', source: '/dev/sda2', device: '8:2', type: 'ext4', ...room },
    ]);
    expect(readFileSync(asked, 'utf8').split('\n')).not.toContain('/mnt/nas');
  });

  it('tell the file systems below storage paths', () => {
    const folder = hostFolder(['seal', 'gone/for/now']);
    const seal = folder.makeFolder('seal');
    const { places, hardware } = facts(folder, shell);
    const { blocks, bsize } = statfsSync(seal);
    const { dev, ino } = statSync(seal);
    const found = places.get(seal);
    expect(found).toMatchObject({ exists: true, physicalPath: seal, identity: `${dev}:${ino}` });
    expect(found?.type).not.toBe('');
    expect(found?.room?.size).toBe(blocks * bsize);
    expect(`${seal}/`.startsWith(found?.room?.mount ?? '?')).toBe(true);
    // Of a path that shall have a disk of its own the folder above says nothing.
    const gone = places.get(join(folder.path, 'gone/for/now'));
    expect(gone).toMatchObject({ exists: false, physicalPath: folder.path, room: { size: blocks * bsize } });
    expect(hardware.disk).toEqual(new Map([[found?.room?.mount, blocks * bsize]]));
  });

  it('see through links', () => {
    const folder = hostFolder(['seal', 'link']);
    const seal = folder.makeFolder('seal');
    symlinkSync(seal, join(folder.path, 'link'));
    const { places } = facts(folder, shell);
    const link = places.get(join(folder.path, 'link'));
    expect(link?.physicalPath).toBe(realpathSync(seal));
    expect(link?.identity).toBe(places.get(seal)?.identity);
  });

  it('count what lies in the caches', () => {
    const folder = hostFolder();
    const parameterCache = folder.makeFolder('params');
    const parentCache = join(folder.path, 'parents');
    const own = hostFolder(['seal'], 'other', { parameterCache, parentCache });
    for (const name of ['v28-a.params', 'v28-a.vk', 'v28-a.contribution', 'notes', 'v28-sdr-parent-b.cache'])
      folder.write(join('params', name), '');
    const { caches } = facts(own, shell);
    expect(caches.get(parameterCache)).toMatchObject({ exists: true, files: 3 });
    expect(caches.get(parentCache)).toMatchObject({ exists: false, files: 0 });
    expect(caches.get(parentCache)?.room?.size).toBeGreaterThan(0);
  });

  it('tell whether the program can be run, and who may read the secrets', () => {
    const folder = hostFolder();
    const says = `#!/bin/sh\n[ "$1" = --version ] && echo 'lotus-worker version 1.36.2+mainnet+git.8a722b5'\n`;
    const binary = folder.write('bin/lotus-worker', says, 0o755);
    const own = hostFolder(['seal'], 'other', { binary });
    own.write(own.files.envFile, CANARY, 0o600);
    own.write(own.files.tokenFile, CANARY, 0o644);
    const stdout = own.facts(shell);
    expect(stdout).not.toContain(Buffer.from(CANARY).toString('base64').slice(0, 12));
    expect(facts(own, shell).workers.get('worker-1')).toMatchObject({
      program: 'ok',
      version: '1.36.2+mainnet+git.8a722b5',
      secretModes: new Map([
        [own.files.envFile, '600'],
        [own.files.tokenFile, '644'],
      ]),
    });
    chmodSync(binary, 0o644);
    expect(facts(own, shell).workers.get('worker-1')).not.toHaveProperty('version');
    expect(facts(own, shell).workers.get('worker-1')?.program).toBe('unusable');
    expect(facts(folder, shell).workers.get('worker-1')).toEqual({
      program: 'absent',
      secretModes: new Map(),
      gpuLocks: [],
    });
  });

  it.each([
    ['ok', '0, GPU-8f6d2c9e-1, 24576, NVIDIA GeForce RTX 3090', 0],
    ['failing', 'NVIDIA-SMI has failed', 9],
  ])('tell of a driver that is %s', (driver, says, status) => {
    const folder = hostFolder();
    folder.write(
      'bin/nvidia-smi',
      `#!/bin/sh\n[ "$*" = '--query-gpu=index,uuid,memory.total,name --format=csv,noheader,nounits' ] && echo '${says}'\nexit ${status}\n`,
      0o755,
    );
    // What holds it up is ended.
    folder.write('bin/timeout', '#!/bin/sh\necho "$1" >"${0%/bin/*}/timeout"\nshift\nexec "$@"\n', 0o755);
    folder.write('version', 'NVRM version: …\n');
    const { gpus } = facts(folder, shell, (script) =>
      script
        .replace('timeout 20', `'${folder.path}'/bin/timeout 20`)
        .replace('/proc/driver/nvidia/version', `'${folder.path}'/version`),
    );
    expect(readFileSync(join(folder.path, 'timeout'), 'utf8')).toBe('20\n');
    expect(gpus).toMatchObject({ driver, module: true });
    expect(driver === 'ok' ? gpus.gpus : gpus.why).toEqual(
      driver === 'ok'
        ? [{ index: 0, name: 'NVIDIA GeForce RTX 3090', uuid: 'GPU-8f6d2c9e-1', memory: 24 * 2 ** 30 }]
        : says,
    );
  });

  it('know how many files a running worker may open', async () => {
    const folder = hostFolder();
    const child = folder.start('/bin/sh', ['-c', 'ulimit -S -n 77; echo; exec sleep 600']);
    await once(child.stdout ?? child, 'data');
    const pid = child.pid ?? 0;
    folder.write(folder.files.pidFile, `${pid} ${processState(pid)?.start ?? ''} ${bootId()}\n`);
    expect(facts(folder, shell).workers.get('worker-1')?.openFiles).toBe(77);
    folder.write(folder.files.pidFile, `${pid} 1 ${bootId()}\n`);
    expect(facts(folder, shell).workers.get('worker-1')?.openFiles).toBeUndefined();
  });

  it('know it of a worker that systemd keeps, too', async () => {
    const folder = hostFolder();
    const child = folder.start('/bin/sh', ['-c', 'ulimit -S -n 78; echo; exec sleep 600']);
    await once(child.stdout ?? child, 'data');
    const { name } = folder.files.unit;
    const says = `Id=other.service\nMainPID=0\n\nId=${name}\nMainPID=${child.pid ?? 0}\n`;
    folder.write('bin/systemctl', `#!/bin/sh\nprintf '${says}'\n`, 0o755);
    expect(facts(folder, shell).workers.get('worker-1')?.openFiles).toBe(78);
  });

  describe('tell of a lock of the GPU', () => {
    function locked(): { readonly lock: string; readonly seen: () => readonly GpuLock[] } {
      const folder = hostFolder();
      const temporary = folder.makeFolder('a tmp');
      const own = hostFolder(['seal'], 'other', { tmpDir: temporary });
      const lock = folder.write('a tmp/bellman.gpu.lock', '');
      return { lock, seen: () => facts(own, shell).workers.get('worker-1')?.gpuLocks ?? [] };
    }

    it('that it only lies there', () => {
      const { lock, seen } = locked();
      const opened = Math.floor(statSync(lock).mtimeMs / 1000);
      expect(seen()).toEqual([{ path: lock, opened, held: 'free', own: true }]);
    });

    it('that a process holds it', async () => {
      const { lock, seen } = locked();
      hostFolder().start('flock', ['--no-fork', lock, 'sleep', '600']);
      await until(() => seen()[0]?.held === 'held', 'it is held');
    });

    // In a container the kernel does not list locks of processes that have ended.
    it.runIf(readlinkSync('/proc/self/ns/pid') === 'pid:[4026531836]')(
      'that it is held for a process that has ended',
      async () => {
        const { lock, seen } = locked();
        // flock ends, and the file stays open in the process that goes on.
        hostFolder().start('/bin/sh', ['-c', 'exec 9>"$0"; flock 9; exec sleep 600', lock]);
        await until(() => seen()[0]?.held === 'orphan', 'it is an orphan');
      },
    );
  });

  it.each([
    ['blanks', 'a  b '],
    ['quotes', `it's "here"`],
    ['a command', '$(touch hacked) `touch hacked`'],
    ['a newline', 'a\nplace b'],
    ['letters of the world', 'é漢🦈'],
  ])('find paths with %s in their name', (_, name) => {
    const folder = hostFolder([name], name);
    const path = folder.makeFolder(name);
    expect(facts(folder, shell).places.get(path)).toMatchObject({ exists: true, physicalPath: path });
    expect(() => statSync(join(folder.path, 'hacked'))).toThrow('ENOENT');
  });
});

describe('the script as text', () => {
  const worker = aWorker({
    env: new Map([['NOTE', CANARY]]),
    storage: [aStorage({ path: '/mnt/$(reboot)' })],
  });

  it('has every path in single quotes and no value of a variable', () => {
    const script = factsScript(aHost({ workers: [worker] }));
    expect(script).toContain("\nplace '/mnt/$(reboot)'\n");
    expect(script).toContain("\nlocks '/var/lib/sealfarm/tmp/worker-1'\n");
    expect(script).not.toContain(CANARY);
  });

  it('asks once for what workers share', () => {
    const workers = ['worker-1', 'worker-2'].map((name) => aWorker({ name, parameterCache: '/fast/params' }));
    expect(factsScript(aHost({ workers })).split("cache '/fast/params'")).toHaveLength(2);
  });
});
