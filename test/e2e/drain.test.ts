import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import type { LabHostName } from './lab/farm-file.js';
import { Lab } from './lab/lab.js';
import { manyLayouts, SHARED } from './lab/layouts.js';

/** Longer than any test, in milliseconds: the test ends it. */
const UNTIL_ENDED = 3_600_000;

/** A layout of storage each, with its workers and where they seal. */
const DRAINED = {
  'whose sectors go to the group of another': { host: 'plain', sealing: { 'worker-plain': '/mnt/seal' } },
  'whose group leads to itself alone': { host: 'slow', sealing: { 'worker-slow': '/mnt/seal' } },
  'without groups': { host: 'inner', sealing: { 'worker-inner': '/mnt/seal' } },
  'with two workers': {
    host: 'closed',
    sealing: { 'worker-closed': '/mnt/seal', 'worker-more': '/mnt/more' },
  },
} as const satisfies Readonly<
  Record<string, { readonly host: LabHostName; readonly sealing: Readonly<Record<string, string>> }>
>;
const HOSTS = Object.values(DRAINED).map(({ host }) => host);
const PATHS = Object.values(DRAINED).flatMap(({ host, sealing }) =>
  Object.entries(sealing).map(([worker, path]) => ({ host, worker, path })),
);

describe('a host that is drained while all seal', () => {
  let lab: Lab;
  let submitted = 0;

  beforeAll(async () => {
    lab = await Lab.up();
    await lab.at('closed', 'mkdir', '/mnt/more');
    await lab.edit(manyLayouts);
    await lab.succeed('apply', '--yes');
  });
  afterAll(async () => {
    await lab.down();
  });

  async function submit(seedWait: number, sectors: number, pc1?: number): Promise<void> {
    await lab.submit(seedWait, sectors, pc1);
    submitted += sectors;
  }

  /** Names of what lies on a path. */
  async function sectorsOn(host: LabHostName, path: string): Promise<readonly string[]> {
    const folders = ['unsealed', 'sealed', 'cache'].map((type) => `${path}/${type}`);
    const found = await lab.sh(host, `find ${folders.join(' ')} -mindepth 1 -maxdepth 1 -name 's-t0*'`);
    return [...new Set(found.split('\n').flatMap((file) => file.split('/').slice(-1)))].filter(Boolean);
  }

  /** The paths without a sector that lay there all the time from when the first look was over until the second began. */
  async function pathsWithNone(): Promise<readonly string[]> {
    const look = () => Promise.all(PATHS.map(({ host, path }) => sectorsOn(host, path)));
    const [first, second] = [await look(), await look()];
    return PATHS.flatMap(({ host, path }, at) =>
      first[at]?.some((sector) => second[at]?.includes(sector)) === true ? [] : `${path} of ${host}`,
    );
  }

  /** As a person on the host. */
  const storage = (host: LabHostName, words: string): Promise<string> =>
    lab.sh(host, `LOTUS_WORKER_PATH=/var/lib/sealfarm/workers/worker-${host} lotus-worker storage ${words}`);

  const running = (host: LabHostName): Promise<string> => lab.sh(host, 'pgrep -x lotus-worker || :');

  async function allProving(): Promise<void> {
    await eventually('all sectors proving', async () => {
      const states = await lab.sectorStates();
      return states.length === submitted && states.every((state) => state === 'Proving');
    });
    expect(await lab.failedJobs()).toEqual([]);
  }

  async function allWaitingForSeeds(): Promise<void> {
    await eventually('all sectors that are not finished wait for their seeds', async () =>
      (await lab.sectorStates()).every((state) => ['WaitSeed', 'Proving'].includes(state)),
    );
  }

  it('has groups where its layout says so, and else none', async () => {
    for (const { host, path } of PATHS) {
      const { Groups, AllowTo } = JSON.parse(await lab.at(host, 'cat', `${path}/sectorstore.json`)) as {
        readonly Groups: readonly string[] | null;
        readonly AllowTo: readonly string[] | null;
      };
      const to = { plain: 'sudo', slow: 'slow', inner: undefined, closed: undefined }[host];
      expect([host, Groups ?? [], AllowTo ?? []]).toEqual(
        to === undefined ? [host, [], []] : [host, [host], [to]],
      );
    }
  });

  it(`is emptied and stopped, and every sector gets to its end: one ${Object.keys(DRAINED).join(', one ')}`, async () => {
    await submit(UNTIL_ENDED, 16, UNTIL_ENDED);
    await eventually('a sector on each path', async () => (await pathsWithNone()).length === 0);
    const drain = lab.sealfarm('drain', ...HOSTS);
    const states = async (): Promise<readonly unknown[]> => {
      const workers = await lab.workers();
      return PATHS.map(({ worker }) => workers.find(({ name }) => name === worker)?.state);
    };
    await eventually('all of them draining', async () =>
      (await states()).every((state) => state === 'draining'),
    );
    expect(await pathsWithNone()).toEqual([]);
    await lab.endPC1();
    await allWaitingForSeeds();
    await lab.endSeedWait();
    const { code, stdout, stderr } = await drain;
    expect(code, stdout + stderr).toBe(0);
    const workers = await lab.workers();
    for (const { host, worker, path } of PATHS) {
      expect(workers.find(({ name }) => name === worker)).toMatchObject({
        state: 'drained',
        paths: [{ path, sectors: 0 }],
      });
      expect(await running(host)).toBe('');
      expect(await sectorsOn(host, path)).toEqual([]);
    }
    await lab.succeed('resume', ...HOSTS);
    await lab.expectEmptyPlan();
    await allProving();
  });

  it("by the guide's letter is stopped with sectors on it, which nobody can go on with", async () => {
    await submit(UNTIL_ENDED, 12);
    await allWaitingForSeeds();
    const stranded = (await sectorsOn('slow', '/mnt/seal')).length;
    expect(stranded).toBeGreaterThan(0);
    const { code, stdout, stderr } = await lab.sealfarm('drain', 'slow', '--mode', 'guide');
    expect(code, stdout + stderr).toBe(0);
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
      new RegExp(`SF640.* worker-slow was stopped with ${stranded} sectors? on its paths: s-t0`),
    );
    expect(await running('slow')).toBe('');
    await lab.endSeedWait();
    await eventually('all others proving', async () => {
      const states = await lab.sectorStates();
      return states.filter((state) => state === 'Proving').length === submitted - stranded;
    });
    expect(await sectorsOn('slow', '/mnt/seal')).toHaveLength(stranded);
    await lab.succeed('resume', 'slow');
    await allProving();
  });

  it('with sectors that no other may take is told so at once, and frees them for as long as the drain lasts', async () => {
    // Nobody else has the group to which the sectors of `plain` go.
    await lab.succeed('drain', 'sudo', '--allow-last');
    await submit(0, 8);
    await eventually(
      'a sector that only it holds',
      async () => (await sectorsOn('plain', '/mnt/seal')).length > 0,
    );
    const stuck = await lab.sealfarm('drain', 'plain');
    expect(stuck.code, stuck.stdout + stuck.stderr).toBe(4);
    expect(stuck.stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /SF612.* s-t01000-\d+ needs PC2.* allows sudo; it is a task of .*--resolve allow-to=slow/,
    );
    const looked = await lab.sealfarm('drain', '--status');
    expect(looked.stdout).toMatch(/plain +worker-plain +can never get empty as things are/);
    expect(looked.code).toBe(4);

    await lab.succeed('drain', 'plain', '--resolve', 'allow-to=slow', '--no-stop');
    expect(await sectorsOn('plain', '/mnt/seal')).toEqual([]);
    expect(await running('plain')).not.toBe('');
    await lab.expectEmptyPlan('No changes. The farm matches the file, but for what is drained.');
    await lab.succeed('resume', 'plain', 'sudo');
    await lab.expectEmptyPlan();
    await allProving();
  });

  it('and seals on a file system that another worker serves as well does not wait for what lies there', async () => {
    // One with systemd and one without.
    await storage('sudo', `attach ${SHARED}`);
    await storage('inner', `attach ${SHARED}`);
    await storage('inner', 'detach --really-do-it /mnt/seal');
    const list = await lab.at('inner', 'cat', '/var/lib/sealfarm/workers/worker-inner/storage.json');
    expect(list).not.toContain('/mnt/seal');
    expect(list).toContain(SHARED);
    await submit(UNTIL_ENDED, 12);
    await allWaitingForSeeds();
    const before = await sectorsOn('process', SHARED);
    expect(before).not.toEqual([]);
    await lab.succeed('drain', 'inner', 'process');
    expect(await running('inner')).toBe('');
    expect(await running('process')).toBe('');
    expect(await sectorsOn('sudo', SHARED)).toEqual(before);
    await lab.endSeedWait();
    await allProving();
    await lab.succeed('resume', 'inner', 'process');
  });
});
