import { describe, expect, it } from 'vitest';
import { check, hosts, said, words } from './farm-text.js';

const worker = (n: number, tasks: string): string =>
  `w${n}: { tasks: [${tasks}], storage: [{ path: /s, seal: true }] }`;
const post = (n: number, task: string): string => `w${n}: { tasks: [${task}] }`;

describe('the pipeline', () => {
  check('SF285', [
    ['half of it', hosts(worker(1, 'AP, PC1')), 'warning 6 hosts'],
    ['without C2', hosts(worker(1, 'AP, PC1'), worker(2, 'PC2')), 'warning 6 hosts'],
    ['all of it', hosts(worker(1, 'AP, PC1'), worker(2, 'PC2'), worker(3, 'C2'))],
    ['nothing of it', hosts(post(1, 'WDP'), worker(2, 'UNS'))],
  ]);

  const miner = (tasks: string, text: string): string =>
    text.replace('miner: {', `miner: { host: m1, tasks: [${tasks}],`);
  check('SF285', [
    ['half of it, and the miner nothing', miner('', hosts(worker(1, 'AP, PC1'))), 'error 4 tasks'],
    ['half of it, and the miner the rest', miner('PC2, C2', hosts(worker(1, 'AP, PC1')))],
    ['half of it, and the miner C2', miner('C2', hosts(worker(1, 'AP, PC1'))), 'error 4 tasks'],
    ['all of it, and the miner nothing', miner('', hosts(worker(1, 'AP, PC1, PC2, C2')))],
  ]);
  check('SF286', [
    ['RU alone, and the miner nothing', miner('', hosts(worker(1, 'RU'))), 'error 7 w1'],
    ['RU alone, and the miner proves', miner('PR2', hosts(worker(1, 'RU')))],
  ]);

  it('names what neither a worker nor the miner does', () => {
    expect(words('SF285', miner('C2', hosts(worker(1, 'AP, PC1'))))[0]).toBe(
      'no worker does precommit2, and `miner.tasks` does not leave it to the miner: every sector waits for it for ever',
    );
  });

  it('names what the miner must allow', () => {
    expect(words('SF285', hosts(worker(1, 'AP, PC1')))).toEqual([
      'no worker does precommit2 and commit, so that is left to the miner',
      'Give it to a worker, or see to it that the miner does it: [Storage] AllowPreCommit2 and AllowCommit in its config.toml.',
    ]);
  });

  check('SF276', [
    ['one worker for C2', hosts(worker(1, 'AP, PC1, PC2'), worker(2, 'C2')), 'warning 8 w2'],
    ['two workers for C2', hosts(worker(1, 'AP, PC1, PC2, C2'), worker(2, 'C2'))],
    ['for sectors of its own', hosts(worker(1, 'AP, PC1, PC2, C2'), worker(2, 'UNS'))],
    [
      'for sectors of another worker on its machine',
      hosts(`${worker(1, 'AP, PC1, PC2')}, w2: { tasks: [C2], listen: '10.0.0.1:2' }`),
      'warning 7 w2',
    ],
  ]);

  check('SF289', [
    ['AP and PC1 apart', hosts(worker(1, 'AP'), worker(2, 'PC1')), 'note 7 w1'],
    ['one worker with both', hosts(worker(1, 'AP'), worker(2, 'PC1'), worker(3, 'AP, PC1'))],
    ['no AP', hosts(worker(1, 'PC1'))],
    ['no PC1', hosts(worker(1, 'AP'))],
  ]);

  it('says how much goes from one to another', () => {
    const text = hosts(worker(1, 'AP'), worker(2, 'PC1'));
    expect(words('SF289', text)[0]).toContain('the unsealed file of 32 GiB of every sector');
    expect(words('SF289', text.replace('32GiB', '512MiB'))[0]).toContain('the unsealed file of every sector');
  });
});

describe('sector upgrades', () => {
  check('SF286', [
    ['without a proof', hosts(worker(1, 'RU')), 'warning 7 w1'],
    ['without an upgrade', hosts(worker(1, 'PC2'), worker(2, 'PR2')), 'warning 8 w2'],
    ['whole', hosts(worker(1, 'RU'), worker(2, 'PR2'))],
    ['none', hosts(worker(1, 'PC2'))],
  ]);
});

describe('posts', () => {
  check('SF287', [
    ['one worker for WindowPoSt', hosts(post(1, 'WDP')), 'warning 7 w1'],
    ['one worker for each', hosts(post(1, 'WDP'), post(2, 'WNP')), 'warning 7 w1', 'warning 8 w2'],
    ['two workers', hosts(post(1, 'WDP'), post(2, 'WDP'))],
    [
      'two workers on one machine',
      hosts(`${post(1, 'WDP')}, w2: { tasks: [WDP], listen: '10.0.0.1:2' }`),
      'warning 7 w1',
    ],
    ['none, where the miner proves', hosts(worker(1, 'C2'))],
  ]);
});

describe('workers without a use', () => {
  check('SF292', [
    ['neither tasks nor storage', hosts('w1: {}'), 'note 7 w1'],
    ['tasks', hosts('w1: { tasks: [C2] }')],
    ['storage', hosts('w1: { storage: [{ path: /t, store: true }] }')],
  ]);
});

describe('storage groups without a use', () => {
  check('SF294', [
    ['both', hosts('w1: {}'), 'warning 5 g', 'warning 5 h'],
    ['none', hosts('w1: { tasks: [C2], storage: [{ path: /s, seal: true, groups: [g], allowTo: [h] }] }')],
  ]);
});

describe('variables', () => {
  const env = (name: string): string => hosts(`w1: { tasks: [C2], env: { ${name}: 1 } }`);
  check('SF242', [
    ['misspelt, of the proofs', env('FIL_PROOFS_MAXIMISE_CACHING'), 'warning 7 FIL_PROOFS_MAXIMISE_CACHING'],
    ['misspelt, of Lotus', env('LOTUS_WORKER_TIMOUT'), 'warning 7 LOTUS_WORKER_TIMOUT'],
    ['misspelt, of the GPU code', env('BELLMAN_NOGPU'), 'warning 7 BELLMAN_NOGPU'],
    [
      'like none that is known',
      env('FIL_PROOFS_ENTIRELY_NEW_THING_OF_A_LATER_VERSION'),
      'note 7 FIL_PROOFS_ENTIRELY_NEW_THING_OF_A_LATER_VERSION',
    ],
    ['known', env('FIL_PROOFS_SDR_PARENTS_CACHE_SIZE')],
    ['known, of Lotus', env('LOTUS_WORKER_POST_PARALLEL_READS')],
    ['of nobody', env('MY_FIL_PROOFS_X')],
  ]);

  it('says which was meant', () => {
    expect(words('SF242', env('FIL_PROOFS_MAXIMISE_CACHING'))[1]).toBe(
      "Did you mean 'FIL_PROOFS_MAXIMIZE_CACHING'?",
    );
  });

  it('is said once, at the worker where a profile has it', () => {
    const text = hosts('w1: { profile: p }', 'w2: { profile: p }').replace(
      'hosts:',
      'profiles: { p: { tasks: [C2], env: { BELLMAN_NOGPU: 1 } } }\nhosts:',
    );
    expect(said('SF242', text)).toEqual(['warning 8 w1']);
  });
});

describe('proofs that the miner leaves to others', () => {
  const leaving = (key: string, ...workers: string[]): string =>
    hosts(...workers).replace('miner: { ', `miner: { host: m, ${key}: true, `);
  check('SF247', [
    [
      'and nobody makes',
      leaving('disableBuiltinWindowPoSt', 'w1: { tasks: [winningpost] }'),
      'error 4 disableBuiltinWindowPoSt',
    ],
    [
      'and nobody makes, of the other kind',
      leaving('disableBuiltinWinningPoSt', 'w1: { tasks: [windowpost] }'),
      'error 4 disableBuiltinWinningPoSt',
    ],
    ['and a worker makes', leaving('disableBuiltinWindowPoSt', 'w1: { tasks: [windowpost] }')],
    ['are none', hosts('w1: { tasks: [PC1] }')],
  ]);
});
