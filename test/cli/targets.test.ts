import { describe, expect, it } from 'vitest';
import { resolvePart, resolveTargets, type PartWords } from '../../src/cli/targets.js';
import { aFarm, aHost, aWorker } from '../support/farm.js';

function host(
  name: string,
  tags: readonly string[],
  ...workers: readonly string[]
): ReturnType<typeof aHost> {
  return aHost({ name, tags, workers: workers.map((worker) => aWorker({ name: worker })) });
}

const FARM = aFarm({
  hosts: [
    host('pc1-01', ['rack-a', 'fast'], 'pc1-01'),
    host('pc1-02', ['rack-a'], 'pc1-02'),
    host('pc1-12', ['rack-b'], 'pc1-12'),
    host('gpu', ['rack-b', 'fast'], 'pc2', 'c2'),
    host('a.b', [], 'dot'),
    host('axb', [], 'no-dot'),
    host('empty', []),
  ],
});

function workers(...words: readonly string[]): readonly string[] | string {
  const found = resolveTargets(FARM, words);
  return found.ok ? found.value.map(({ worker }) => worker.name) : found.diagnostic.message;
}

function part(words: PartWords): unknown {
  const found = resolvePart(FARM, words);
  if (!found.ok) return found.diagnostic.message;
  if (found.value === undefined) return undefined;
  const { hosts, workers: chosen, leftOut } = found.value;
  return { hosts: [...hosts].join(' '), workers: [...chosen].join(' '), leftOut: [...leftOut].join(' ') };
}

describe('words for workers', () => {
  it.each<[readonly string[], readonly string[]]>([
    [['gpu'], ['pc2', 'c2']],
    [
      ['c2', 'gpu', 'c2'],
      ['pc2', 'c2'],
    ],
    [['@rack-a'], ['pc1-01', 'pc1-02']],
    [
      ['@fast', 'pc1-12'],
      ['pc1-01', 'pc1-12', 'pc2', 'c2'],
    ],
    [['pc1-*'], ['pc1-01', 'pc1-02', 'pc1-12']],
    [['pc?'], ['pc2']],
    [['pc1-[01-11]'], ['pc1-01', 'pc1-02']],
    [['*-[01-02]'], ['pc1-01', 'pc1-02']],
    [['*'], ['pc1-01', 'pc1-02', 'pc1-12', 'pc2', 'c2', 'dot', 'no-dot']],
    [['a.b'], ['dot']],
    [['a?b'], ['dot', 'no-dot']],
  ])('%j', (words, expected) => {
    expect(workers(...words)).toEqual(expected);
  });

  it.each([
    ['pc3', 'example has no host or worker pc3; did you mean pc2?'],
    ['@rack-c', 'example has no host or worker @rack-c; did you mean @rack-a?'],
    ['rack-a', 'example has no host or worker rack-a'],
    ['@pc2', 'example has no host or worker @pc2'],
    ['store-*', 'example has no host or worker store-*'],
    ['pc1-[9-1]', 'example has no host or worker pc1-[9-1]'],
    ['pc1-[01-11', 'example has no host or worker pc1-[01-11'],
    ['(', 'example has no host or worker ('],
    ['', 'example has no host or worker '],
  ])('%j stands for nothing', (word, message) => {
    expect(workers('gpu', word)).toMatch(message);
    expect(part({ exclude: [word] })).toMatch(message);
    expect(part({ target: [word] })).toMatch(message);
  });
});

describe('a part of the farm', () => {
  it.each<[PartWords, unknown]>([
    [{}, undefined],
    [{ target: ['c2'] }, { hosts: 'gpu', workers: 'c2', leftOut: '' }],
    [
      { target: ['pc1-*', 'gpu'], exclude: ['@rack-b'] },
      { hosts: 'pc1-01 pc1-02', workers: 'pc1-01 pc1-02', leftOut: 'pc1-12 gpu' },
    ],
    [
      { exclude: ['pc1-*', 'a?b'] },
      { hosts: 'gpu empty', workers: 'pc2 c2', leftOut: 'pc1-01 pc1-02 pc1-12 a.b axb' },
    ],
    [
      { target: ['gpu'], exclude: ['c2'] },
      { hosts: 'gpu', workers: 'pc2', leftOut: '' },
    ],
    [
      { target: ['gpu'], exclude: ['@fast'] },
      'no worker of example is left: what --target names is left out by --exclude',
    ],
    [{ exclude: ['*'] }, 'no worker of example is left: all of it is left out by --exclude'],
    // A host without workers in the file may have some that are to go.
    [{ target: ['empty'] }, { hosts: 'empty', workers: '', leftOut: '' }],
  ])('%j', (words, expected) => {
    expect(part(words)).toEqual(expected);
  });

  it.each<[PartWords, readonly string[]]>([
    [{ target: ['gpu'] }, ['gpu']],
    [{ target: ['gpu'], exclude: ['c2'] }, []],
    [{ target: ['pc2', 'c2'] }, []],
    [{ exclude: ['pc1-*', '?.b', 'axb', 'c2'] }, ['empty']],
  ])('%j is about these hosts as a whole: %j', (words, expected) => {
    const found = resolvePart(FARM, words);
    expect(found.ok && [...(found.value?.whole ?? [])]).toEqual(expected);
  });

  it('has what is left of a renamed worker under its old name', () => {
    const farm = aFarm({ hosts: [aHost({ workers: [aWorker({ name: 'new', renamedFrom: 'old' })] })] });
    const found = resolvePart(farm, { target: ['new'] });
    expect(found.ok && [...(found.value?.workers ?? [])]).toEqual(['new', 'old']);
  });
});

describe("a machine of the miner's own", () => {
  const own = aHost({ name: 'miner-1', workers: [] });
  const farm = { ...FARM, miner: { ...FARM.miner, host: own } };

  it('is a part by its name, and of any part that does not leave it out', () => {
    const whole = (words: PartWords): readonly string[] => {
      const found = resolvePart(farm, words);
      return found.ok ? [...(found.value?.whole ?? [])] : [found.diagnostic.message];
    };
    expect(whole({ target: ['miner-1'] })).toEqual(['miner-1']);
    expect(whole({ target: ['gpu'] })).toEqual(['gpu']);
    expect(whole({ exclude: ['pc1-*', 'gpu'] })).toEqual(['a.b', 'axb', 'empty', 'miner-1']);
    expect(whole({ exclude: ['miner-1'] })).not.toContain('miner-1');
    const left = resolvePart(farm, { exclude: ['miner-1'] });
    expect(left.ok && [...(left.value?.leftOut ?? [])]).toEqual(['miner-1']);
  });

  it('has no workers to drain', () => {
    expect(resolveTargets(farm, ['miner-1'])).toMatchObject({ ok: false, diagnostic: { code: 'SF611' } });
  });
});
