import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Settings, parseFlags } from '../../src/lotus/go-flags.js';
import { visibleGpus } from '../../src/sandbox/worker/hardware.js';
import { parseApiInfo, parseMultiaddr } from '../../src/sandbox/worker/multiaddr.js';
import { initialise, lock } from '../../src/sandbox/worker/repo.js';
import { scanSectors, simulatedUse } from '../../src/sandbox/worker/sector-files.js';
import { chosenTasks } from '../../src/lotus/task-choice.js';

const dir = mkdtempSync(join(tmpdir(), 'sandbox-worker-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

describe('chosenTasks', () => {
  const ALWAYS = ['C1', 'FIN', 'FUS', 'FRU', 'GET', 'PR1'];
  const on = (...names: string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [`LOTUS_WORKER_${name}`, 'true']));
  it.each<[string, Record<string, string>, string[]]>([
    [
      'everything usual by default',
      {},
      ['AP', 'PC1', 'PC2', 'C2', 'UNS', 'RU', 'PR2', 'GSK', 'DC', ...ALWAYS],
    ],
    ['what is set only', on('NO_DEFAULT', 'ADDPIECE', 'PRECOMMIT1'), ['AP', 'PC1', ...ALWAYS]],
    [
      'DataCid with AddPiece only',
      { LOTUS_WORKER_ADDPIECE: 'false' },
      ['PC1', 'PC2', 'C2', 'UNS', 'RU', 'PR2', 'GSK', ...ALWAYS],
    ],
    ['downloads when told', on('NO_DEFAULT', 'SECTOR_DOWNLOAD'), ['DL', ...ALWAYS]],
    ['what is always on, when nothing else is chosen', on('NO_DEFAULT'), ALWAYS],
    ['a post alone', on('WINDOWPOST'), ['WDP']],
    [
      'an unset variable not',
      { ...on('NO_DEFAULT', 'COMMIT'), LOTUS_WORKER_PRECOMMIT1: '' },
      ['C2', ...ALWAYS],
    ],
  ])('takes %s', (_, env, expected) => {
    expect(chosenTasks(new Settings(new Map(), env))).toEqual(expected);
  });

  it('counts a flag before its variable', () => {
    const settings = new Settings(
      new Map([['precommit1', 'false']]),
      on('NO_DEFAULT', 'ADDPIECE', 'PRECOMMIT1'),
    );
    expect(chosenTasks(settings)).toEqual(['AP', ...ALWAYS]);
  });

  it.each([
    ['sealing beside a post', on('WINDOWPOST', 'ADDPIECE'), 'multiple worker types'],
    ['two posts', on('WINDOWPOST', 'WINNINGPOST'), 'multiple worker types'],
    ['what is no boolean', { LOTUS_WORKER_NO_DEFAULT: 'yes' }, 'could not parse'],
  ])('refuses %s', (_, env, message) => {
    expect(() => chosenTasks(new Settings(new Map(), env))).toThrow(message);
  });
});

describe('visibleGpus', () => {
  it.each([
    ['all by default', {}, ['a', 'b', 'c']],
    ['those chosen, in that order', { CUDA_VISIBLE_DEVICES: '2,0' }, ['c', 'a']],
    ['up to the first unknown one', { CUDA_VISIBLE_DEVICES: '1,7,0' }, ['b']],
    ['none', { CUDA_VISIBLE_DEVICES: '' }, []],
    ['none by -1', { CUDA_VISIBLE_DEVICES: '-1' }, []],
    ['none for bellman', { BELLMAN_NO_GPU: '1' }, []],
  ])('are %s', (_, env, expected) => {
    expect(visibleGpus(['a', 'b', 'c'], env)).toEqual(expected);
  });
});

describe('parseFlags', () => {
  const known = { texts: ['name'], booleans: ['all'] };
  it('reads both forms and leaves words', () => {
    const { flags, words } = parseFlags(['--name', 'x', '-all', 'PC1', '--all=false'], known);
    expect([...flags]).toEqual([['name', 'x'], ['all', 'false']]); // prettier-ignore
    expect(words).toEqual(['PC1']);
  });
  it('refuses what it does not know', () => {
    expect(() => parseFlags(['--nmae', 'x'], known)).toThrow('not defined: -nmae');
    expect(() => parseFlags(['--name'], known)).toThrow('needs an argument');
  });
});

describe('multiaddr', () => {
  it('splits MINER_API_INFO at the first colon', () => {
    expect(parseApiInfo('a.b:/ip4/127.0.0.10/tcp/2345/http')).toEqual({
      token: 'a.b',
      endpoint: { host: '127.0.0.10', port: 2345 },
    });
    expect(() => parseApiInfo(undefined)).toThrow('could not get API info');
  });
  it('refuses other forms', () => {
    expect(() => parseMultiaddr('10.0.0.1:2345')).toThrow('failed to parse multiaddr');
  });
});

describe('repo', () => {
  it('puts a path of its own beside those already listed, once', () => {
    const repo = { path: join(dir, 'stray') };
    mkdirSync(repo.path);
    writeFileSync(join(repo.path, 'storage.json'), '{"StoragePaths":[{"Path":"/data"}]}');
    initialise(repo, false);
    initialise(repo, false);
    const list = JSON.parse(readFileSync(join(repo.path, 'storage.json'), 'utf8')) as unknown;
    expect(list).toEqual({ StoragePaths: [{ Path: '/data' }, { Path: repo.path }] });
    const store = JSON.parse(readFileSync(join(repo.path, 'sectorstore.json'), 'utf8')) as unknown;
    expect(store).toMatchObject({ CanSeal: true, Weight: 10, AllowTo: null });
  });

  it('is locked by a living process only', () => {
    const repo = { path: join(dir, 'locked') };
    initialise(repo, true);
    writeFileSync(join(repo.path, 'repo.lock'), JSON.stringify({ pid: process.pid, startTime: 1 }));
    lock(repo);
    expect(() => {
      lock(repo);
    }).toThrow('repo is already locked');
  });
});

describe('sector files', () => {
  it('are found by their names, and anything else stops it', () => {
    const root = join(dir, 'seal');
    expect(scanSectors(root)).toEqual([]);
    writeFileSync(join(root, 'sealed', 's-t01000-4'), '');
    mkdirSync(join(root, 'cache', 's-t01000-4'));
    mkdirSync(join(root, 'cache', 'fetching'));
    expect(scanSectors(root)).toEqual([{ sector: { Miner: 1000, Number: 4 }, types: 6 }]);
    writeFileSync(join(root, 'cache', 's-t01000-4', 'sc-02-data-layer-1.dat'), '');
    rmSync(join(root, 'cache', 'fetching'), { recursive: true });
    expect(simulatedUse(root, 100)).toBe(1510);
    writeFileSync(join(root, 'sealed', '.nfs0001'), '');
    expect(() => scanSectors(root)).toThrow('parse sector id .nfs0001');
  });
});
