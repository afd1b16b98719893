import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm, Host, StorageDeclaration, Worker } from '../../src/farm/farm.js';
import type { Observation, ObservedHost, ObservedWorker } from '../../src/observed/observed.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aStorage, aWorker, TOKEN } from '../support/farm.js';
import { asDeclared } from '../../src/plan/as-declared.js';
import { codes, plan, summary } from '../support/plan.js';

/**
 * Each setting × where another value than the declared one stands: nowhere, in the file alone, in the process alone,
 * in Lotus alone, in all three; that other value is another one or none at all. What has to be done about it is said
 * here by hand, for each kind of setting once, from lotus.md §5.
 */
type Where = 'nowhere' | 'file' | 'process' | 'lotus' | 'everywhere';

type Decision = readonly string[];

/** For a setting of one kind: what is done, by where the other value stands. Absent: it cannot stand there. */
type Kind = Readonly<Partial<Record<Where, Decision>>>;

const WRITE = 'write worker.env: none, config-changed';
const DROP_IN = 'write 10-sealfarm.conf: none, config-changed';
const STORE = 'write sectorstore.json: none, config-changed';
/** Lotus has it as declared. */
const STORE_ALONE = 'write sectorstore.json: none, edited-on-host';
const RESTART = 'restart: restart, process-older-than-file';
const REDECLARE = 'redeclare: live, lotus-differs';
/** What brings a file that is written with it into effect is there for the same reason. */
const WITH_FILE = 'restart: restart, config-changed';

/** A process has its environment for life. */
const ENVIRONMENT: Kind = {
  nowhere: [],
  file: [WRITE],
  process: [RESTART],
  everywhere: [WRITE, WITH_FILE],
};

/** As the environment, and systemd's part of it: the unit's mark is in the environment too. */
const UNIT: Kind = {
  nowhere: [],
  file: [WRITE, DROP_IN],
  process: [RESTART],
  everywhere: [WRITE, DROP_IN, WITH_FILE],
};

/** What must be mounted before the worker starts: one that runs has it mounted. */
const MOUNTS: Kind = { nowhere: [], file: [DROP_IN], process: [], everywhere: [DROP_IN] };

/** Only in the file of the path; a worker goes by what Lotus's index has. */
const STORAGE: Kind = {
  nowhere: [],
  file: [STORE_ALONE],
  lotus: [REDECLARE],
  everywhere: [STORE, 'redeclare: live, config-changed'],
};

/** The worker's own accounting has it from when it opened the path. */
const MAX_STORAGE: Kind = {
  nowhere: [],
  file: [STORE_ALONE],
  lotus: [REDECLARE, 'restart: restart, lotus-differs'],
  everywhere: [STORE, 'redeclare: live, config-changed', WITH_FILE],
};

/** Lotus switches it while the worker runs; with which tasks it was started does not matter. */
function switchable(code: string, on: boolean): Kind {
  const turn = `${on ? 'enable' : 'disable'}-task ${code}: live`;
  return {
    nowhere: [],
    file: [WRITE],
    process: [],
    lotus: [`${turn}, lotus-differs`],
    everywhere: [WRITE, `${turn}, config-changed`],
  };
}

/** Lotus takes it only at the start. */
const FIXED_TASK: Kind = {
  nowhere: [],
  file: [WRITE],
  process: [],
  lotus: ['restart: restart, lotus-differs'],
  everywhere: [WRITE, WITH_FILE],
};

/** At rest with its tasks off, while the file wants it to work, and the other way round; see also the state tests. */
const STATE: Kind = {
  nowhere: [],
  file: ['write manifest.json: none, config-changed', WRITE],
  process: [],
  lotus: ['AP', 'PC1', 'PC2', 'C2'].map((code) => `enable-task ${code}: live, lotus-differs`),
  everywhere: [
    'write manifest.json: none, config-changed',
    WRITE,
    ...['AP', 'PC1', 'PC2', 'C2'].map((code) => `enable-task ${code}: live, config-changed`),
  ],
};

const STATE_DRAINED: Kind = {
  nowhere: [],
  file: [WRITE, 'drain: empty, config-changed'],
  process: [],
  lotus: ['drain: empty, lotus-differs'],
  everywhere: [WRITE, 'drain: empty, config-changed', 'SF565 warning'],
};

/** A running worker is not moved to another repo. */
const REPO: Kind = { nowhere: [], file: [WRITE], process: ['SF507 error'] };

/** A unit that is left beside a plain process goes; else the restart takes it along. */
const TO_PROCESS: Kind = {
  nowhere: [],
  file: ['remove-unit: none, config-changed'],
  process: ['restart: restart, config-changed'],
  everywhere: ['restart: restart, config-changed'],
};

const UNIT_FILES: Decision = [
  'write sealfarm-worker@.service: none, new',
  'write 10-sealfarm.conf: none, new',
];

const TO_SYSTEMD: Kind = {
  nowhere: [],
  file: UNIT_FILES,
  process: ['restart: restart, config-changed'],
  everywhere: [...UNIT_FILES, 'restart: restart, config-changed'],
};

const [ONE, TWO] = ['2546c5be-10f0-aa96-906b-24434a6c94a0', '7b9d1e52-3c4f-4e0a-9f61-0d8a5b2c3e4f'];

/** Said only to say which ID is expected there: another one is another disk. */
const ID: Kind = { nowhere: [], file: ['SF505 error'], lotus: ['SF505 error'], everywhere: ['SF505 error'] };

/** Attached and detached while the worker runs; what it held must be off it first. */
const PATH: Kind = {
  nowhere: [],
  file: ['write storage.json: none, edited-on-host', 'create-sectorstore /mnt/one: none, new'],
  lotus: [
    'write storage.json: none, edited-on-host',
    'detach /mnt/two: empty, config-changed',
    'attach /mnt/one: live, new',
  ],
  everywhere: [
    'detach /mnt/two: empty, config-changed',
    'create-sectorstore /mnt/one: none, new',
    'attach /mnt/one: live, new',
  ],
};

interface Setting {
  readonly name: string;
  readonly kind: Kind;
  readonly declared: Farm;
  /** The same farm with another value, by what that is. */
  readonly others: Readonly<Record<string, Farm>>;
  /** In the other farm. */
  readonly otherToken?: Secret;
}

function worker(overrides: Partial<Worker>, host: Partial<Host> = {}): Farm {
  return aFarm({ hosts: [aHost({ workers: [aWorker(overrides)], ...host })] });
}

function path(overrides: Partial<StorageDeclaration>): Farm {
  return worker({ storage: [aStorage(overrides)] });
}

const SYSTEMD: Partial<Host> = { serviceManager: 'systemd' };

/** A worker's setting: declared like this, with another value like that, and not said at all. */
function ofWorker(
  name: string,
  kind: Kind,
  declared: Partial<Worker>,
  other: Partial<Worker>,
  host: Partial<Host> = {},
): Setting {
  return {
    name,
    kind,
    declared: worker(declared, host),
    others: { 'another value': worker(other, host), nothing: worker({}, host) },
  };
}

/** One that always has a value. */
function alwaysSaid(name: string, kind: Kind, other: Partial<Worker>, host: Partial<Host> = {}): Setting {
  return { name, kind, declared: worker({}, host), others: { 'another value': worker(other, host) } };
}

/** A setting of the host, which always has a value. */
function ofHost(name: string, kind: Kind, declared: Partial<Host>, other: Partial<Host>): Setting {
  return { name, kind, declared: worker({}, declared), others: { 'another value': worker({}, other) } };
}

/** One of which no other value than the declared one is looked for unless it is declared. */
function pathAlwaysSaid(
  name: string,
  kind: Kind,
  declared: Partial<StorageDeclaration>,
  other: Partial<StorageDeclaration>,
): Setting {
  return { name, kind, declared: path(declared), others: { 'another value': path(other) } };
}

function ofPath(
  name: string,
  declared: Partial<StorageDeclaration>,
  other: Partial<StorageDeclaration>,
  kind = STORAGE,
): Setting {
  return {
    name: `storage.${name}`,
    kind,
    declared: path(declared),
    others: { 'another value': path(other), nothing: path({}) },
  };
}

const TASKS = ['AP', 'PC1', 'PC2', 'C2', 'UNS', 'RU', 'PR2', 'GSK'] as const;

const SETTINGS: readonly Setting[] = [
  alwaysSaid('binary', ENVIRONMENT, { binary: '/opt/lotus-worker' }),
  alwaysSaid('binary under systemd', UNIT, { binary: '/opt/lotus-worker' }, SYSTEMD),
  alwaysSaid('listen', ENVIRONMENT, { listen: { host: '10.0.0.11', port: 4000 } }),
  alwaysSaid('tmpDir', ENVIRONMENT, { tmpDir: '/fast/tmp' }),
  alwaysSaid('repo', REPO, { repo: '/elsewhere' }),
  ofWorker('parameterCache', ENVIRONMENT, { parameterCache: '/a' }, { parameterCache: '/b' }),
  ofWorker('parentCache', ENVIRONMENT, { parentCache: '/a' }, { parentCache: '/b' }),
  ofWorker('gpus', ENVIRONMENT, { gpus: [0] }, { gpus: [1] }),
  ofWorker('gpus by UUID', ENVIRONMENT, { gpus: ['GPU-a'] }, { gpus: 'all' }),
  ofWorker('gpus: none', ENVIRONMENT, { gpus: 'none' }, { gpus: 'all' }),
  ofWorker('cpus', ENVIRONMENT, { cpus: '0-3' }, { cpus: '4-7' }),
  ofWorker('cpus under systemd', UNIT, { cpus: '0-3' }, { cpus: '4-7' }, SYSTEMD),
  ofWorker('numaNodes', ENVIRONMENT, { numaNodes: [0] }, { numaNodes: [1] }),
  ofWorker('numaNodes under systemd', UNIT, { numaNodes: [0] }, { numaNodes: [1] }, SYSTEMD),
  ofWorker('memory under systemd', UNIT, { memory: 2 ** 39 }, { memory: 2 ** 38 }, SYSTEMD),
  ofWorker(
    'multicoreSdr.producers',
    ENVIRONMENT,
    { multicoreSdr: { producers: 3 } },
    { multicoreSdr: { producers: 1 } },
  ),
  ofWorker('noSwap', ENVIRONMENT, { noSwap: true }, { noSwap: false }),
  ofWorker('parallelFetchLimit', ENVIRONMENT, { parallelFetchLimit: 5 }, { parallelFetchLimit: 9 }),
  ofWorker(
    'env',
    ENVIRONMENT,
    { env: new Map([['RUST_LOG', 'info']]) },
    { env: new Map([['RUST_LOG', 'debug']]) },
  ),
  ...(['AP', 'DC', 'PC1', 'PC2', 'C1', 'C2', 'GET', 'UNS', 'RU', 'PR2', 'GSK'] as const).map((code) =>
    ofWorker(
      `limits.${code}`,
      ENVIRONMENT,
      { limits: new Map([[code, 4]]) },
      { limits: new Map([[code, 2]]) },
    ),
  ),
  ...(
    [
      'MinMemory',
      'MaxMemory',
      'BaseMinMemory',
      'MaxParallelism',
      'MaxParallelismGPU',
      'GPUUtilization',
    ] as const
  ).map((field) =>
    ofWorker(
      `resources.PC1.${field}`,
      ENVIRONMENT,
      { resources: new Map([['PC1', { [field]: 4 }]]) },
      { resources: new Map([['PC1', { [field]: 2 }]]) },
    ),
  ),
  ...TASKS.flatMap((code) => [
    {
      name: `tasks with ${code}`,
      kind: switchable(code, true),
      declared: worker({ tasks: [...TASKS] }),
      others: { 'without it': worker({ tasks: TASKS.filter((other) => other !== code) }) },
    },
    {
      name: `tasks without ${code}`,
      kind: switchable(code, false),
      declared: worker({ tasks: TASKS.filter((other) => other !== code) }),
      others: { 'with it': worker({ tasks: [...TASKS] }) },
    },
  ]),
  {
    name: 'tasks with DL',
    kind: FIXED_TASK,
    declared: worker({ tasks: ['AP', 'PC1', 'DL'] }),
    others: { 'without it': worker({ tasks: ['AP', 'PC1'] }) },
  },
  ofPath('seal', { seal: false }, { seal: true }),
  ofPath('store', { store: true }, { store: false }),
  ofPath('weight', { weight: 7 }, { weight: 0 }),
  ofPath('groups', { groups: ['a'] }, { groups: ['b'] }),
  ofPath('allowTo', { allowTo: ['a'] }, { allowTo: ['b', 'a'] }),
  ofPath('allowTypes', { allowTypes: ['sealed'] }, { allowTypes: ['cache'] }),
  ofPath('denyTypes', { denyTypes: ['sealed'] }, { denyTypes: ['cache'] }),
  ofPath('allowMiners', { allowMiners: ['f01'] }, { allowMiners: ['f02'] }),
  ofPath('denyMiners', { denyMiners: ['f01'] }, { denyMiners: ['f02'] }),
  ofPath('maxStorage', { maxStorage: 2 ** 40 }, { maxStorage: 2 ** 41 }, MAX_STORAGE),
  {
    name: 'miner.api',
    kind: ENVIRONMENT,
    declared: aFarm(),
    others: { 'another value': aFarm({ miner: { ...aFarm().miner, api: '/ip4/10.9.9.9/tcp/2345/http' } }) },
  },
  {
    name: 'miner.marketsApi',
    kind: ENVIRONMENT,
    declared: aFarm({ miner: { ...aFarm().miner, marketsApi: '/ip4/10.0.0.10/tcp/2346/http' } }),
    others: {
      'another value': aFarm({ miner: { ...aFarm().miner, marketsApi: '/ip4/10.9.9.9/tcp/2346/http' } }),
      nothing: aFarm(),
    },
  },
  {
    name: 'miner.token',
    kind: ENVIRONMENT,
    declared: aFarm(),
    others: { 'another value': aFarm() },
    otherToken: new Secret('another'),
  },
  ofWorker('user', ENVIRONMENT, { user: 'lotus' }, { user: 'sealer' }),
  ofWorker('user under systemd', UNIT, { user: 'lotus' }, { user: 'sealer' }, SYSTEMD),
  alwaysSaid('state', STATE, { state: 'drained' }),
  {
    name: 'state: drained',
    kind: STATE_DRAINED,
    declared: worker({ state: 'drained' }),
    others: { 'another value': worker({}) },
  },
  ofHost('serviceManager: process', TO_PROCESS, {}, SYSTEMD),
  ofHost('serviceManager: systemd', TO_SYSTEMD, SYSTEMD, {}),
  pathAlwaysSaid('storage.id', ID, { id: ONE }, { id: TWO }),
  pathAlwaysSaid('storage.path', PATH, { path: '/mnt/one' }, { path: '/mnt/two' }),
  {
    name: 'storage.mount under systemd',
    kind: MOUNTS,
    declared: worker({}, SYSTEMD),
    others: { 'another value': worker({ storage: [aStorage({ mount: 'any' })] }, SYSTEMD) },
  },
];

const WHERES: readonly Where[] = ['nowhere', 'file', 'process', 'lotus', 'everywhere'];

interface Row {
  readonly name: string;
  readonly where: Where;
  readonly other: string;
  readonly declared: Farm;
  readonly seen: Observation;
  readonly decision: Decision;
}

const ROWS: readonly Row[] = SETTINGS.flatMap(({ name, kind, declared, others, otherToken }) =>
  WHERES.flatMap((where) =>
    Object.entries(others).flatMap(([other, farm], index): readonly Row[] => {
      const decision = kind[where];
      // With the declared value everywhere there is no other one to tell apart.
      if (decision === undefined || (where === 'nowhere' && index > 0)) return [];
      return [{ name, where, other, declared, decision, seen: mixed(declared, farm, where, otherToken) }];
    }),
  ),
);

/** All as declared, but in these places as the other farm has it. */
function mixed(declared: Farm, other: Farm, where: Where, otherToken = TOKEN): Observation {
  const after = desire(declared, TOKEN, new Map());
  const [right, wrong] = [after, desire(other, otherToken, new Map())].map((farm) =>
    asDeclared(farm, after),
  ) as [Observation, Observation];
  const from = (layer: Where): Observation => (where === layer || where === 'everywhere' ? wrong : right);
  const lotus = from('lotus');
  const host = hostOf(from('file'));
  const process = workerOf(from('process')).process;
  const live = workerOf(lotus).process?.live;
  if (process === undefined || live === undefined) throw new Error('it does not run');
  const worker: ObservedWorker = { ...workerOf(from('file')), process: { ...process, live } };
  const hosts = new Map([['host-1', { ...host, workers: new Map([['worker-1', worker]]) }]]);
  return { miner: lotus.miner, hosts };
}

function hostOf({ hosts }: Observation): ObservedHost {
  const host = hosts.get('host-1');
  if (host?.reached !== true) throw new Error('not reached');
  return host;
}

function workerOf(seen: Observation): ObservedWorker {
  const found = hostOf(seen).workers.get('worker-1');
  if (found === undefined) throw new Error('no worker');
  return found;
}

/** `write worker.env: none, config-changed`, and the codes of what is refused. */
function decided(declared: Farm, seen: Observation): Decision {
  const made = plan(declared, seen);
  const words = summary(made).map((line) =>
    line.replace(/^write-file \S*\/([^/: ]+):/, 'write $1:').replace(/^redeclare \S+:/, 'redeclare:'),
  );
  return [...words, ...codes(made)];
}

describe.each(SETTINGS.map(({ name }) => name))('%s', (setting) => {
  it.each(ROWS.filter(({ name }) => name === setting))(
    'has $other in this place: $where → $decision',
    ({ declared, seen, decision }) => {
      expect(decided(declared, seen)).toEqual(decision);
    },
  );
});

it('is a table of all there is to decide', () => {
  expect(ROWS.length).toBeGreaterThanOrEqual(150);
});

/** Fields that no row can be about, and why. */
const EXCEPT: readonly (readonly [RegExp, string])[] = [
  [
    /^(version|farm|sectorSize)$/,
    'says what the farm is; another one is refused: sector-size, part, saved-plan tests',
  ],
  [
    /^miner\.(host|repo|user|restart|restartMargin|restartCommand)$/,
    "says where the miner's config.toml is and what follows from it: miner tests",
  ],
  [
    /^miner\.(tasks|listen|remoteListen|parallelFetchLimit|assigner|localWorkerName|disallowRemoteFinalize|disableBuiltin\w+)$/,
    "stands in the miner's config.toml: miner tests",
  ],
  [
    /^(defaults|defaults\.worker|profiles|worker\.(extends|profile)|hosts|hosts\.workers)$/,
    'leads to the fields below it',
  ],
  [/^storageGroups/, 'declares names; where they are used is storage.groups and storage.allowTo'],
  [/^rollout/, 'says when steps are taken, not which: rollout and waves tests'],
  [
    /^hosts\.(address|ssh|tags|hardware)/,
    'says how a host is reached, called and counted, and stands nowhere on it',
  ],
  [/^hosts\.paths/, 'says where sealfarm looks: in other folders nothing of the rows is there'],
  [/^worker\.renamedFrom$/, 'another worker, not another value: departed tests'],
  [/^miner\.token\./, 'a source of miner.token'],
];

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

const SCHEMA = JSON.parse(readFileSync('schemas/sealfarm.schema.json', 'utf8')) as Schema;

/** Every field below a part of the schema, `a.b` for one in another; names that people choose and lists are left out. */
function fields(schema: Schema, above: string): readonly string[] {
  const { $ref, properties = {}, additionalProperties, patternProperties = {}, items } = schema;
  const at = $ref?.slice('#/$defs/'.length);
  const same = [
    ...(at === undefined ? [] : [SCHEMA.$defs?.[at]]),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
    ...Object.values(patternProperties),
    ...[items, ...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])],
  ];
  const own = Object.entries(properties).flatMap(([name, below]) => {
    const field = above === '' ? name : `${above}.${name}`;
    return [field, ...fields(below, field)];
  });
  return [...own, ...same.flatMap((part) => (part === undefined ? [] : fields(part, above)))];
}

/** As the rows call it, whichever of the three places it is written in. */
function asInRows(field: string): string {
  return field
    .replace(/^defaults\.ssh/, 'hosts.ssh')
    .replace(/^defaults\.(paths|serviceManager)/, 'hosts.$1')
    .replace(/^(defaults\.worker|profiles|hosts\.workers)\./, 'worker.')
    .replace(/^worker\.storage\./, 'storage.');
}

it.each([...new Set(fields(SCHEMA, '').map(asInRows))])('%s has rows, or a reason to have none', (field) => {
  const words = field
    .replace(/^(worker|hosts)\./, '')
    .toLowerCase()
    .split('.');
  const mentions = (name: string): boolean => {
    const said = name.toLowerCase().split(/[ :]/)[0]?.split('.') ?? [];
    // Of a field that has one value for each task, the task stands in between.
    return words[0] === said[0] && (words.length === 1 || said.at(-1) === words.at(-1));
  };
  const excepted = EXCEPT.some(([pattern]) => pattern.test(field));
  expect(excepted || SETTINGS.some(({ name }) => mentions(name))).toBe(true);
});
