import { describe, expect, it } from 'vitest';
import type { StorageInfo } from '../../src/lotus/api.js';
import { FILE_TYPES } from '../../src/lotus/file-type.js';
import type { IndexedPath, PipelineTask, SectorIndexView } from '../../src/lotus/selector.js';
import { deniedTypes, mayFetch, mayTake } from '../../src/lotus/selector.js';
import { spaceNeeded } from '../../src/lotus/space.js';

const GiB = 2 ** 30;
const TiB = 2 ** 40;
const SECTOR = { Miner: 1000, Number: 7 };
const { unsealed, sealed, cache } = FILE_TYPES;

interface Path extends Partial<StorageInfo> {
  readonly holding?: number;
  readonly available?: number;
  readonly healthy?: boolean;
}

function path(id: string, given: Path): IndexedPath {
  const { holding: _, available = 8 * TiB, healthy = true, ...info } = given;
  return {
    info: {
      ID: id,
      URLs: null,
      Weight: 10,
      MaxStorage: 0,
      CanSeal: true,
      CanStore: false,
      Groups: null,
      AllowTo: null,
      AllowTypes: null,
      DenyTypes: null,
      AllowMiners: null,
      DenyMiners: null,
      ...info,
    },
    available,
    healthy,
  };
}

function index(paths: Readonly<Record<string, Path>>): SectorIndexView {
  const holding = Object.entries(paths).map(([id, given]) => [id, given.holding ?? 0] as const);
  const held = new Map(holding.filter(([, types]) => types !== 0));
  return {
    paths: new Map(Object.entries(paths).map(([id, given]) => [id, path(id, given)])),
    holders: ({ Number: number }) => (number === SECTOR.Number ? held : new Map()),
  };
}

function verdict(
  task: PipelineTask,
  worker: readonly string[],
  paths: Readonly<Record<string, Path>>,
): string {
  const eligibility = mayTake(task, SECTOR, worker, index(paths), '32GiB');
  return eligibility.ok ? (eligibility.preferred ? 'preferred' : 'ok') : eligibility.reason;
}

describe('mayTake where a task allocates', () => {
  it.each<[string, PipelineTask, Path, string]>([
    ['AP on a sealing path', 'AP', {}, 'ok'],
    ['PC1 whatever the groups', 'PC1', { Groups: ['a'], AllowTo: ['b'] }, 'ok'],
    ['AP on a path that only stores', 'AP', { CanSeal: false, CanStore: true }, 'no-such-path'],
    ['AP on a path of weight 0', 'AP', { Weight: 0 }, 'ok'],
    ['GET on a path of weight 0', 'GET', { Weight: 0, CanStore: true }, 'ok'],
    ['AP just fits', 'AP', { available: 32 * GiB }, 'ok'],
    ['AP a byte short', 'AP', { available: 32 * GiB - 1 }, 'no-room'],
    ['PC1 just fits', 'PC1', { available: 483.2 * GiB }, 'ok'],
    ['PC1 a little short', 'PC1', { available: 483.1 * GiB }, 'no-room'],
    ['PC1 on a silent path', 'PC1', { healthy: false }, 'silent'],
    ['PC1 where caches are denied', 'PC1', { DenyTypes: ['cache'] }, 'types-denied'],
    ['PC1 where only the unsealed may lie', 'PC1', { AllowTypes: ['unsealed'] }, 'types-denied'],
    ['PC1 where only an unknown type may lie', 'PC1', { AllowTypes: ['seeled'] }, 'types-denied'],
    ['AP for another miner', 'AP', { AllowMiners: ['f01001'] }, 'miner-denied'],
    ['AP for this miner', 'AP', { AllowMiners: ['f01000'] }, 'ok'],
    ['AP for a miner denied', 'AP', { DenyMiners: ['t01000'] }, 'miner-denied'],
    ['GET into long-term storage', 'GET', { CanSeal: false, CanStore: true, Groups: ['x'] }, 'ok'],
    ['GET takes little room', 'GET', { CanStore: true, available: 35.2 * GiB }, 'ok'],
    ['GET without a storing path', 'GET', {}, 'no-such-path'],
    ['C2 without any path of use', 'C2', { CanSeal: false }, 'ok'],
  ])('%s', (_, task, given, expected) => {
    expect(verdict(task, ['p'], { p: given })).toBe(expected);
  });

  it('lets two paths share the types between them', () => {
    const paths = { a: { DenyTypes: ['cache'] }, b: { AllowTypes: ['cache'] } };
    expect(verdict('PC1', ['a', 'b'], paths)).toBe('ok');
    expect(verdict('PC1', ['a'], paths)).toBe('types-denied');
  });

  it('knows no path of another worker', () => {
    expect(verdict('AP', [], { p: {} })).toBe('no-such-path');
  });

  it('gives the reason of the path that came furthest', () => {
    expect(verdict('AP', ['a', 'b'], { a: { available: 0 }, b: { CanSeal: false } })).toBe('no-room');
  });
});

describe('mayTake for data that lies elsewhere', () => {
  const held = { holding: sealed | cache };
  it.each<[string, PipelineTask, Path, Path, string]>([
    ['PC2 fetches where the group is allowed', 'PC2', { ...held, AllowTo: ['a'] }, { Groups: ['a'] }, 'ok'],
    ['PC2 does not fetch out of the group', 'PC2', { ...held, AllowTo: ['a'] }, { Groups: ['b'] }, 'groups'],
    ['PC2 does not fetch to no group', 'PC2', { ...held, AllowTo: ['a'] }, {}, 'groups'],
    ['PC2 fetches from an open path', 'PC2', held, { Groups: ['b'] }, 'ok'],
    ['PC2 runs where the data is', 'PC2', {}, { ...held, AllowTo: ['a'] }, 'ok'],
    ['PC2 runs where the data is though full', 'PC2', {}, { ...held, available: 0 }, 'ok'],
    ['PC2 does not fetch without room', 'PC2', held, { available: 400 * GiB }, 'no-room'],
    ['PC2 does not fetch onto storage', 'PC2', held, { CanSeal: false, CanStore: true }, 'no-such-path'],
    ['C1 stays with the data', 'C1', {}, held, 'ok'],
    ['C1 is never fetched', 'C1', held, {}, 'data-elsewhere'],
    ['FIN is never fetched', 'FIN', held, {}, 'data-elsewhere'],
    ['C1 gets what is missing to the rest', 'C1', { holding: cache }, { holding: sealed }, 'ok'],
    ['FIN is done where the cache is', 'FIN', { holding: sealed }, { holding: cache }, 'ok'],
    [
      'FIN is not done where the sealed file alone is',
      'FIN',
      { holding: cache },
      { holding: sealed },
      'data-elsewhere',
    ],
    ['GET pulls from anywhere', 'GET', held, { CanStore: true }, 'ok'],
    ['GET stays where it may be stored', 'GET', {}, { ...held, CanStore: true }, 'preferred'],
    ['GET moves from a path that only seals', 'GET', {}, held, 'no-such-path'],
    ['FIN needs more than the unsealed file', 'FIN', held, { holding: unsealed }, 'data-elsewhere'],
  ])('%s', (_, task, holder, mine, expected) => {
    expect(verdict(task, ['mine'], { holder, mine })).toBe(expected);
  });

  it.each<[string, Path, string]>([
    ['by a worker that has it', { ...held, CanStore: true }, 'preferred'],
    ['by no other', { CanStore: true }, 'data-elsewhere'],
    ['by nobody whose path only seals', held, 'no-such-path'],
    ['by nobody whose path is full', { ...held, CanStore: true, available: 0 }, 'no-room'],
  ])('with DisallowRemoteFinalize GET is done %s', (_, mine, expected) => {
    const view = { ...index({ holder: held, mine }), disallowRemoteFinalize: true };
    const eligibility = mayTake('GET', SECTOR, ['mine'], view, '32GiB');
    expect(eligibility.ok ? 'preferred' : eligibility.reason).toBe(expected);
  });

  it.each([
    [false, 'ok'],
    [true, 'data-elsewhere'],
  ])(
    'gives GET to a worker that has it on a path beside the long-term one: strict %s',
    (strict, expected) => {
      const paths = { holder: held, mine: { CanSeal: false, CanStore: true } };
      const view = { ...index(paths), disallowRemoteFinalize: strict };
      const eligibility = mayTake('GET', SECTOR, ['holder', 'mine'], view, '32GiB');
      expect(eligibility.ok ? (eligibility.preferred ? 'preferred' : 'ok') : eligibility.reason).toBe(
        expected,
      );
    },
  );

  it('prefers no path that is full for GET', () => {
    const paths = { holder: { ...held, CanStore: true, available: 0 }, mine: { CanStore: true } };
    expect(verdict('GET', ['holder', 'mine'], paths)).toBe('ok');
  });

  it('ignores the unsealed file left behind by PC1', () => {
    const paths = {
      left: { holding: unsealed },
      holder: { ...held, AllowTo: ['a'] },
      mine: { Groups: ['b'] },
    };
    expect(verdict('PC2', ['mine'], paths)).toBe('groups');
  });
});

describe('mayFetch', () => {
  it.each([
    ['no holder at all', [], ['a'], false],
    ['either of two lists', [{ AllowTo: ['a'] }, { AllowTo: ['b'] }], ['b'], true],
    ['one open holder', [{ AllowTo: ['a'] }, { AllowTo: [] }], [], true],
    ['neither list', [{ AllowTo: ['a'] }, { AllowTo: ['b'] }], ['c'], false],
  ])('%s', (_, holders, groups, expected) => {
    expect(mayFetch(holders, { Groups: groups })).toBe(expected);
  });
});

describe('spaceNeeded', () => {
  it.each([
    ['AP', unsealed, 'sealing', 32 * GiB],
    ['PC1', sealed | cache, 'sealing', Math.floor(15.1 * 32 * GiB)],
    ['all three', unsealed | sealed | cache, 'sealing', Math.floor(16.1 * 32 * GiB)],
    ['GET', sealed | cache, 'stored', Math.floor(1.1 * 32 * GiB)],
    ['nothing', 0, 'sealing', 0],
  ] as const)('%s', (_, types, purpose, bytes) => {
    expect(spaceNeeded(types, '32GiB', purpose)).toBe(bytes);
  });
});

describe('deniedTypes', () => {
  it('denies by either list, ignoring unknown names', () => {
    const all = unsealed | sealed | cache;
    expect(deniedTypes(all, { AllowTypes: null, DenyTypes: null })).toBe(0);
    expect(deniedTypes(all, { AllowTypes: ['sealed', 'cache'], DenyTypes: ['cache'] })).toBe(
      unsealed | cache,
    );
    expect(deniedTypes(all, { AllowTypes: ['nonsense'], DenyTypes: null })).toBe(all);
    expect(deniedTypes(all, { AllowTypes: null, DenyTypes: ['nonsense'] })).toBe(0);
  });
});
