import { describe, expect, it } from 'vitest';
import type { StorageInfo, StorageStat } from '../../src/lotus/api.js';
import type { MinerEvent } from '../../src/sandbox/miner/event-log.js';
import { IndexStore } from '../../src/sandbox/miner/index-store.js';

const SECTOR = { Miner: 1000, Number: 1 };
const STAT: StorageStat = { Capacity: 9, Available: 5, FSAvailable: 5, Reserved: 0, Max: 0, Used: 0 };

function info(ID: string, change: Partial<StorageInfo> = {}): StorageInfo {
  return {
    ID, URLs: [`http://a/${ID}`], Weight: 10, MaxStorage: 0, CanSeal: true, CanStore: false, Groups: null, AllowTo: null,
    AllowTypes: null, DenyTypes: null, AllowMiners: null, DenyMiners: null, ...change,
  }; // prettier-ignore
}

function indexWith(...ids: string[]): { index: IndexStore; events: MinerEvent[] } {
  const events: MinerEvent[] = [];
  const index = new IndexStore((event) => events.push(event));
  for (const id of ids) index.attach(info(id), STAT);
  return { index, events };
}

describe('IndexStore', () => {
  it('merges two paths of one ID and takes over the later settings', () => {
    const { index, events } = indexWith('x');
    index.attach(info('x', { URLs: ['http://b/x'], AllowTo: ['g'] }), STAT);
    expect(index.info('x')).toMatchObject({ URLs: ['http://a/x', 'http://b/x'], AllowTo: ['g'] });
    expect(events.map(({ event }) => event)).toEqual(['storage-attached', 'storage-redeclared']);
  });

  it('passes over kinds of files that it does not know', () => {
    const { index } = indexWith();
    index.attach(info('x', { AllowTypes: ['seald'], DenyTypes: ['cache', 'odd'] }), STAT);
    expect(index.info('x')).toMatchObject({ AllowTypes: [], DenyTypes: ['cache'] });
    index.attach(info('x', { AllowTypes: ['seald', 'sealed'] }), STAT);
    expect(index.info('x')).toMatchObject({ AllowTypes: ['sealed'] });
  });

  it('forgets a path with its last server', () => {
    const { index } = indexWith('x');
    index.attach(info('x', { URLs: ['http://b/x'] }), STAT);
    index.detach('x', 'http://a/x');
    expect(index.info('x').URLs).toEqual(['http://b/x']);
    index.detach('x', 'http://b/x');
    expect(() => index.info('x')).toThrow('not found');
    expect(index.list()).toEqual({});
  });

  it('adds up and takes off file types', () => {
    const { index } = indexWith('x', 'y');
    index.declare('x', SECTOR, 2);
    index.declare('x', SECTOR, 4);
    expect(index.list()).toEqual({ x: [{ ...SECTOR, SectorFileType: 6 }], y: [] });
    expect(index.find(SECTOR, 4)).toMatchObject([{ ID: 'x', BaseURLs: ['http://a/x'] }]);
    index.drop('x', SECTOR, 4);
    expect(index.find(SECTOR, 4)).toEqual([]);
    index.drop('x', SECTOR, 2);
    expect(index.list()).toEqual({ x: [], y: [] });
  });

  it('keeps what is declared of a path that is attached only later', () => {
    const { index } = indexWith();
    index.declare('x', SECTOR, 1);
    expect(index.list()).toEqual({});
    index.attach(info('x'), STAT);
    expect(index.list()).toEqual({ x: [{ ...SECTOR, SectorFileType: 1 }] });
    index.detach('x', 'http://a/x');
    index.attach(info('x'), STAT);
    expect(index.list()).toEqual({ x: [] });
  });

  it('holds an unhealthy path for not choosable', () => {
    const { index } = indexWith('x');
    expect(index.view(1000).paths.get('x')).toMatchObject({ healthy: true, available: 5 });
    expect(index.view(-1).paths.get('x')?.healthy).toBe(false);
    index.reportHealth('x', { ...STAT, Available: 3 }, 'disk gone');
    expect(index.view(1000).paths.get('x')).toMatchObject({ healthy: false, available: 3 });
    expect(() => {
      index.reportHealth('z', STAT, '');
    }).toThrow('unknown storage');
  });
});
