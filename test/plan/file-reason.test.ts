import { describe, expect, it } from 'vitest';
import { sectorStoreFile } from '../../src/host/layout.js';
import type { Observation, ObservedFile } from '../../src/observed/observed.js';
import { fileReason } from '../../src/plan/file-reason.js';
import type { Reason } from '../../src/plan/plan.js';
import { ABSENT, changePath, changeWorker, file, sha256, stopped } from '../support/observation.js';
import { ENV_FILE, FARM, only, plan, PLACED, SEAL, summary } from '../support/plan.js';

const PATH = '/etc/file';
const wrote = (...texts: readonly string[]) => new Map([[PATH, new Set(texts.map(sha256))]]);

describe('why a file differs', () => {
  it.each<
    [what: string, seen: ObservedFile | undefined, written: ReadonlyMap<string, ReadonlySet<string>>, Reason]
  >([
    ['never written and not there', ABSENT, new Map(), 'new'],
    ['never written and not looked at', undefined, new Map(), 'new'],
    ['written and deleted since', ABSENT, wrote('a'), 'edited-on-host'],
    ['there, and written by nobody we know', file('a'), new Map(), 'config-changed'],
    ['as it was written', file('a'), wrote('a'), 'config-changed'],
    ['as it was before a write that was broken off', file('a'), wrote('a', 'b'), 'config-changed'],
    ['another one than was written', file('by hand'), wrote('a', 'b'), 'edited-on-host'],
  ])('%s', (_, seen, written, reason) => {
    expect(fileReason(PATH, seen, written)).toBe(reason);
  });
});

const ENV_TEXT = ((): string => {
  const host = PLACED.hosts.get('host-1');
  const seen = host?.reached === true ? host.workers.get('worker-1')?.envFile : undefined;
  if (seen?.state !== 'present') throw new Error('no environment file');
  return seen.text.reveal();
})();

/** As it stands, with a record of having written these texts. */
function written({ hosts, miner }: Observation, path: string, ...texts: readonly string[]): Observation {
  const host = hosts.get('host-1');
  if (host?.reached !== true) throw new Error('no host');
  return {
    miner,
    hosts: new Map([
      ...hosts,
      ['host-1', { ...host, written: new Map([[path, new Set(texts.map(sha256))]]) }],
    ]),
  };
}

function withEnv(text: string, mode = '600'): Observation {
  return changeWorker(PLACED, 'worker-1', (worker) => ({ ...worker, envFile: file(text, mode) }));
}

describe('the reason of a write', () => {
  const edited = ENV_TEXT.replace('LISTEN=10.0.0.11:3456', 'LISTEN=0.0.0.0:3456');

  it('is the edit where the environment file is not as it was written', () => {
    const made = plan(FARM, written(withEnv(edited), ENV_FILE, ENV_TEXT));
    expect(summary(made)).toEqual([`write-file ${ENV_FILE}: none, edited-on-host`]);
  });

  it('is the declaration where the file is as it was written', () => {
    const made = plan(FARM, written(withEnv(edited), ENV_FILE, edited));
    expect(summary(made)).toEqual([`write-file ${ENV_FILE}: none, config-changed`]);
  });

  it('is the edit where only the rights were changed', () => {
    const made = plan(FARM, written(withEnv(ENV_TEXT, '644'), ENV_FILE, ENV_TEXT));
    expect(summary(made)).toEqual([`write-file ${ENV_FILE}: none, edited-on-host`]);
    expect(only(made, 'write-file').changes).toEqual([{ field: 'mode', before: '644', after: '600' }]);
  });

  it('is the edit for a sectorstore.json that Lotus has not heard of', () => {
    const path = sectorStoreFile(SEAL);
    const { hosts } = PLACED;
    const host = hosts.get('host-1');
    const before =
      host?.reached === true ? host.workers.get('worker-1')?.storage.get(SEAL)?.sectorStore : undefined;
    if (before?.state !== 'present') throw new Error('no sectorstore.json');
    const text = before.text.reveal().replace('"Weight": 10', '"Weight": 7');
    const seen = changeWorker(PLACED, 'worker-1', changePath(SEAL, { sectorStore: file(text) }));
    expect(summary(plan(FARM, written(seen, path, 'as it was written')))).toEqual([
      `write-file ${path}: none, edited-on-host`,
    ]);
  });

  it('is the edit where a running worker has another list than it has paths', () => {
    const seen = changeWorker(PLACED, 'worker-1', (worker) => ({
      ...worker,
      storageJson: file('{"StoragePaths":[]}'),
    }));
    expect(summary(plan(FARM, seen))[0]).toMatch(/storage\.json: none, edited-on-host$/);
  });

  it('is the declaration where a stopped one has', () => {
    const seen = changeWorker(PLACED, 'worker-1', (worker) =>
      stopped({ ...worker, storageJson: file('{"StoragePaths":[]}') }),
    );
    expect(summary(plan(FARM, seen))[0]).toMatch(/storage\.json: none, config-changed$/);
  });
});
