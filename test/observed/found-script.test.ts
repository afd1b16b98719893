import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { statSync, symlinkSync } from 'node:fs';
import { hostname, totalmem, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FoundHost } from '../../src/observed/found.js';
import { foundScript, placesScript } from '../../src/observed/found-script.js';
import { parseFound } from '../../src/observed/parse-found.js';
import { CANARY } from '../support/farm.js';
import { bootId, HostFolder, SHELLS } from '../support/host-folder.js';

const folders: HostFolder[] = [];
const META = JSON.stringify({ ID: '2546c5be-10f0-aa96-906b-24434a6c94a0', CanSeal: true });

afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function hostFolder(): HostFolder {
  const folder = new HostFolder();
  folders.push(folder);
  return folder;
}

function run([program = '', ...args]: readonly string[], script: string): string {
  return spawnSync(program, [...args, '-s'], { input: script, encoding: 'utf8' }).stdout;
}

function found(shell: readonly string[], change = (script: string): string => script): FoundHost {
  const result = parseFound('host-1', run(shell, change(foundScript())));
  if (!result.ok) throw new Error(result.diagnostic.message);
  return result.value;
}

/** A program that does nothing until it is ended, named as Lotus's. */
async function startWorker(
  folder: HostFolder,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  name = 'lotus-worker',
): Promise<number> {
  const program = folder.write(`elsewhere/${name}`, '#!/bin/sh\necho\nread -r line <"$FIFO"\n', 0o755);
  const fifo = join(folder.path, 'fifo');
  spawnSync('/bin/sh', ['-c', '[ -p "$0" ] || mkfifo "$0"', fifo]);
  const child = folder.start(program, args, { ...env, FIFO: fifo });
  await once(child.stdout ?? child, 'data');
  return child.pid ?? 0;
}

describe.each(SHELLS.map((shell) => ({ shell })))('what a host has, by $shell', ({ shell }) => {
  it('is told of its machine', () => {
    expect(found(shell).machine).toMatchObject({
      hostname: hostname(),
      bootId: bootId(),
      user: userInfo().username,
      cpus: expect.stringMatching(/^\d/) as string,
    });
  });

  it('is told of its addresses, that by which it was reached first', () => {
    const connection = "SSH_CONNECTION='10.1.1.1 5000 10.9.9.7 22'";
    const { addresses = [] } = found(shell, (script) => `${connection}\n${script}`).machine;
    expect(addresses[0]).toBe('10.9.9.7');
    expect(addresses.filter((ip) => /^127\.|^::1$|^fe80:/.test(ip))).toEqual([]);
  });

  it.each(['systemd', 'process'] as const)('says that %s keeps services', (manager) => {
    const folder = hostFolder();
    const booted = manager === 'systemd' ? folder.makeFolder('booted') : '/nowhere';
    const { machine } = found(shell, (script) => script.replace('/run/systemd/system', booted));
    expect(machine.serviceManager).toBe(manager);
  });

  it('is told of a lotus-miner that runs there', async () => {
    const folder = hostFolder();
    // Other tests may have one at this moment; the kernel keeps 15 characters of a name.
    const name = `lotus-miner-${(process.pid % 46_656).toString(36)}`;
    const mine = (): FoundHost =>
      found(shell, (script) => script.replace('in lotus-miner*)', `in ${name}*)`));
    await startWorker(folder, ['info'], {}, name);
    expect(mine().machine.miner).toBeUndefined();
    const pid = await startWorker(folder, ['--miner-repo', '/m', 'run'], {}, name);
    expect(mine().machine.miner).toBe(pid);
  });

  it.each([
    ['2', '0::/seal', 'seal/memory.max', '1073741824\n', 1_073_741_824],
    ['1', '9:memory:/seal\n0::/other', 'memory/seal/memory.limit_in_bytes', '1073741824\n', 1_073_741_824],
    ['2 without a limit', '0::/seal', 'seal/memory.max', 'max\n', undefined],
    [
      '1 without a limit',
      '9:hugetlb,memory:/seal',
      'memory/seal/memory.limit_in_bytes',
      '9223372036854771712\n',
      undefined,
    ],
  ])('tells the memory that cgroups of version %s leave a worker', async (_, cgroup, file, text, memory) => {
    const folder = hostFolder();
    const pid = await startWorker(folder, ['--worker-repo', '/r', 'run'], { HOME: '/root' });
    folder.write(join('cgroups', file), text);
    folder.write('cgroup', cgroup);
    const { workers } = found(shell, (script) =>
      script
        .replaceAll('/sys/fs/cgroup', join(folder.path, 'cgroups'))
        .replaceAll('"$proc/cgroup"', `'${join(folder.path, 'cgroup')}'`),
    );
    expect(workers.find((worker) => worker.pid === pid)).toBeDefined();
    expect(workers.find((worker) => worker.pid === pid)?.memory).toBe(memory);
  });

  it('tells the memory nodes that a worker is bound to, else those of its cpuset', async () => {
    const folder = hostFolder();
    const pids = [];
    for (const repo of ['/r1', '/r2', '/r3'])
      pids.push(await startWorker(folder, ['--worker-repo', repo, 'run'], {}));
    const maps = [
      '5581 bind:1,3-4 file=/x mapped=1 N1=1\n5582 bind:2 heap\n',
      '5581 bind=static:2 file=/x\n',
      '5581 default file=/x\n5582 bind:1 heap\n',
    ];
    for (const [at, text] of maps.entries()) folder.write(`maps-${pids[at] ?? ''}`, text);
    const { workers } = found(shell, (script) =>
      script.replace('"$proc/numa_maps"', `"${folder.path}/maps-\${proc#/proc/}"`),
    );
    const nodes = pids.map((pid) => workers.find((worker) => worker.pid === pid)?.nodes);
    expect(nodes).toEqual(['1,3-4', '2', expect.stringMatching(/^0/)]);
  });

  it('tells all of each worker and the files of its repo, but for its token', async () => {
    const folder = hostFolder();
    const repo = join(folder.path, 'a repo');
    const seal = folder.makeFolder('seal');
    folder.write(join(repo, 'api'), '/ip4/10.0.0.7/tcp/4567/http');
    folder.write(join(repo, 'token'), CANARY, 0o640);
    const gone = join(folder.path, 'gone');
    folder.write(
      join(repo, 'storage.json'),
      JSON.stringify({ StoragePaths: [{ Path: `${seal}/` }, { Path: gone }] }),
    );
    folder.write('seal/sectorstore.json', META);
    const pid = await startWorker(folder, ['--worker-repo', repo, 'run', '--name', 'a b'], {
      NOTE: 'two\nlines',
    });
    const kept = await startWorker(folder, ['run'], {
      LOTUS_WORKER_PATH: '//no/such/..//./where/',
      SEALFARM_VARIABLES: 'LOTUS_WORKER_PATH',
    });
    const lock = folder.write('a repo/repo.lock', '');
    const locked = `1: POSIX  ADVISORY  WRITE ${pid} 00:1f:${statSync(lock).ino} 0 EOF\n`;
    const locks = folder.write(
      'locks',
      `${locked.replace('1:', '2:').replace(/\d+ 0 EOF/, '1 0 EOF')}${locked}`,
    );
    const host = found(shell, (script) => script.replace('/proc/locks', locks));
    expect(host.repos.get(repo)?.holders).toEqual([pid]);
    expect(host.repos.get('/no/where')).not.toHaveProperty('holders');
    const worker = host.workers.find((one) => one.pid === pid);
    expect(worker).toMatchObject({ repo, exe: expect.stringMatching(/^\//) as string });
    expect(worker?.told?.args).toEqual(['--worker-repo', repo, 'run', '--name', 'a b']);
    expect(worker?.told?.ram).toBe(totalmem());
    expect(worker?.told?.environ.get('NOTE')?.reveal()).toBe('two\nlines');
    expect(host.workers.find((one) => one.pid === kept)).toMatchObject({ repo: '/no/where' });
    const seen = host.repos.get(repo);
    expect(seen?.tokenMode).toBe('640');
    expect(seen?.apiSince).toBeGreaterThan(1_700_000_000);
    expect(seen?.api.state === 'present' && seen.api.text.reveal()).toBe('/ip4/10.0.0.7/tcp/4567/http');
    expect(seen?.storageJson.state).toBe('present');
    expect(host.repos.get('/no/where')).toMatchObject({
      api: { state: 'absent' },
      storageJson: { state: 'absent' },
    });
    const place = host.places.get(seal);
    expect(place?.exists).toBe(true);
    expect(place?.sectorStore.state === 'present' && place.sectorStore.text.reveal()).toBe(META);
    expect(host.places.get(gone)).toMatchObject({ exists: false, sectorStore: { state: 'absent' } });
  });

  it('sees whether something is mounted where a link leads', () => {
    const linked = join(hostFolder().path, 'linked');
    symlinkSync('/proc', linked);
    const result = parseFound('host-1', run(shell, placesScript([linked, '/'])));
    expect(result.ok && [linked, '/'].map((path) => result.value.places.get(path)?.onRootFileSystem)).toEqual(
      [false, true],
    );
  });

  it('tells repos of workers that do not run', async () => {
    const folder = hostFolder();
    const home = folder.makeFolder('home');
    const list = JSON.stringify({ StoragePaths: [] });
    folder.write('home/.lotusworker/storage.json', list);
    folder.write('running/storage.json', list);
    folder.write('of-unit/storage.json', list);
    await startWorker(folder, ['run'], { LOTUS_WORKER_PATH: join(folder.path, 'running') });
    const service = (name: string, lines: string, flags = ''): string =>
      folder.write(
        `units/${name}.service`,
        `[Service]\n${lines}\nExecStart=/usr/bin/lotus-worker${flags} run\n`,
      );
    const unit = (name: string, repo: string): string =>
      service(name, `Environment="LOTUS_WORKER_PATH=${join(folder.path, repo)}" X=1`);
    const variables = folder.write('env', `LOTUS_WORKER_PATH="${join(folder.path, 'of-file')}"\n`);
    const ofFile = service('of-file', `Environment=LOTUS_WORKER_PATH=/never\nEnvironmentFile=-${variables}`);
    const ofFlag = service(
      'of-flag',
      `EnvironmentFile=${variables}`,
      ` --worker-repo=${folder.path}/of-flag/`,
    );
    const ofUser = service('of-user', 'User=b');
    const onMore = folder.write(
      'units/on-more.service',
      `[Service]\nExecStart=/usr/bin/lotus-worker \\\n  --worker-repo ${folder.path}/on-more \\\n  run\n`,
    );
    const file = unit('one', 'of-unit');
    unit('two', 'running');
    unit('sealfarm-worker@x', 'of-unit');
    folder.write('passwd', `a:x:1:1::${home}:/bin/sh\nb:x:1:1::/nowhere:/bin/sh\n`);
    const { idle } = found(shell, (script) =>
      script
        .replace('getent passwd 2>/dev/null', 'false')
        .replaceAll('/etc/passwd', join(folder.path, 'passwd'))
        .replaceAll('/etc/systemd/system', join(folder.path, 'units')),
    );
    expect(idle).toMatchObject([
      { repo: join(folder.path, 'of-file'), unit: ofFile, storageJson: { state: 'absent' } },
      { repo: join(folder.path, 'of-flag'), unit: ofFlag },
      { repo: '/nowhere/.lotusworker', unit: ofUser },
      { repo: join(folder.path, 'on-more'), unit: onMore },
      { repo: join(folder.path, 'of-unit'), unit: file, storageJson: { state: 'present' } },
      { repo: join(home, '.lotusworker'), storageJson: { state: 'present' } },
    ]);
    expect(idle[5]).not.toHaveProperty('unit');
  });

  it('has systemd say what units that do not run come to', () => {
    const folder = hostFolder();
    const units = folder.makeFolder('units');
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
      folder.write(`units/${name}.service`, 'Description=lotus-worker');
    folder.write('units/dropped.service.d/x.conf', '[Service]\nExecStart=/usr/bin/lotus-worker run\n');
    folder.write('units/t@.service', 'ExecStart=/usr/bin/lotus-worker --worker-repo=/mnt/%i run');
    folder.write('units/multi-user.target.wants/t@7.service', '');
    folder.write('1.env', ' LOTUS_WORKER_PATH=/never\n');
    folder.write(
      '2.env',
      `# LOTUS_WORKER_PATH=/no\nLOTUS_WORKER_PATH='/mnt/of files' \nLOTUS_WORKER_PATH_X=/no\n`,
    );
    const exec = (line: string): string =>
      `ExecStart={ path=/usr/bin/env ; argv[]=${line} ; ignore_errors=no ; pid=0 ; status=0/0 }`;
    const says: Readonly<Record<string, readonly string[]>> = {
      'a.service': [
        exec('/usr/bin/lotus-worker --worker-repo /mnt/a b/c run --name x'),
        'Environment=HOME=/no',
        'SubState=running',
      ],
      'b.service': [
        exec('/usr/bin/lotus-worker run'),
        'Environment="LOTUS_WORKER_PATH=/mnt/b c" WORKER_PATH=/no',
        'EnvironmentFiles=/nowhere (ignore_errors=yes)',
      ],
      'c.service': [
        exec('/usr/bin/lotus-worker run'),
        'Environment=A=1 LOTUS_WORKER_PATH=/no',
        `EnvironmentFiles=${folder.path}/*.env (ignore_errors=no)`,
      ],
      'd.service': [exec('/bin/sh -c exec env LOTUS_WORKER_PATH=/mnt/d lotus-worker run >>/var/log/w 2>&1')],
      'e.service': [exec('/usr/bin/lotus-worker --worker-repo=${REPO} run'), 'Environment=REPO=/mnt/e'],
      'f.service': [exec('/usr/bin/lotus-worker wait-quiet'), 'Environment=LOTUS_WORKER_PATH=/no'],
      'g.service': [exec('/usr/bin/lotus-worker run'), 'User=b'],
      'dropped.service': [exec('/usr/bin/lotus-worker --worker-repo=/mnt/dropped run')],
      't@7.service': [exec('/usr/bin/lotus-worker --worker-repo=/mnt/7 run')],
    };
    const answers = Object.entries(says).map(([name, lines]) => {
      const file = join(units, name.replace(/@.*\./, '@.'));
      return `  ${name}) cat <<'END'\n${[...lines, `FragmentPath=${file}`].join('\n')}\nEND\n;;`;
    });
    const systemctl = `systemctl() {\n  for last; do :; done\n  case $last in\n${answers.join('\n')}\n  esac\n}`;
    folder.write('passwd', 'b:x:1:1::/home/b:/bin/sh\n');
    const { idle } = found(shell, (script) =>
      script
        .replace('getent passwd 2>/dev/null', 'false')
        .replaceAll('/etc/passwd', join(folder.path, 'passwd'))
        .replace('/etc/systemd/system', units)
        .replace(/^machine$/m, `${systemctl}\nmachine`),
    );
    expect(idle.map(({ repo, unit = '' }) => [repo, unit.replace(`${units}/`, '')])).toEqual([
      ['/mnt/a b/c', 'a.service'],
      ['/mnt/b c', 'b.service'],
      ['/mnt/of files', 'c.service'],
      ['/mnt/d', 'd.service'],
      ['/mnt/dropped', 'dropped.service'],
      ['/mnt/e', 'e.service'],
      ['/home/b/.lotusworker', 'g.service'],
      ['/mnt/7', 't@7.service'],
    ]);
    expect(idle.filter(({ running }) => running).map(({ repo }) => repo)).toEqual(['/mnt/a b/c']);
  });

  it('tells no token', async () => {
    const folder = hostFolder();
    folder.write('repo/token', CANARY);
    await startWorker(folder, ['run'], { LOTUS_WORKER_PATH: join(folder.path, 'repo') });
    const text = run(shell, foundScript());
    expect(text).toContain(Buffer.from(`LOTUS_WORKER_PATH=${folder.path}`).toString('base64').slice(4, 12));
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain(Buffer.from(CANARY).toString('base64').slice(0, 12));
  });
});

describe('an answer that was cut off', () => {
  it('is refused', () => {
    const result = parseFound('host-1', 'sealfarm-found 1\nself =root\n');
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF501' } });
  });
});
