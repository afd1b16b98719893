import { describe, expect, it } from 'vitest';
import { readFarm } from '../../src/farm/read-farm.js';
import { edited, type Edit, said, SAMPLE } from './sample.js';

const PROFILE = 'p: { tasks: [AP] }';
const STORAGE = '- { path: /mnt/s, seal: true, groups: [g], allowTo: [g] }';
const WORKER = '        profile: p\n';
const ADDRESS = '    address: 10.0.0.1\n';

const worker = (line: string): Edit => [WORKER, `${WORKER}        ${line}\n`];
const host = (line: string): Edit => [ADDRESS, `${ADDRESS}    ${line}\n`];
const profile = (body: string): Edit => [PROFILE, `p: { tasks: [AP], ${body} }`];
const tasks = (list: string): Edit => [PROFILE, `p: { tasks: [${list}] }`];
const storage = (body: string): Edit => [STORAGE, `- { path: /mnt/s, seal: true, ${body} }`];
const sibling = (body: string): Edit => [STORAGE, `${STORAGE}\n      w2: { ${body} }`];
const below = (line: string): Edit => [STORAGE, `${STORAGE}\n  ${line}`];
const range = (name: string, body = "address: '10.0.1.{n}'"): Edit =>
  below(`${name}: { ${body}, workers: { 'x{n}': {} } }`);

/** Each edit of the sample, and all that is said of it. */
type Row = readonly [edit: Edit, ...said: string[]];

function check(rows: readonly Row[]): void {
  it.each(rows.map(([edit, ...expected]) => ({ to: edit[1], edit, expected })))(
    '$to',
    ({ edit, expected }) => {
      expect(said(edited(edit))).toEqual(expected);
    },
  );
}

it('the sample has no fault', () => {
  expect(said(SAMPLE)).toEqual([]);
});

describe('keys and types', () => {
  check([
    [['farm: f', 'fram: f'], 'SF111 2:1'],
    [['hosts:', 'hosts: {}\nx:'], 'SF111 11:1'],
    [host('<<: { tags: [a] }'), 'SF111 13:5'],
    [worker('weight: 5'), 'SF111 16:9'],
    [['{ env: MINER }', '{ envv: MINER }'], 'SF111 6:12'],
    [[PROFILE, 'p: { tasks: AP }'], 'SF112 8:15'],
    [['seal: true', 'seal: yes'], 'SF112 17:35'],
    [['seal: true', 'seal: maybe, store: 3'], 'SF112 17:35', 'SF112 17:49'],
    [host('tags: [1, a]'), 'SF112 13:12'],
    [host('ssh:'), 'SF112 13:5'],
    [host('ssh: {}')],
    [['farm: f', 'farm: 5'], 'SF112 2:7'],
    [['{ g: {} }', '{ g: 5 }'], 'SF112 9:21'],
    [['{ env: MINER }', ''], 'SF112 6:3'],
    [storage('maxStorage: 1.5'), 'SF112 17:53'],
    [worker('listen: 3456'), 'SF112 16:17'],
    [worker('multicoreSdr: 3'), 'SF112 16:23'],
    [[ADDRESS, ''], 'SF113 11:3'],
    [worker('multicoreSdr: {}'), 'SF113 16:9'],
    [['farm: f\nsectorSize: 32GiB\n', ''], 'SF113 1:1', 'SF113 1:1'],
    [['version: 1', 'version: 2'], 'SF118 1:10'],
    [['version: 1', "version: '1'"], 'SF118 1:10'],
    [['version: 1\n', ''], 'SF118 1:1'],
    [['{ env: MINER }', '{ env: MINER, file: /f }'], 'SF119 6:3'],
    [['{ env: MINER }', '{}'], 'SF119 6:3'],
    [['{ env: MINER }', '{ file: ~/token }']],
    [['{ env: MINER }', '{ command: [pass, show, miner] }']],
  ]);
});

describe('values the schema bounds', () => {
  check([
    [['farm: f', 'farm: ../f'], 'SF114 2:7'],
    [['/mnt/s', 'mnt/s'], 'SF114 17:21'],
    [worker('gpus: everything'), 'SF114 16:15'],
    [worker('gpus: none')],
    [worker('gpus: [0, GPU-8f6d2c9e]')],
    [worker('gpus: ["0,1"]'), 'SF114 16:16'],
    [worker('gpus: []'), 'SF116 16:15'],
    [worker('gpus: [0, 0]'), 'SF116 16:19'],
    [['32GiB', '32Gib'], 'SF115 3:13'],
    [['32GiB', '64GiB']],
    [storage('mount: never'), 'SF115 17:48'],
    [storage('mount: any')],
    [storage('allowTypes: [seeled]'), 'SF115 17:54'],
    [storage('denyTypes: [sealed, update-cache]')],
    [storage('allowMiners: [1000]'), 'SF112 17:55'],
    [storage('denyMiners: [f01000, t01]')],
    [profile('limits: { PC1: 0 }'), 'SF116 8:36'],
    [profile('limits: { PC1: 1000001 }'), 'SF116 8:36'],
    [profile('limits: { PC1: 1 }')],
    [storage('weight: -1'), 'SF116 17:49'],
    [storage('weight: 0')],
    [['  p: {', '  p/q: {}\n  p: {'], 'SF117 8:3'],
    [worker('env: { A-B: 1 }'), 'SF117 16:16'],
    [worker('env: { A_B: 1 }')],
    [['{ g: {} }', '{ g: {}, "a\\nb": {} }'], 'SF117 9:25'],
    [['{ g: {} }', '{ g: {}, "rack ü": {} }']],
    [['{ g: {} }', '{ g: {}, __proto__: {} }']],
  ]);
});

describe('the rollout', () => {
  const rollout = (body: string): Edit => ['storageGroups:', `rollout: { ${body} }\nstorageGroups:`];
  check([
    [rollout('')],
    [rollout('maxUnavailable: 1')],
    [rollout('maxUnavailable: 25%')],
    [rollout('maxUnavailable: 0'), 'SF116 9:28'],
    [rollout('maxUnavailable: 0%'), 'SF114 9:28'],
    [rollout('maxUnavailable: 101%'), 'SF114 9:28'],
    [rollout('maxUnavailable: 2.5%'), 'SF114 9:28'],
    [rollout('maxUnavailable: "2"'), 'SF114 9:28'],
    [rollout('maxUnavailable: 1.5'), 'SF112 9:28'],
    [rollout('maxUnavailable: true'), 'SF112 9:28'],
    [rollout('canary: pc1-01'), 'SF112 9:20'],
    [rollout('largePlan: 100%')],
    [rollout('largePlan: 30'), 'SF112 9:23'],
    [rollout('largePlan: 0%'), 'SF114 9:23'],
    [rollout('drainTimeout: 12h')],
    [rollout('drainTimeout: 720h')],
    [rollout('drainTimeout: 721h'), 'SF204 9:26'],
    [rollout('drainTimeout: 999ms'), 'SF204 9:26'],
    [rollout('drainTimeout: soon'), 'SF204 9:26'],
    [rollout('minAvailable: { AP: 1 }'), 'SF225 9:32'],
    [rollout('minAvailable: { PC3: 1 }'), 'SF215 9:28'],
    [rollout('minAvailable: { C1: 1 }'), 'SF216 9:28'],
    [rollout('minAvailable: { AP: 0 }'), 'SF116 9:32'],
    [rollout('minAvailable: { AP: 1, addpiece: 1 }'), 'SF225 9:32', 'SF222 9:35', 'SF225 9:45'],
    [rollout('maxUnavailabel: 1'), 'SF111 9:12'],
  ]);

  it('counts no workers of a file that is read in part', () => {
    const text = edited(rollout('minAvailable: { AP: 1 }'), ['  p: {', '  p/q: {}\n  p: {']);
    expect(said(text)).toEqual(['SF117 8:3']);
  });
});

describe('secrets', () => {
  check([
    [['{ env: MINER }', 'abcdefgh'], 'SF305 6:10'],
    [['{ env: MINER }', '{ value: abcdefgh }'], 'SF305 6:19'],
    [['{ env: MINER }', '[abcdefgh]'], 'SF305 6:10'],
    [['/ip4/', 'abcdefgh:/ip4/'], 'SF305 5:8'],
    [worker('env: { MINER_API_INFO: x }'), 'SF306 16:16'],
    [worker('env: { DB_PASSWORD: x }'), 'SF306 16:16'],
    [profile('env: { client_secret: x }'), 'SF306 8:28'],
    [worker('env: { RUST_LOG: info }')],
  ]);
});

describe('profiles', () => {
  check([
    [['profile: p\n', 'profile: q\n'], 'SF201 15:18'],
    [['profile: p\n', 'profile: constructor\n'], 'SF201 15:18'],
    [profile('extends: __proto__'), 'SF114 8:30'],
    [profile('extends: q'), 'SF201 8:30'],
    [[PROFILE, 'p: { extends: p }'], 'SF202 8:17'],
    [[PROFILE, 'p: { extends: q }\n  q: { extends: p }\n  r: { extends: q }'], 'SF202 9:17'],
    [[PROFILE, 'p: { extends: q }\n  q: { extends: r }\n  r: { extends: q }'], 'SF202 10:17'],
    [
      [PROFILE, 'p: { extends: q }\n  q: { extends: x, tasks: [nil] }\n  r: { extends: q }'],
      'SF201 9:17',
      'SF215 9:28',
    ],
    [[PROFILE, 'p: { extends: q }\n  q: { extends: r }\n  r: {}']],
  ]);
});

describe('sizes, durations, addresses and paths', () => {
  check([
    [storage('maxStorage: 5 TB 3'), 'SF203 17:53'],
    [storage('maxStorage: -1'), 'SF203 17:53'],
    [storage('maxStorage: 1.5TiB')],
    [host('ssh: { connectTimeout: 10 s }'), 'SF204 13:28'],
    [host('ssh: { connectTimeout: 2h }'), 'SF204 13:28'],
    [host('ssh: { connectTimeout: 0s }'), 'SF204 13:28'],
    [host('ssh: { connectTimeout: 1h }')],
    [['/http', '/ws'], 'SF205 5:8'],
    [['tcp/2345', 'udp/2345'], 'SF205 5:8'],
    [['/http', '/http/x'], 'SF205 5:8'],
    [['ip4/10.0.0.10', 'dns/miner-1.example.org']],
    [['10.0.0.1\n', '10.0.0.256\n'], 'SF210 12:14'],
    [['10.0.0.1\n', '-oProxyCommand=x\n'], 'SF210 12:14'],
    [['10.0.0.1\n', '2001:db8::1\n']],
    [['/mnt/s', '/mnt/../s'], 'SF211 17:21'],
    [['/mnt/s', '/mnt//s'], 'SF211 17:21'],
    [['/mnt/s', '/mnt/./s'], 'SF211 17:21'],
    [['/mnt/s', '/'], 'SF211 17:21'],
    [['/mnt/s', '"/mnt/\\a"'], 'SF211 17:21'],
    [['/mnt/s', '/mnt/..s']],
    [host('paths: { state: /a/../b }'), 'SF211 13:21'],
    [profile('binary: /opt/lotus/'), 'SF212 8:29'],
    [['/mnt/s', '/mnt/s/'], 'SF212 17:21'],
  ]);
});

describe('listen', () => {
  check([
    [['10.0.0.1\n', 'host.example\n'], 'SF213 14:7'],
    [['10.0.0.1\n', '0.0.0.0\n'], 'SF214 14:7'],
    [worker("listen: '10.0.0.1'"), 'SF214 16:17'],
    [worker('listen: 0.0.0.0:3456'), 'SF214 16:17'],
    [worker("listen: '[::]:3456'"), 'SF214 16:17'],
    [worker('listen: host:3456'), 'SF214 16:17'],
    [worker('listen: 10.0.0.1:70000'), 'SF214 16:17'],
    [worker('listen: 127.0.0.1:3456')],
    [worker("listen: '[2001:db8::1]:3456'")],
  ]);
});

describe('host ranges and names', () => {
  check([
    [range('h-[1-2]')],
    [range('h-[5-1]'), 'SF206 18:3'],
    [range('h-[1-2]-[1-2]'), 'SF206 18:3'],
    [range('h-[1-1001]'), 'SF206 18:3'],
    [range('h-[1-'), 'SF206 18:3'],
    [range('h-[1-300]'), 'SF210 18:25'],
    [range('h-[1-1000]', "address: '10.1.0.1{n+0}'"), 'SF210 18:26'],
    [range('h[1-2]'), 'SF208 18:3'],
    [range('h[2-3]')],
    [range('x-[1-2]', "address: '10.0.1.{n}', ssh: { user: 'u{n-1}' }"), 'SF209 18:50'],
    [range('x-[1-2]', "address: '10.0.1.{n}', tags: ['r{nn}']")],
    [['w1:', "'w{n}':"], 'SF209 14:7', 'SF117 14:7'],
    [profile('binary: "/opt/{nn}"'), 'SF209 8:29'],
    [profile('env: { A: "{m} {name}" }')],
    [['  h1:', '  -h1:'], 'SF117 11:3'],
    [['  h1:', '  ../h1:'], 'SF117 11:3'],
    [['  h1:', '  "h\\n1":'], 'SF117 11:3'],
    [['w1:', 'wörker:'], 'SF117 14:7'],
    [['w1:', `${'w'.repeat(64)}:`], 'SF117 14:7'],
    [['w1:', `${'w'.repeat(63)}:`]],
    [host('tags: [a b]'), 'SF117 13:12'],
  ]);

  it('a farm has at most 2,000 hosts', () => {
    const hosts = (last: string): string =>
      ['a[1-1000]', `b[1-${last}]`]
        .map((name) => `\n  ${name}: { address: 'x{n}.${name.charAt(0)}.example', workers: {} }`)
        .join('');
    const farm = (last: string): string[] => said(edited([STORAGE, STORAGE + hosts(last)]));
    expect(farm('1000')).toEqual(['SF238 18:3', 'SF207 19:3']);
    expect(farm('999')).toEqual(['SF238 18:3', 'SF238 19:3']);
  });

  it('ranges cannot fill the memory', () => {
    const env = Array.from({ length: 6000 }, (_, index) => `A${index}: 1`).join(', ');
    const body = `{ address: 'x{n}.example', workers: { w: { env: { ${env} } } } }`;
    expect(said(edited([STORAGE, `${STORAGE}\n  a[1-1000]: ${body}`]))).toEqual(['SF207 18:3']);
  });
});

describe('tasks and limits', () => {
  check([
    [tasks('precomit1'), 'SF215 8:16'],
    [tasks('precommit1, pc2, C2')],
    [tasks('FIN'), 'SF216 8:16'],
    [tasks('fetch'), 'SF216 8:16'],
    [tasks('PRU2'), 'SF217 8:16'],
    [tasks('PR2')],
    [tasks('AP, addpiece'), 'SF218 8:20'],
    [tasks('datacid'), 'SF219 8:15'],
    [tasks('datacid, addpiece')],
    [tasks('AP, WDP'), 'SF220 8:15'],
    [tasks('WDP, WNP'), 'SF220 8:15'],
    [tasks('WDP')],
    [profile('limits: { PC9: 1 }'), 'SF215 8:31'],
    [profile('limits: { FIN: 1 }'), 'SF221 8:31'],
    [profile('limits: { GET: 1, C1: 2 }')],
    [profile('limits: { PC1: 1, precommit1: 2 }'), 'SF222 8:39'],
    [profile('limits: { PRU2: 1 }'), 'SF217 8:31'],
  ]);
});

describe('variables', () => {
  check([
    [worker('env: { LOTUS_WORKER_PATH: /x }'), 'SF223 16:16'],
    [worker('env: { LOTUS_WORKER_PRECOMMIT1: true }'), 'SF223 16:16'],
    [worker('env: { PC1_32G_MAX_CONCURRENT: 4 }'), 'SF223 16:16'],
    [worker('env: { SEALFARM_BINARY: x }'), 'SF223 16:16'],
    [worker('env: { SEALFARM_CPUS: 0-3 }'), 'SF223 16:16'],
    [worker('env: { TMPDIR: /tmp }'), 'SF223 16:16'],
    [worker('memory: 0GiB'), 'SF203 16:17'],
    [worker('memory: much'), 'SF203 16:17'],
    [worker('env: { PC1_32G_MIN_MEMORY: 1 }'), 'SF223 16:16'],
    [worker('env: { PC1_32G_MAX_CONCURENT: 4 }'), 'SF223 16:16'],
    [worker('env: { DC_BASE_MIN_MEMORY: 1 }'), 'SF223 16:16'],
    // Lotus would pass it over without a word.
    [worker('env: { PRU2_32G_GPU_UTILIZATION: 0.5 }'), 'SF223 16:16'],
    [worker('env: { MIN_MEMORY: 1 }')],
    [worker('env: { FIL_PROOFS_MAXIMIZE_CACHING: 1, LOTUS_WORKER_TIMEOUT: 1h, BELLMAN_NO_GPU: true }')],
    [worker('env: { A: "a\\eb" }'), 'SF224 16:19'],
    [worker('env: { A: "a\\r" }'), 'SF224 16:19'],
    [worker('env: { A: "a\\tb\\n" }')],
  ]);
});

describe('hardware', () => {
  const machine = (more: string): Edit => host(`hardware: { cpus: 64, memory: 512GiB${more} }`);
  check([
    [machine('')],
    [machine(', swap: 64GiB, gpus: 0, l3Groups: 8, disk: 15TiB')],
    [host('hardware: 64'), 'SF112 13:15'],
    [host('hardware: { cpus: 64 }'), 'SF113 13:5'],
    [host('hardware: { memory: 512GiB }'), 'SF113 13:5'],
    [host('hardware: { cpus: 0, memory: 512GiB }'), 'SF116 13:23'],
    [host('hardware: { cpus: many, memory: 512GiB }'), 'SF112 13:23'],
    [host('hardware: { cpus: 64, memory: 512GIB }'), 'SF203 13:35'],
    [host('hardware: { cpus: 64, memory: -1 }'), 'SF203 13:35'],
    [machine(', gpu: 1'), 'SF111 13:43'],
    [machine(', swap: lots'), 'SF203 13:49'],
    [machine(', gpus: -1'), 'SF116 13:49'],
    [machine(', gpus: 1.5'), 'SF112 13:49'],
    [machine(', l3Groups: 0'), 'SF116 13:53'],
    [machine(', disk: many'), 'SF203 13:49'],
    [machine(', disk: 1.5'), 'SF112 13:49'],
    [machine(', disk: [1TiB]'), 'SF112 13:49'],
    [machine(', disk: { /mnt/a: 1TiB, /: 2TiB }')],
    [machine(', disk: { /mnt/a: 1Tib }'), 'SF203 13:59'],
    [machine(', disk: { /mnt/a: [1] }'), 'SF112 13:59'],
    [machine(', disk: { /mnt/../a: 1TiB }'), 'SF211 13:62'],
    [machine(', disk: { /mnt/a/: 1TiB }'), 'SF212 13:60'],
  ]);
});

describe('CPUs', () => {
  check([
    [worker('cpus: 0-15,64-79')],
    [worker("cpus: '7'")],
    [worker('cpus: 7'), 'SF112 16:15'],
    [worker('cpus: all'), 'SF114 16:15'],
    [worker('cpus: 0,,1'), 'SF114 16:15'],
    [worker('cpus: 31-0'), 'SF241 16:15'],
    [worker('cpus: 0-3,9-8'), 'SF241 16:15'],
    [worker('cpus: 0-65535')],
    [worker('cpus: 0-65536'), 'SF241 16:15'],
    [profile('cpus: 9-8'), 'SF241 8:27'],
    [['profiles:\n', 'defaults: { worker: { cpus: 5-1 } }\nprofiles:\n'], 'SF241 7:29'],
  ]);
});

describe('resources', () => {
  const pc1 = (body: string): Edit => profile(`resources: { PC1: { ${body} } }`);
  check([
    [pc1('minMemory: 60GB, maxMemory: 1, baseMinMemory: 0, gpuUtilization: 0.5')],
    [pc1('maxParallelism: -1, maxParallelismGpu: 0')],
    [profile('resources: { precommit1: { minMemory: 1 }, GET: { minMemory: 1 } }')],
    [profile('resources: [PC1]'), 'SF112 8:32'],
    [profile('resources: { PC9: { minMemory: 1 } }'), 'SF215 8:34'],
    [profile('resources: { FIN: { minMemory: 1 } }'), 'SF221 8:34'],
    [profile('resources: { PRU2: { minMemory: 1 } }'), 'SF217 8:34'],
    [profile('resources: { PC1: 60GiB }'), 'SF112 8:39'],
    [pc1('memory: 1'), 'SF111 8:41'],
    [pc1('maxConcurrent: 1'), 'SF111 8:41'],
    [pc1('minMemory: 60 gigs'), 'SF203 8:52'],
    [pc1('maxMemory: -1'), 'SF203 8:52'],
    [pc1('maxParallelism: -2'), 'SF116 8:57'],
    [pc1('maxParallelism: 1.5'), 'SF112 8:57'],
    [pc1('gpuUtilization: half'), 'SF112 8:57'],
    [pc1('gpuUtilization: -0.1'), 'SF116 8:57'],
  ]);
});

describe("what the miner's config.toml says", () => {
  const miner = (line: string): Edit => ['  token: {', `  ${line}\n  token: {`];
  check([
    [miner('disallowRemoteFinalize: true')],
    [miner('disallowRemoteFinalize: yes'), 'SF112 6:27'],
    [miner('DisallowRemoteFinalize: true'), 'SF111 6:3'],
    [miner('marketsApi: /ip4/10.0.0.10/tcp/2346/http')],
    [miner('marketsApi: 10.0.0.10'), 'SF205 6:15'],
    [miner('tasks: []'), 'SF227 6:3'],
    [miner('repo: /lotus'), 'SF227 6:3'],
  ]);
});

describe("the miner's machine", () => {
  const miner = (line: string): Edit => ['  token: {', `  host: h1\n  ${line}\n  token: {`];
  check([
    [miner('tasks: [AP, precommit1, DL]')],
    [miner('tasks: []')],
    [miner('tasks: [PRU2]'), 'SF217 7:11'],
    [miner('tasks: [nil]'), 'SF215 7:11'],
    [miner('tasks: [AP, DC]'), 'SF229 7:10'],
    [miner('tasks: [WDP]'), 'SF229 7:10'],
    [miner('host2: h1'), 'SF111 7:3'],
    [['  token: {', '  host: 10.0.0.10\n  token: {']],
    [['  token: {', '  host: miner.example\n  token: {']],
    [['  token: {', '  host: "ops@miner:22"\n  token: {'], 'SF228 6:9'],
    [['  token: {', '  host: 10.0.0.300\n  token: {'], 'SF228 6:9'],
    [miner('repo: /home/lotus/.lotusminer')],
    [miner('repo: ~/.lotusminer'), 'SF114 7:9'],
    [miner('repo: /a/../b'), 'SF211 7:9'],
    [miner('user: lotus')],
    [miner('user: "lotus miner"'), 'SF114 7:9'],
    [miner('listen: /ip4/0.0.0.0/tcp/2345/http')],
    [miner('listen: /dns/miner/tcp/2345/http'), 'SF205 7:11'],
    [miner('listen: 0.0.0.0:2345'), 'SF205 7:11'],
    [miner('remoteListen: 10.0.0.10:2345')],
    [miner('remoteListen: miner.example:2345')],
    [miner('remoteListen: "[2001:db8::1]:2345"')],
    [miner('remoteListen: miner.example'), 'SF214 7:17'],
    [miner('remoteListen: 0.0.0.0:2345'), 'SF214 7:17'],
    [miner('parallelFetchLimit: 5')],
    [miner('parallelFetchLimit: 0'), 'SF116 7:23'],
    [miner('assigner: spread')],
    [miner('assigner: random'), 'SF115 7:13'],
    [miner('localWorkerName: miner-1')],
    [miner('disableBuiltinWindowPoSt: true')],
    [miner('disableBuiltinWinningPoSt: 1'), 'SF112 7:30'],
    [miner('restart: never')],
    [miner('restart: whenSafe')],
    [miner('restartMargin: 15m')],
    [miner('restartMargin: 0s')],
    [miner('restartMargin: 12h')],
    [miner('restartMargin: 13h'), 'SF204 7:18'],
    [miner('restartMargin: soon'), 'SF204 7:18'],
    [miner('restartCommand: [supervisorctl, restart, lotus-miner]')],
    [miner('restartCommand: []'), 'SF116 7:19'],
    [miner('restartCommand: supervisorctl'), 'SF112 7:19'],
    [miner('restart: always'), 'SF115 7:12'],
  ]);
});

describe('rules of the farm', () => {
  const id = '2b7e1516-28ae-4d2a-abf7-158809cf4f3c';
  const other = 'listen: 10.0.0.1:3457';
  check([
    [storage('groups: [h]'), 'SF230 17:50'],
    [storage('groups: [g], allowTo: [g, h]'), 'SF230 17:67'],
    [storage('allowTo: [g]'), 'SF239 17:51'],
    [below('h2: { address: 10.0.0.2, workers: { w1: {} } }'), 'SF231 18:39'],
    [below('h2: { address: 10.0.0.2, workers: { w2: {} } }')],
    [sibling('listen: 10.0.0.1:3456'), 'SF232 18:21'],
    [sibling(''), 'SF232 18:7'],
    [below("h2: { address: 10.0.0.2, workers: { w2: { listen: '10.0.0.1:3456' } } }"), 'SF232 18:53'],
    [sibling(`${other}, repo: /var/lib/sealfarm/workers/w1`), 'SF233 18:42'],
    [below('h2: { address: 10.0.0.2, workers: { w2: { repo: /var/lib/sealfarm/workers/w1 } } }')],
    [sibling(`${other}, storage: [{ path: /mnt/s/, seal: true }]`), 'SF234 18:54', 'SF212 18:54'],
    [below('h2: { address: 10.0.0.2, workers: { w2: { storage: [{ path: /mnt/s, seal: true }] } } }')],
    [
      [
        STORAGE,
        `- { path: /t, store: true, id: ${id} }\n          - { path: /u, seal: true, id: ${id.toUpperCase()} }`,
      ],
      'SF235 18:41',
    ],
    [storage(`id: ${id}`)],
    [storage('id: mine'), 'SF114 17:45'],
    [sibling(`${other}, repo: /mnt/s/repo`), 'SF236 17:21'],
    [sibling(`${other}, repo: /mnt`), 'SF236 17:21'],
    [worker('repo: /mnt/s'), 'SF236 18:21'],
    [sibling(`${other}, repo: /mnt/s2`)],
    [sibling(`${other}, repo: /mn`)],
    [['seal: true', 'seal: false'], 'SF237 17:21'],
    [['seal: true', 'store: true']],
    [below('h2: { address: 10.0.0.2 }'), 'SF238 18:3'],
    [worker('renamedFrom: w0')],
    [worker('renamedFrom: w1'), 'SF226 16:22'],
    [sibling(`${other}, renamedFrom: w1`), 'SF226 18:49'],
  ]);

  describe('one machine under two names', () => {
    const local = (address: string): string =>
      `h2: { address: ${address}, ssh: { transport: local }, workers: { w2: { listen: 10.0.0.1:3457 } } }`;
    const listening = "workers: { 'x{n}': { listen: '10.0.1.{n}:3456' } }";
    check([
      [below('h2: { address: 10.0.0.1, workers: { w2: { listen: 10.0.0.1:3457 } } }'), 'SF240 18:18'],
      [below('h2: { address: 10.0.0.1, ssh: { port: 2222 }, workers: { w2: { listen: 10.0.0.1:3457 } } }')],
      [below(local('10.0.0.1'))],
      [
        below(
          `${local('10.0.0.2')}\n  h3: { address: 10.0.0.3, ssh: { transport: local }, workers: { w3: {} } }`,
        ),
        'SF240 19:18',
      ],
      [below(`h-[1-3]: { address: H.example, ${listening} }`), 'SF240 18:23'],
      [
        below(
          `h-[1-3]: { address: 'h{n}.example', ${listening} }\n  a: { address: H2.Example, workers: { w2: { listen: 10.0.2.1:1 } } }`,
        ),
        'SF240 19:17',
      ],
    ]);

    it('names the first', () => {
      const same = edited(below('h2: { address: 10.0.0.1, workers: { w2: { listen: 10.0.0.1:3457 } } }'));
      expect(readFarm(same, 'sealfarm.yaml').diagnostics[0]?.message).toBe(
        "the host 'h1' has the address '10.0.0.1' and the SSH port 22 as well",
      );
      const here = edited(host('ssh: { transport: local }'), below(local('10.0.0.2')));
      expect(readFarm(here, 'sealfarm.yaml').diagnostics[0]?.message).toBe(
        "the host 'h1' is this machine as well: both have `transport: local`",
      );
    });
  });

  it.each([
    ['PC1_32G_MAX_CONCURRENT', 'is one of the variables sealfarm writes itself'],
    ['PC1_32G_MAX_CONCURENT', 'looks like a limit or a resource, and Lotus knows no such variable'],
    ['PC3_MAX_CONCURRENT', 'looks like a limit or a resource, and Lotus knows no such variable'],
  ])('says of the variable %s what it is', (name, words) => {
    const text = edited(worker(`env: { ${name}: 4 }`));
    expect(readFarm(text, 'sealfarm.yaml').diagnostics[0]?.message).toBe(`'${name}' ${words}`);
  });

  it('a farm without hosts is warned of', () => {
    expect(said(SAMPLE.replace(/hosts:[^]*/, 'hosts: {}\n'))).toEqual(['SF238 10:1']);
  });
});

describe('several faults at once', () => {
  it('judges what is well formed beside what is not', () => {
    const text = edited(tasks('precomit1'), host('adress: x'), worker('listen: 5'), [
      'allowTo: [g]',
      'allowTo: [g, 5]',
    ]);
    expect(said(text)).toEqual(['SF215 8:16', 'SF111 13:5', 'SF112 17:17', 'SF112 19:67']);
  });

  it.each<[string, Edit[], string[]]>([
    ['groups that are misspelt as a whole', [['storageGroups:', 'storageGroup:']], ['SF111 9:1']],
    ['profiles of a wrong type', [[`\n  ${PROFILE}`, ' 5']], ['SF112 7:11']],
    ['one profile of a wrong type', [[PROFILE, 'p: 5']], ['SF112 8:6']],
    ['a host without an address', [[ADDRESS, '']], ['SF113 11:3']],
    ['a listen address of a wrong type', [sibling('listen: 5')], ['SF112 18:21']],
    ['a storage path without a path', [['path: /mnt/s, ', '']], ['SF113 17:13']],
  ])('does not report as missing what was left out: %s', (_, edits, expected) => {
    expect(said(edited(...edits))).toEqual(expected);
  });

  it('says no more than 500 of a kind, and errors before warnings', () => {
    const idle = Array.from({ length: 600 }, (_, n) => `  i${n}: { address: x${n} }`).join('\n');
    const unknown = Array.from({ length: 600 }, (_, n) => `x${n}: 1`).join('\n');
    expect(said(`${SAMPLE}${idle}\n`)).toHaveLength(500);
    expect(said(`${SAMPLE}${idle}\n  z: { address: -x }\n`)).toContain('SF210 618:17');
    expect(said(`${SAMPLE}${unknown}\n`)).toHaveLength(500);
  });

  it('still finds a wrong reference where the fault lies elsewhere', () => {
    expect(said(edited(['groups: [g]', 'groups: [h]'], worker('x: 1')))).toEqual([
      'SF111 16:9',
      'SF230 18:50',
    ]);
  });
});
