import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/config-file.js';
import { checkSchema } from '../../src/config/schema-check.js';
import type { Farm } from '../../src/farm/farm.js';
import { readFarm } from '../../src/farm/read-farm.js';
import { differingKeys } from '../../src/import/differing.js';
import { foundMiner, theMiner } from '../../src/import/found-miner.js';
import { importFarm } from '../../src/import/import-farm.js';
import type { AskedHost } from '../../src/import/imported.js';
import { lift } from '../../src/import/lift.js';
import { updateFarm, type FarmFile, type Update } from '../../src/import/update-farm.js';
import { farmText } from '../../src/import/write-yaml.js';
import { ABOUT, aFoundHost, asked, type StartedWorker } from '../support/found-host.js';
import { FORTY } from './kinds.js';
import { askedHosts, hosts, started } from './starts.js';

function textOf(farm: readonly AskedHost[]): string {
  const imported = importFarm(farm, ABOUT);
  return farmText(lift(imported.farm), imported.comments);
}

function farmOf(text: string): Farm {
  const { farm, diagnostics } = readFarm(text, 'sealfarm.yaml');
  if (farm === undefined) throw new Error(`${JSON.stringify(diagnostics)}\n${text}`);
  return farm;
}

function fileOf(text: string): FarmFile {
  const { config } = readConfig(text, 'sealfarm.yaml');
  const written = config === undefined ? undefined : checkSchema(config.value).written;
  if (written === undefined) throw new Error(text);
  return { text, written, farm: farmOf(text) };
}

function updated(text: string, farm: readonly AskedHost[]): Update {
  return updateFarm(fileOf(text), farm, ABOUT);
}

/** For the file of one miner. */
function updatedFor(api: string, text: string, farm: readonly AskedHost[]): Update {
  const found = foundMiner(new Map(farm.map((host) => [host.address, host.found])));
  return updateFarm(fileOf(text), farm, { ...ABOUT, miner: { ...ABOUT.miner, only: theMiner(found, api) } });
}

/** What came to the text, and whether anything went from it. */
function isWithin(before: string, after: string): boolean {
  let at = 0;
  for (const letter of after) if (letter === before[at]) at += 1;
  return at === before.length;
}

function meaning(text: string): string | undefined {
  return JSON.stringify(readConfig(text, 'x').config?.value);
}

/** Comments above keys and beside them, wherever they leave the farm as it is. */
function commented(text: string, places: readonly number[]): { text: string; comments: readonly string[] } {
  const lines = text.split('\n');
  const comments: string[] = [];
  places.forEach((place, index) => {
    const at = place % lines.length;
    const line = lines[at] ?? '';
    const [, indent = '', beside] = /^( *)[^\s#].*?([\w}\]]?)$/.exec(line) ?? [];
    const comment = `# comment ${index} of a person`;
    const changed = index % 2 === 0 ? [`${indent}${comment}`, line] : [`${line} ${comment}`];
    const next = [...lines.slice(0, at), ...changed, ...lines.slice(at + 1)];
    if (beside === '' || meaning(next.join('\n')) !== meaning(lines.join('\n'))) return;
    lines.splice(0, lines.length, ...next);
    comments.push(comment);
  });
  return { text: lines.join('\n'), comments };
}

const places = fc.array(fc.nat(200), { maxLength: 8 });

describe('a file of some hosts, updated by the others', () => {
  it('is the farm of all of them, with all that stood in it', () => {
    fc.assert(
      fc.property(hosts, hosts, places, (first, second, at) => {
        const all = askedHosts(
          [...first, ...second].map((one, host) =>
            one.map((worker, index) => started(worker, host + 1, index)),
          ),
        );
        const { text, comments } = commented(textOf(all.slice(0, first.length)), at);
        const update = updated(text, all.slice(first.length));
        expect(isWithin(text, update.text)).toBe(true);
        for (const comment of comments) expect(update.text).toContain(comment);
        expect(update.hosts).toHaveLength(second.length);
        const [merged, whole] = [farmOf(update.text), farmOf(textOf(all))];
        expect(merged.hosts.map(({ name }) => name)).toEqual(whole.hosts.map(({ name }) => name));
        expect([...merged.storageGroups].sort()).toEqual([...whole.storageGroups].sort());
        for (const [index, host] of whole.hosts.entries()) {
          const { workers = [], ...rest } = merged.hosts[index] ?? {};
          expect({ ...rest, yaml: [] }).toEqual({ ...host, workers: undefined, yaml: [] });
          expect(workers.map(({ name }) => name)).toEqual(host.workers.map(({ name }) => name));
          for (const [place, worker] of host.workers.entries()) {
            const other = workers[place];
            const keys = other === undefined ? ['nothing'] : differingKeys(worker, other);
            const said = update.diagnostics.filter(
              (one) => one.code === 'SF691' && one.place?.kind === 'host' && one.place.worker === worker.name,
            );
            // A variable alone cannot be taken back.
            expect(keys.filter((key) => !key.startsWith('env.'))).toEqual([]);
            expect(said.length > 0).toBe(keys.length > 0);
          }
        }
        expect(updated(update.text, all)).toMatchObject({ text: update.text, hosts: [], workers: [] });
      }),
      { numRuns: 60 },
    );
  }, 600_000);
});

describe('hosts of a kind that the file knows', () => {
  const rest = FORTY.filter(({ address }) => !/^(?:pc1-2[34]|gpu-12)$/.test(address));

  it('get its profile, as one range', () => {
    const text = textOf(rest);
    const { text: next, hosts: names, diagnostics } = updated(text, FORTY);
    expect(names).toEqual(['pc1-23', 'pc1-24', 'gpu-12'].toSorted());
    expect(diagnostics).toEqual([]);
    const lines = new Set(text.split('\n'));
    expect(
      next
        .split('\n')
        .filter((line) => !lines.has(line))
        .join('\n'),
    ).toMatchInlineSnapshot(`
      "  gpu-12: {}
        gpu-12:
          address: gpu-12
            gpu-12-0:
              listen: 10.0.2.22:3456
                - { path: /mnt/nvme0/seal, seal: true, groups: [gpu, gpu-12], allowTo: [gpu-12] }
            gpu-12-1:
              listen: 10.0.2.22:3457
                - { path: /mnt/nvme1/seal, seal: true, groups: [gpu, gpu-12], allowTo: [gpu-12] }
        pc1-[23-24]:"
    `);
  });

  it('are written where hosts stand in braces, too, and with the line ends of the file', () => {
    const braces = `version: 1
farm: x
sectorSize: 32GiB
miner: { api: /ip4/10.0.0.10/tcp/2345/http, token: { env: T } }
storageGroups: { gpu: {} }
hosts: { a: { address: 10.0.0.1 } } # all of them`;
    const added = updated(braces, [FORTY[0] as AskedHost]).text;
    expect(isWithin(braces, added)).toBe(true);
    expect(farmOf(added).hosts.map(({ name }) => name)).toEqual(['a', 'pc1-01']);
    const windows = `\uFEFF${textOf(rest).replaceAll('\n', '\r\n')}`;
    const longer = updated(windows, FORTY).text;
    expect(longer.startsWith('\uFEFF#')).toBe(true);
    expect(longer.replaceAll('\r\n', '')).not.toContain('\n');
    expect(farmOf(longer).hosts).toHaveLength(40);
  });
});

describe('a file in braces', () => {
  const head = `version: 1
farm: x
sectorSize: 32GiB
miner: { api: /ip4/10.0.0.10/tcp/2345/http, token: { env: T } }
`;
  const host = asked(
    '10.0.1.1',
    aFoundHost([
      runs('/r/one', { storage: { '/mnt/x': { CanSeal: true }, '/mnt/y': { CanStore: true } } }),
      runs('/r/two'),
    ]),
  );

  it.each([
    ['hosts: { a: { address: 10.0.0.1 } } # all of them\n'],
    ['hosts: { a: { address: 10.0.0.1 }, }\n'],
    ['hosts: {\n  # the first\n  a: { address: 10.0.0.1 }, # here\n}\n'],
    ['hosts:\n  seal-01: { address: 10.0.1.1, workers: {} }\n'],
    ['hosts:\n  seal-01: { address: 10.0.1.1 }\n'],
    ['hosts:\r\n  seal-01: { address: 10.0.1.1 }\r\n'],
  ])('keeps what there is to say of new hosts and workers: %j', (hosts) => {
    const { text, diagnostics } = updated(`${head}${hosts}`, [host]);
    expect(isWithin(`${head}${hosts}`, text)).toBe(true);
    expect(diagnostics).toEqual([]);
    expect(text.match(/# started by tmux session 0\r?$/gm)).toHaveLength(2);
    const workers = farmOf(text).hosts.flatMap((one) => one.workers);
    expect(workers.map(({ repo, storage }) => [repo, storage.length])).toEqual([
      ['/r/one', 2],
      ['/r/two', 0],
    ]);
    expect(updated(text, [host]).text).toBe(text);
    if (hosts.includes('\r\n')) expect(text.slice(head.length).replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('has what is long on lines of its own', () => {
    const { text } = updated(`${head}hosts: { a: { address: 10.0.0.1 } } # all\n`, [host]);
    expect(text.slice(head.length)).toMatchInlineSnapshot(`
      "hosts: { a: { address: 10.0.0.1 },
        seal-01: {
          address: 10.0.1.1,
          workers: {
            # started by tmux session 0
            one: {
              repo: /r/one,
              tmpDir: /tmp,
              tasks: [addpiece, precommit1],
              storage: [ { path: /mnt/x, seal: true }, { path: /mnt/y, store: true } ]
            },
            # started by tmux session 0
            two: { listen: 10.0.1.1:3457, repo: /r/two, tmpDir: /tmp, tasks: [addpiece, precommit1] }
          }
        } } # all
      "
    `);
  });
});

const ONE = `version: 1
farm: x
sectorSize: 32GiB
miner: { api: /ip4/10.0.0.10/tcp/2345/http, token: { env: T } }

hosts:
    # the first
    seal-1:
        address: 10.0.1.1
        workers:
            # at work
            one: { tasks: [addpiece, precommit1], tmpDir: /tmp, repo: /r/one, listen: '10.0.1.1:3456' } # beside

    # to come: seal-2
`;

function runs(repo: string, more: Partial<StartedWorker> = {}): StartedWorker {
  const name = repo.replace('/r/', '');
  return {
    args: ['--worker-repo', repo, 'run', '--name', name, '--no-default', '--addpiece', '--precommit1'],
    repo,
    api: `/ip4/10.0.1.1/tcp/${name === 'one' ? 3456 : 3457}/http`,
    ...more,
  };
}

describe('a host that the file has', () => {
  it('is left alone where it is as the file says, by whatever name it is asked', () => {
    for (const name of ['10.0.1.1', 'seal-1', 'elsewhere.example'])
      expect(updated(ONE, [asked(name, aFoundHost([runs('/r/one')]))])).toEqual({
        text: ONE,
        hosts: [],
        workers: [],
        diagnostics: [],
      });
  });

  it('is told of where its worker runs otherwise', () => {
    const odd = runs('/r/one', { env: { PC1_32G_MAX_CONCURRENT: '3' }, cpus: '0-31' });
    const { text, diagnostics } = updated(ONE, [asked('10.0.1.1', aFoundHost([odd]))]);
    expect(text).toBe(ONE);
    expect(diagnostics).toMatchObject([
      { code: 'SF692', message: expect.stringContaining('another limits.PC1 and cpus') as string },
    ]);
  });

  it('gets a worker that it does not have, below its others', () => {
    const { text, workers } = updated(ONE, [asked('10.0.1.1', aFoundHost([runs('/r/one'), runs('/r/two')]))]);
    expect(workers).toEqual(['two']);
    expect(isWithin(ONE, text)).toBe(true);
    expect(text).toContain('# beside\n            # started by tmux session 0\n            two: { ');
    expect(text).toContain('    # to come: seal-2\n');
    expect(farmOf(text).hosts[0]?.workers.map(({ repo }) => repo)).toEqual(['/r/one', '/r/two']);
  });

  it('gets its first worker, and the file its first groups, where there were none', () => {
    const bare = ONE.replace(/ {8}workers:[^]*# beside\n/, '');
    const worker = runs('/r/two', { storage: { '/mnt/x': { CanSeal: true, AllowTo: ['g'] } } });
    const { text } = updated(bare, [asked('10.0.1.1', aFoundHost([worker]))]);
    expect(isWithin(bare, text)).toBe(true);
    expect(text).toContain('\nstorageGroups:\n    g: {}\n\nhosts:\n');
    const farm = farmOf(text);
    expect([farm.storageGroups, farm.hosts[0]?.workers[0]?.storage[0]?.allowTo]).toEqual([['g'], ['g']]);
    expect(text.endsWith('\n    # to come: seal-2\n')).toBe(true);
  });

  it('gets none where it is an alias', () => {
    const alias = ONE.replace('\nhosts:', 'storageGroups: &none {}\nhosts:').replace(
      / {8}workers:[^]*# beside\n/,
      '        workers: *none\n',
    );
    const { text, diagnostics } = updated(alias, [asked('seal-1', aFoundHost([runs('/r/two')]))]);
    expect(text).toBe(alias);
    expect(diagnostics).toMatchObject([{ code: 'SF693' }]);
  });

  it('gets none where groups would have to be written into an alias, and nothing is said to be there', () => {
    const alias = ONE.replace('\nhosts:', 'defaults: { ssh: &e {} }\nstorageGroups: *e\nhosts:');
    const worker = runs('/r/two', { storage: { '/mnt/x': { CanSeal: true, AllowTo: ['g'] } } });
    const update = updated(alias, [asked('10.0.1.1', aFoundHost([runs('/r/one'), worker]))]);
    expect(update).toMatchObject({ text: alias, hosts: [], workers: [], diagnostics: [{ code: 'SF693' }] });
  });

  it('gets none where it is one of a range', () => {
    const range = ONE.replace('seal-1:', 'seal-[1-1]:');
    const { text, diagnostics } = updated(range, [
      asked('10.0.1.1', aFoundHost([runs('/r/one'), runs('/r/two')])),
    ]);
    expect(text).toBe(range);
    expect(diagnostics).toMatchObject([
      { code: 'SF693', message: expect.stringContaining('two left out') as string },
    ]);
  });
});

describe('defaults of the file', () => {
  const text = ONE.replace(
    '\nhosts:',
    `defaults:
    ssh: { user: ops }
    worker: { noSwap: true, parentCache: /fast, tmpDir: /tmp, limits: { PC1: 2 }, env: { RUST_LOG: info } }
hosts:`,
  );

  it('are not said again, and taken back where the file has a word for it', () => {
    const worker = runs('/r/two', { env: { PC1_32G_MAX_CONCURRENT: '2', RUST_LOG: 'info' } });
    const found = asked('10.0.1.2', aFoundHost([worker], { hostname: 'seal-2', bootId: '2' }), {
      user: 'ops',
    });
    const { text: next, diagnostics } = updated(text, [found]);
    expect(diagnostics).toEqual([]);
    expect(farmOf(next).hosts[1]?.workers[0]).toMatchObject({ noSwap: false, tmpDir: '/tmp' });
    expect(next.match(/user: ops|RUST_LOG|limits|tmpDir: \/tmp/g)).toHaveLength(5);
    expect(next).toContain('noSwap: false');
  });

  it('are told of where it has none', () => {
    const found = asked('10.0.1.2', aFoundHost([runs('/r/two')], { hostname: 'seal-2', bootId: '2' }));
    const { text: next, diagnostics } = updated(text, [found]);
    expect(diagnostics).toMatchObject([
      { code: 'SF691', message: expect.stringContaining('another limits.PC1 and env.RUST_LOG') as string },
    ]);
    expect(next).toContain('# the defaults of this file give it another limits.PC1 and env.RUST_LOG');
  });
});

it('a host without a worker is left out', () => {
  const { text, diagnostics } = updated(ONE, [asked('10.0.1.9', aFoundHost([], { hostname: 'seal-9' }))]);
  expect(text).toBe(ONE);
  expect(diagnostics).toMatchObject([{ code: 'SF667', severity: 'warning' }]);
});

describe('workers that cannot be taken', () => {
  const closed = (repo: string): StartedWorker => ({ repo, more: { told: undefined as never } });

  it('are told of a host that the file has, where it does not have them', () => {
    const host = asked('10.0.1.1', aFoundHost([runs('/r/one'), closed('/r/two')], { user: 'ops' }));
    const { text, diagnostics } = updated(ONE, [host]);
    expect(text).toBe(ONE);
    expect(diagnostics).toMatchObject([
      {
        code: 'SF663',
        severity: 'warning',
        message: 'the worker of /r/two (process 1001) left out: ops may not read its environment',
        place: { host: 'seal-1' },
      },
    ]);
  });

  it('are told of a host that the file has as not compared, where it has them', () => {
    const { diagnostics } = updated(ONE, [
      asked('10.0.1.1', aFoundHost([closed('/r/one')], { user: 'ops' })),
    ]);
    expect(diagnostics).toMatchObject([
      {
        code: 'SF663',
        severity: 'note',
        message: expect.stringMatching(/^whether one runs as the file/) as string,
      },
    ]);
  });

  const api = '/ip4/10.0.0.10/tcp/2345/http';
  const by = (token: string, address: string): Readonly<Record<string, string>> => ({
    MINER_API_INFO: `${token}:/ip4/${address}/tcp/2345/http`,
  });
  const other = asked(
    '10.0.1.2',
    aFoundHost([runs('/r/two', { env: by('same', '10.9.9.9') })], { hostname: 'seal-2', bootId: '2' }),
  );
  const usual = asked('10.0.1.1', aFoundHost([runs('/r/one', { env: by('same', '10.0.0.10') })]));

  it('are those of another miner, unless their token is that of workers of the file', () => {
    const alone = updatedFor(api, ONE, [other]);
    expect([alone.text, alone.diagnostics.map(({ code }) => code)]).toEqual([ONE, ['SF695', 'SF667']]);
    const both = updatedFor(api, ONE, [usual, other]);
    expect([both.hosts, both.diagnostics]).toEqual([['seal-2'], []]);
  });

  it('are told of, but kept, where the file has them', () => {
    const moved = asked('10.0.1.1', aFoundHost([runs('/r/one', { env: by('x', '10.9.9.9') })]));
    const { text, diagnostics } = updatedFor(api, ONE, [moved]);
    expect(text).toBe(ONE);
    expect(diagnostics).toMatchObject([
      { code: 'SF695', place: { worker: 'one' }, message: expect.stringContaining('next restart') as string },
    ]);
  });
});
