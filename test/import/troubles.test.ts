import { describe, expect, it } from 'vitest';
import type { FoundHost } from '../../src/observed/found.js';
import { foundMiner, wayToAsk } from '../../src/import/found-miner.js';
import { gather } from '../../src/import/gather.js';
import { importFarm } from '../../src/import/import-farm.js';
import { lift } from '../../src/import/lift.js';
import { farmText } from '../../src/import/write-yaml.js';
import { readFarm } from '../../src/farm/read-farm.js';
import { newSectorStore, settingsFrom } from '../../src/lotus/sectorstore.js';
import { writeStorageJson } from '../../src/lotus/storage-json.js';
import { CANARY } from '../support/farm.js';
import { ABOUT, aFile, aFoundHost, asked, type StartedWorker } from '../support/found-host.js';
import { changeLive, changePath, changeWorker, file, inPlace } from '../support/observation.js';
import { ID, plan, summary } from '../support/plan.js';

interface Outcome {
  readonly codes: readonly string[];
  readonly messages: string;
  readonly text: string;
  readonly errors: readonly string[];
}

function outcome(...hosts: readonly FoundHost[]): Outcome {
  const { farm, comments, diagnostics } = importFarm(
    hosts.map((host, at) => asked(`seal-${at + 1}`, host)),
    ABOUT,
  );
  const text = farmText(lift(farm), comments);
  const errors = readFarm(text, 'sealfarm.yaml').diagnostics.filter(({ severity }) => severity === 'error');
  return {
    codes: diagnostics.map(({ code }) => code),
    messages: diagnostics.map(({ message }) => message).join('\n'),
    text,
    errors: errors.map(({ code, message }) => `${code} ${message}`),
  };
}

const SEAL = { '/mnt/seal': { CanSeal: true } };

/** Looks like nothing in particular. */
const CANARY_TEXT = 'canary-of-nothing-known';

describe('what the file cannot hold', () => {
  it.each<[what: string, worker: StartedWorker, code: string, said: string]>([
    ['a flag without a key', { args: ['run', '--external-pc2', '/bin/x'] }, 'SF660', '--external-pc2'],
    [
      'a timeout without a key',
      { args: ['run', '--http-server-timeout=1m'] },
      'SF660',
      '--http-server-timeout 1m',
    ],
    [
      'a variable that Lotus passes over',
      { env: { PRU2_32G_MAX_CONCURRENT: '1' } },
      'SF660',
      'PRU2_32G_MAX_CONCURRENT',
    ],
    ['a limit that is no number', { env: { PC1_MAX_CONCURRENT: 'two' } }, 'SF660', 'PC1_MAX_CONCURRENT as 0'],
    [
      'limits of other sectors',
      { env: { PC1_64G_MAX_CONCURRENT: '2' } },
      'SF660',
      'not for sectors of 32GiB',
    ],
    [
      'more threads than there can be',
      { env: { PC1_MAX_PARALLELISM: '100000' } },
      'SF660',
      'MaxParallelism of PC1',
    ],
    ['GPUs of a container', { env: { NVIDIA_VISIBLE_DEVICES: '0' } }, 'SF660', 'NVIDIA_VISIBLE_DEVICES'],
    ['GPUs in another form', { env: { CUDA_VISIBLE_DEVICES: 'a b' } }, 'SF660', 'CUDA_VISIBLE_DEVICES'],
    ['GPUs without builders', { env: { CUDA_VISIBLE_DEVICES: '0' } }, 'SF660', 'COLUMN_BUILDER'],
    ['GPUs hidden by CUDA alone', { env: { CUDA_VISIBLE_DEVICES: '' } }, 'SF660', '`gpus: none`'],
    [
      'multicore SDR as `true`',
      { env: { FIL_PROOFS_USE_MULTICORE_SDR: 'true' } },
      'SF660',
      'MULTICORE_SDR is true',
    ],
    [
      'producers that are no number',
      { env: { FIL_PROOFS_USE_MULTICORE_SDR: '1', FIL_PROOFS_MULTICORE_SDR_PRODUCERS: 'x' } },
      'SF660',
      'PRODUCERS',
    ],
    ['datacid alone', { args: ['run', '--addpiece=false', '--data-cid'] }, 'SF660', 'datacid'],
    ['no fetches', { args: ['run', '--parallel-fetch-limit=0'] }, 'SF660', 'fetches'],
    ['a text with a control character', { env: { RUST_NOTE: 'a\u0007' } }, 'SF660', 'RUST_NOTE left out'],
    ['a text like a placeholder', { env: { RUST_NOTE: 'x{n}' } }, 'SF660', 'RUST_NOTE left out'],
    ['a folder that is the root', { env: { TMPDIR: '/' } }, 'SF660', 'TMPDIR left out'],
    [
      'a program that an interpreter runs',
      { more: { exe: '/usr/bin/node' } },
      'SF660',
      'its program is not known',
    ],
    ['a user without a name', { user: '1 2' }, 'SF660', 'its user'],
    ['a user that the host does not know', { user: '1005' }, 'SF660', 'its user'],
    [
      'a kind of files that Lotus does not know',
      { storage: { '/mnt/x': { CanSeal: true, AllowTypes: ['odd'] } } },
      'SF660',
      'of /mnt/x left out: odd',
    ],
    ...[
      'API_KEY',
      'OPENAI_API_KEY',
      'AWS_ACCESS_KEY_ID',
      'DB_PASS',
      'GH_PAT',
      'SLACK_WEBHOOK',
      'BASIC_AUTH',
      'LOTUS_BACKUP_KEY',
      'AWS_CREDENTIALS',
    ].map((name): [string, StartedWorker, string, string] => [
      name,
      { env: { [name]: CANARY_TEXT } },
      'SF661',
      `${name} left out`,
    ]),
    ['a variable of something else', { env: { DATABASE: CANARY_TEXT } }, 'SF660', 'DATABASE left out'],
    ['a secret by its name', { env: { MY_SECRET: CANARY } }, 'SF661', 'MY_SECRET left out'],
    ['a secret by its text', { env: { NOTE: `x ${CANARY}` } }, 'SF661', 'NOTE left out'],
    [
      'a password in a URL',
      { env: { https_proxy: `http://me:${CANARY}@proxy:1` } },
      'SF661',
      'https_proxy left out',
    ],
    ['a token of Lotus', { env: { NOTE: `eyJhbGciOiJIUzI1NiJ9.${CANARY}xxx` } }, 'SF661', 'NOTE left out'],
    ['a storage.json of garbage', { storageJson: aFile('{') }, 'SF662', 'storage.json'],
    [
      'a missing mount',
      { storage: { '/mnt/gone': { exists: false } } },
      'SF662',
      '/mnt/gone left out: it is not there',
    ],
    [
      'a sectorstore.json of garbage',
      { storage: { '/mnt/x': { sectorStore: aFile('[]') } } },
      'SF662',
      '/mnt/x left out',
    ],
    [
      'a path without sectorstore.json',
      { storage: { '/mnt/x': { sectorStore: { state: 'absent' } } } },
      'SF662',
      'there is none',
    ],
    [
      'directives of its unit',
      {
        starter: { kind: 'unit', unit: 'w.service', enabled: true, directives: ['LimitMEMLOCK', 'Nice'] },
      },
      'SF660',
      'its unit w.service says LimitMEMLOCK and Nice',
    ],
    ['an open token', { tokenMode: '644' }, 'SF526', 'mode 644'],
    ['a name that no file has', { args: ['run', '--name', 'a b/c'] }, 'SF664', 'a-b-c'],
  ])('%s', (_, worker, code, said) => {
    const { codes, messages, text, errors } = outcome(aFoundHost([{ storage: SEAL, ...worker }]));
    expect(codes).toEqual([code]);
    expect(messages).toContain(said);
    expect(errors).toEqual([]);
    expect(text + messages).not.toContain(CANARY);
  });

  it('stands in a comment at the worker', () => {
    const { text } = outcome(aFoundHost([{ args: ['run', '--external-pc2', '/bin/x'] }]));
    expect(text).toMatch(/# its --external-pc2 left out[^\n]*\n +seal-01:/);
  });

  it('is not what a unit of sealfarm says itself', () => {
    const unit = 'sealfarm-worker@w.service';
    const starter = { kind: 'unit', unit, enabled: true, directives: ['ExecStartPre'] } as const;
    expect(outcome(aFoundHost([{ starter }])).codes).toEqual([]);
  });

  it('is the list of a path that allows only unknown kinds of files: Lotus has that open to all', () => {
    const storage = { '/mnt/x': { CanSeal: true, AllowTypes: ['odd'] } };
    const { messages, text } = outcome(aFoundHost([{ storage }]));
    expect(text).not.toMatch(/allowTypes|denyTypes/);
    expect(messages).toContain('of /mnt/x left out: odd');
  });

  it('is no comment of several lines where a name has line ends', () => {
    const { text, errors } = outcome(aFoundHost([{ repo: '/r\nhosts: x', args: ['run', '--bad'] }, {}]));
    expect(errors).toEqual([]);
    expect(text).not.toMatch(/^hosts: x/m);
  });
});

describe('a worker that is left out', () => {
  const other: StartedWorker = {
    repo: '/other',
    args: ['run', '--name', 'other'],
    api: '/ip4/10.0.0.1/tcp/1/http',
  };
  it.each<[what: string, worker: StartedWorker, said: string]>([
    ['runs in a container', { starter: { kind: 'container' } }, 'it runs in a container'],
    ['has an unknown flag', { args: ['run', '--new-flag'] }, 'flag provided but not defined: -new-flag'],
    ['has no repo', { more: { repo: '' } }, 'its repo is not known'],
  ])('%s', (_, worker, said) => {
    const { codes, text, errors } = outcome(aFoundHost([other, worker]));
    expect(codes).toEqual(['SF663']);
    expect(text.replaceAll(/\n *# /g, ' ')).toContain(said);
    expect(text).toContain('other:');
    expect(errors).toEqual([]);
  });

  const twins = (holder: number | undefined, ...names: readonly string[]): Outcome => {
    const host = aFoundHost(names.map((name) => ({ ...other, args: ['run', '--name', name] })));
    const repos = new Map(
      [...host.repos].map(([repo, of]) => [
        repo,
        holder === undefined ? of : { ...of, holders: [7, holder] },
      ]),
    );
    return outcome({ ...host, repos });
  };

  it.each([
    [1000, ['real', 'waits']],
    [1001, ['waits', 'real']],
  ] as const)('waits for the repo that process %i holds', (holder, names) => {
    const { codes, messages, text, errors } = twins(holder, ...names);
    expect(codes).toEqual(['SF663']);
    expect(messages).toContain(`(process ${2001 - holder}) left out: process ${holder} holds its repo`);
    expect(text).toContain('real:');
    expect(text).not.toContain('waits:');
    expect(errors).toEqual([]);
  });

  it.each([0, 1])('waits for the repo whose worker %i alone answers', (answers) => {
    const started = ['one', 'two'].map((name, at) => ({
      ...other,
      args: ['run', '--name', name],
      more: at === answers ? {} : { tasks: undefined },
    }));
    const { codes, text } = outcome(aFoundHost(started as StartedWorker[]));
    expect(codes).toEqual(['SF663']);
    expect(text).toContain(`${['one', 'two'][answers] ?? ''}:`);
  });

  it.each([undefined, 7])('has a repo of which nobody knows who holds it: %s', (holder) => {
    const { codes, messages, text } = twins(holder, 'one', 'two');
    expect(codes).toEqual(['SF663', 'SF663']);
    expect(messages).toContain('another worker has its repo, too, and which of them holds it is not known');
    expect(text).not.toMatch(/one:|two:/);
  });

  it('does not let its environment be read', () => {
    const { told: _, ...worker } = aFoundHost([{}]).workers[0] ?? { pid: 0, uid: 0, variables: [] };
    const { codes, text } = outcome({ ...aFoundHost([other]), workers: [worker] });
    expect(codes).toEqual(['SF663']);
    expect(text).toContain('root may not read its environment');
  });
});

describe('a farm with', () => {
  it('two workers of one name gives the second another one', () => {
    const second = { repo: '/second', api: '/ip4/10.0.1.11/tcp/3457/http' };
    const { codes, text, errors } = outcome(aFoundHost([{}, second]));
    expect(codes).toEqual(['SF664']);
    expect(text).toContain('seal-01-2:');
    expect(errors).toEqual([]);
  });

  it('a path that two workers have gives it to the first', () => {
    const one = (name: string, port: number): StartedWorker => ({
      repo: `/${name}`,
      args: ['run', '--name', name],
      api: `/ip4/10.0.1.11/tcp/${port}/http`,
      storage: SEAL,
    });
    const { codes, errors } = outcome(aFoundHost([one('a', 1), one('b', 2)]));
    expect(codes).toEqual(['SF662']);
    expect(errors).toEqual([]);
  });

  it('a path that was not mounted keeps it through a plan, whatever the worker and the index say', () => {
    const gone = '/mnt/gone';
    const { codes, text } = outcome(
      aFoundHost([{ storage: { ...SEAL, [gone]: { exists: false } } }], { serviceManager: 'process' }),
    );
    expect(codes).toEqual(['SF662']);
    const { farm } = readFarm(text, 'sealfarm.yaml');
    if (farm === undefined) throw new Error(text);
    const seen = changeWorker(inPlace(farm), 'seal-01', (worker) =>
      changePath(gone, { exists: false })(
        changeLive((live) => ({
          ...live,
          paths: [...live.paths, { ID, LocalPath: gone, Weight: 10, CanSeal: true, CanStore: false }],
        }))({ ...worker, storageJson: file(writeStorageJson(undefined, ['/mnt/seal', gone])) }),
      ),
    );
    const made = plan(farm, seen);
    expect(summary(made)).toEqual([]);
    expect(made.diagnostics).toMatchObject([{ code: 'SF506', place: { path: gone } }]);
  });

  it('a sectorstore.json in other letters has its path, as Lotus reads it', () => {
    const sectorStore = aFile(`{"id":"${ID}","weight":7,"canSeal":true}`);
    const storageJson = aFile('{"storagePaths":[{"path":"/mnt/seal"}]}');
    const { codes, text } = outcome(aFoundHost([{ storageJson, storage: { '/mnt/seal': { sectorStore } } }]));
    expect(codes).toEqual([]);
    expect(text).toContain('weight: 7');
  });

  it('one store that workers of several hosts have attached says so, and how that is undone', () => {
    const sectorStore = aFile(newSectorStore(ID, settingsFrom({ Weight: 10, CanStore: true })));
    const host = (hostname: string): FoundHost =>
      aFoundHost([{ storage: { '/nfs/store': { sectorStore } } }], { hostname, bootId: hostname });
    const { farm, diagnostics } = importFarm(
      ['a', 'b', 'c'].map((name) => asked(name, host(name))),
      ABOUT,
    );
    expect(Object.keys(farm.hosts)).toHaveLength(3);
    expect(diagnostics.map(({ code, severity }) => `${code} ${severity}`)).toEqual(['SF510 warning']);
    const [shared] = diagnostics;
    expect(shared?.message).toContain('/nfs/store on a, /nfs/store on b and /nfs/store on c');
    expect(shared?.help).toContain('lotus-worker storage detach');
  });

  it('one machine under two names has it once', () => {
    const host = aFoundHost([{}]);
    const { codes, text } = outcome(host, host);
    expect(codes).toEqual(['SF666']);
    expect(text).not.toContain('seal-2');
  });

  it('the repo of a worker that does not run tells of it', () => {
    const idle = [
      { repo: '/home/x/.lotusworker', storageJson: aFile('{"StoragePaths":[{"Path":"/mnt/old"}]}') },
    ];
    const { codes, text } = outcome({ ...aFoundHost([{}]), idle });
    expect(codes).toEqual(['SF668']);
    expect(text).toContain('does not run, and holds /mnt/old');
  });

  it('the repo of a unit that runs tells that its worker is not seen', () => {
    const idle = [{ repo: '/r', unit: '/e/w.service', running: true as const, storageJson: aFile('{}') }];
    const { codes, text } = outcome({ ...aFoundHost([{}]), idle });
    expect(codes).toEqual(['SF663']);
    expect(text).not.toContain('does not run');
  });

  it('its repo as a storage path is valid', () => {
    const { errors, codes } = outcome(aFoundHost([{ storage: { '/root/.lotusworker': { CanSeal: true } } }]));
    expect([errors, codes]).toEqual([[], []]);
  });

  it('an unknown size has a place that validation names', () => {
    const { farm, comments } = importFarm([asked('a', aFoundHost([{}]))], {
      ...ABOUT,
      sectorSize: undefined,
    });
    const { diagnostics } = readFarm(farmText(farm, comments), 'sealfarm.yaml');
    expect(diagnostics).toMatchObject([
      {
        severity: 'error',
        place: { range: { lineText: expect.stringContaining('sectorSize: TODO') as string } },
      },
    ]);
  });

  it('a worker that has not listened yet says so', () => {
    const host = aFoundHost([{}]);
    const repos = new Map([
      ['/root/.lotusworker', { api: { state: 'absent' }, storageJson: { state: 'absent' } }],
    ] as const);
    expect(outcome({ ...host, repos }).messages).toContain('where it listens is not known');
  });

  it.each<[what: string, api: string, since: number | undefined]>([
    ['another port', '/ip4/10.0.0.1/tcp/3456/http', undefined],
    ['a port it might have, of before it began', '/ip4/10.0.0.1/tcp/3457/http', 1_699_999_000],
  ])('an address in its repo with %s has the port that the worker was told', (_, api, apiSince) => {
    const host = aFoundHost([{ args: ['run', '--listen', '0.0.0.0:3457'], api }]);
    const repos = new Map(
      [...host.repos].map(([repo, of]) => [repo, apiSince === undefined ? of : { ...of, apiSince }]),
    );
    const { farm, diagnostics } = importFarm([asked('10.0.1.11', { ...host, repos })], ABOUT);
    expect(farm.hosts).toMatchObject({ 'seal-01': { workers: { 'seal-01': { listen: '10.0.1.11:3457' } } } });
    expect(diagnostics.map(({ message }) => message)).toEqual([
      expect.stringContaining('where it listens is not known'),
    ]);
  });
});

describe('the miner that workers hold', () => {
  const held = (...infos: readonly string[]): ReturnType<typeof foundMiner> =>
    foundMiner(new Map(infos.map((info, at) => [`h${at}`, aFoundHost([{ env: { MINER_API_INFO: info } }])])));
  const API = '/ip4/10.0.0.10/tcp/2345/http';

  it('is one', () => {
    expect(held(`t:${API}`, `t:${API}`)).toMatchObject({ api: API, diagnostics: [] });
  });

  it('may be given as a URL', () => {
    expect(held('t:http://10.0.0.10:2345/rpc/v0').api).toBe(API);
  });

  it('is the one of most workers where they differ', () => {
    const { api, diagnostics } = held('t:/ip4/127.0.0.1/tcp/2345/http', `t:${API}`, `t:${API}`);
    expect(api).toBe(API);
    expect(diagnostics).toMatchObject([
      { code: 'SF665', message: expect.stringContaining('on h0') as string },
    ]);
  });

  it('is named where workers reach it by https', () => {
    const { api, diagnostics } = held(`${CANARY}:https://miner.example/`, `t:${API}`);
    expect(api).toBe(API);
    expect(diagnostics).toMatchObject([
      {
        code: 'SF665',
        message:
          'workers reach the miner by https, which sealfarm does not speak: https://miner.example: on h0',
        help: expect.stringContaining('--miner') as string,
      },
    ]);
    expect(JSON.stringify(diagnostics)).not.toContain(CANARY);
  });

  it('is not clear where tokens differ, which are not shown', () => {
    const { diagnostics } = held(`${CANARY}:${API}`, `t:${API}`);
    expect(diagnostics).toMatchObject([
      { code: 'SF665', message: expect.stringContaining('2 different tokens') as string },
    ]);
    expect(JSON.stringify(diagnostics)).not.toContain(CANARY);
  });

  const OTHER = '/ip4/10.6.6.6/tcp/1/http';
  const asked = (named: string | undefined, ...infos: readonly string[]): readonly (string | undefined)[] => {
    const way = wayToAsk(held(...infos), named);
    return [way?.api, way?.token.reveal()];
  };

  it('is asked with the token that most workers hold for it', () => {
    expect(asked(undefined, `a:${API}`, `t:${API}`, `t:${API}`)).toEqual([API, 't']);
  });

  it('is not asked where workers have more than one address', () => {
    expect(asked(undefined, `x:${OTHER}`, `t:${API}`, `t:${API}`)).toEqual([undefined, undefined]);
  });

  it('is asked by the address that is named, with a token for that one alone', () => {
    const infos = [`x:${OTHER}`, `t:${API}`, `t:${API}`];
    expect(asked(API, ...infos)).toEqual([API, 't']);
    expect(asked(OTHER, ...infos)).toEqual([OTHER, 'x']);
    expect(asked('/ip4/10.0.0.99/tcp/2345/http', ...infos)).toEqual([undefined, undefined]);
  });

  it('has for markets only what has the token of its own address', () => {
    const one = (token: string, api: string, markets?: string): FoundHost =>
      aFoundHost([
        {
          env: {
            MINER_API_INFO: `${token}:${api}`,
            ...(markets === undefined ? {} : { MARKETS_API_INFO: markets }),
          },
        },
      ]);
    const hosts = [
      one('t', API),
      one('u', API),
      one('u', API),
      one('t', OTHER),
      one('t', OTHER, `t:${OTHER}`),
    ];
    expect(foundMiner(new Map(hosts.map((host, at) => [`h${at}`, host]))).marketsApi).toBeUndefined();
  });

  it('is unknown where nobody holds it', () => {
    expect(held('nothing')).toEqual({ tokens: [], ways: [], diagnostics: [] });
  });
});

describe('what is said of many', () => {
  it('is said once', () => {
    const one = (host: string) =>
      ({ code: 'SF668', severity: 'note', message: 'm', place: { kind: 'host', host } }) as const;
    expect(gather([one('a'), one('b'), one('c')])).toEqual([
      { ...one('a'), message: 'm; so it is with b and c' },
    ]);
  });
});
