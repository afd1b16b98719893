import { describe, expect, it } from 'vitest';
import { importFarm } from '../../src/import/import-farm.js';
import type { AboutFarm } from '../../src/import/imported.js';
import { settingsFrom } from '../../src/lotus/sectorstore.js';
import { writeStorageJson } from '../../src/lotus/storage-json.js';
import type { FoundWorker } from '../../src/observed/found.js';
import { ABOUT, aFile, aFoundHost, asked, type StartedWorker } from '../support/found-host.js';
import { idOf } from '../support/observation.js';

const SEAL = { CanSeal: true, Groups: ['written'], AllowTo: ['g'] };

/** The storage paths of a worker in the file, and what is said of them. */
function storageOf(started: StartedWorker, index?: AboutFarm['index']) {
  const host = asked('seal-01', aFoundHost([started]));
  const { farm, diagnostics, comments } = importFarm([host], {
    ...ABOUT,
    ...(index === undefined ? {} : { index }),
  });
  const [worker] = Object.values(farm.hosts['seal-01']?.workers ?? {});
  return {
    storage: worker?.storage ?? [],
    said: diagnostics.map(({ code, message }) => `${code} ${message}`),
    comments: [...(comments.workers.get('seal-01')?.values() ?? [])].flat(),
  };
}

function open(...paths: readonly string[]): Required<Pick<FoundWorker, 'paths'>> {
  return {
    paths: paths.map((path) => ({
      ID: idOf('seal-01', path.replace(/\/$/, '')),
      Weight: 10,
      LocalPath: path,
      CanSeal: true,
      CanStore: false,
    })),
  };
}

function indexed(path: string, settings: object): AboutFarm['index'] {
  return new Map([[idOf('seal-01', path), settingsFrom({ Weight: 10, ...settings })]]);
}

describe('settings of a storage path', () => {
  it('are those that Lotus goes by, where its file was changed since, which is said and stands in a comment', () => {
    const started = { storage: { '/mnt/a': { ...SEAL, CanStore: true } }, more: open('/mnt/a') };
    const index = indexed('/mnt/a', { ...SEAL, Groups: ['read'], AllowTo: [] });
    const { storage, said, comments } = storageOf(started, index);
    expect(storage).toEqual([{ path: '/mnt/a', seal: true, groups: ['read'] }]);
    const words =
      'sectorstore.json of /mnt/a was changed by hand, and Lotus has not read that: CanStore true instead of false, ' +
      'Groups [written] instead of [read] and AllowTo [g] instead of none. In the file is what Lotus has; the first apply writes that back';
    expect(said).toEqual([`SF697 ${words}`]);
    expect(comments).toContain(words);
  });

  it('are looked up by the ID under which the path was opened', () => {
    const paths = open('/mnt/a').paths.map((path) => ({ ...path, ID: 'as-opened' }));
    const index = new Map([['as-opened', settingsFrom({ Weight: 10, ...SEAL, Groups: ['read'] })]]);
    const { storage } = storageOf({ storage: { '/mnt/a': SEAL }, more: { paths } }, index);
    expect(storage).toMatchObject([{ groups: ['read'] }]);
  });

  it.each([
    ['both are the same', indexed('/mnt/a', { ...SEAL, AllowTypes: ['sealed'] })],
    ['Lotus does not know the path', indexed('/mnt/b', {})],
    ['Lotus was not asked', undefined],
  ])('are those of its file where %s', (_, index) => {
    const started = {
      storage: { '/mnt/a': { ...SEAL, AllowTypes: ['sealed', 'odd'] } },
      more: open('/mnt/a'),
    };
    const { storage, said } = storageOf(started, index);
    expect(storage).toMatchObject([{ groups: ['written'], allowTypes: ['sealed'] }]);
    expect(said.filter((one) => !one.includes('left out: odd'))).toEqual([]);
  });

  it('deny nothing where its file allows only kinds that Lotus has passed over', () => {
    const started = { storage: { '/mnt/a': { CanSeal: true, AllowTypes: ['odd'] } }, more: open('/mnt/a') };
    const { storage, said } = storageOf(started, indexed('/mnt/a', { CanSeal: true }));
    expect(storage).toEqual([{ path: '/mnt/a', seal: true }]);
    expect(said).toEqual([expect.stringMatching(/^SF660 of \/mnt\/a left out: odd/)]);
  });
});

describe('storage paths of a worker', () => {
  it('are those that it has open, whatever its list has come to say', () => {
    const started = {
      storage: { '/mnt/a': SEAL, '/mnt/out': SEAL, '/mnt/new': SEAL },
      storageJson: aFile(writeStorageJson(undefined, ['/mnt/a', '/mnt/new'])),
      more: open('/mnt/a/', '/mnt/out'),
    };
    const { storage, said } = storageOf(started);
    expect(storage.map(({ path }) => path)).toEqual(['/mnt/a', '/mnt/out']);
    expect(said).toEqual([
      expect.stringMatching(/^SF697 \/mnt\/new left out: storage.json has it, and Lotus has not opened it/),
      expect.stringMatching(/^SF697 \/mnt\/out was taken out of storage.json by hand/),
    ]);
  });

  it('are those of its list where it could not be asked', () => {
    expect(storageOf({ storage: { '/mnt/a': SEAL } }).storage).toHaveLength(1);
  });

  it('are left out where its list cannot be read, but for those that it has open', () => {
    const started = { storage: { '/mnt/a': SEAL, '/mnt/b': SEAL }, storageJson: aFile('{') };
    const asked = storageOf({ ...started, more: open('/mnt/a/') });
    expect(asked.storage.map(({ path }) => path)).toEqual(['/mnt/a']);
    expect(asked.said).toEqual([
      expect.stringMatching(
        /^SF662 storage.json cannot be read, .*: its storage paths are those that it has open$/,
      ),
    ]);
    const silent = storageOf(started);
    expect(silent.storage).toEqual([]);
    expect(silent.said).toEqual([expect.stringMatching(/^SF662 its storage paths left out: storage.json /)]);
  });
});
