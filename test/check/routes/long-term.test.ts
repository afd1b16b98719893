import { describe, expect, it } from 'vitest';
import { check, hosts, words } from './farm-text.js';

const SEAL = '{ path: /s, seal: true }';
const BOTH = '{ path: /b, seal: true, store: true }';
const worker = (tasks: string, ...paths: readonly string[]): string =>
  `w1: { tasks: [${tasks}], storage: [${paths.join(', ')}] }`;
const other = (...paths: readonly string[]): string => `w2: { tasks: [C2], storage: [${paths.join(', ')}] }`;
const strict = (text: string): string => text.replace('miner: {', 'miner: { disallowRemoteFinalize: true,');

describe('long-term storage', () => {
  check('SF279', [
    ['nowhere', hosts(worker('PC1, PC2', SEAL)), 'note 6 hosts'],
    ['of another worker', hosts(worker('PC1, PC2', SEAL), other('{ path: /t, store: true }'))],
    ['of weight 0', hosts(worker('PC2', SEAL), other('{ path: /t, store: true, weight: 0 }'))],
    [
      'for unsealed files',
      hosts(worker('PC2', SEAL), other('{ path: /t, store: true, allowTypes: [unsealed] }')),
      'note 6 hosts',
    ],
    [
      'of a post worker',
      hosts(worker('PC2', SEAL), 'w2: { tasks: [WDP], storage: [{ path: /t, store: true }] }'),
      'note 6 hosts',
    ],
    ['of a farm that seals nothing', hosts(worker('C2'))],
    ['where holders must store, which is an error', strict(hosts(worker('PC2', SEAL)))],
  ]);

  check('SF276', [
    [
      'on one worker alone',
      hosts(worker('AP, PC1, PC2, C2', SEAL), other('{ path: /t, store: true }')),
      'note 8 w2',
    ],
    ['of its own sectors alone', hosts(worker('AP, PC1, PC2, C2', SEAL, '{ path: /t, store: true }'))],
    [
      'of others who cannot come to it',
      strict(hosts(worker('PC2, C2', BOTH), 'w2: { tasks: [AP, PC1, PC2, C2] }')),
    ],
  ]);

  check('SF280', [
    ['elsewhere', strict(hosts(worker('PC1, PC2', SEAL), other('{ path: /t, store: true }'))), 'error 7 w1'],
    ['for upgrades', strict(hosts(worker('RU', SEAL))), 'error 7 w1'],
    [
      'beside its sealing path',
      strict(hosts(worker('PC2', SEAL, '{ path: /t, store: true }'))),
      'error 7 w1',
    ],
    ['on its sealing path', strict(hosts(worker('PC2', BOTH)))],
    ['on one of its sealing paths', strict(hosts(worker('PC2', SEAL, BOTH))), 'error 7 w1'],
    [
      'on one of two paths that share its files',
      strict(
        hosts(
          worker(
            'PC2',
            '{ path: /s, seal: true, allowTypes: [cache] }',
            '{ path: /t, seal: true, store: true, allowTypes: [sealed] }',
          ),
        ),
      ),
    ],
    [
      'beside a sealing path for other files',
      strict(hosts(worker('PC2', '{ path: /s, seal: true, allowTypes: [unsealed] }', BOTH))),
    ],
    ['for upgrades on its sealing path', strict(hosts(worker('RU', BOTH)))],
    ['of a worker without sealing paths, which is another finding', strict(hosts(worker('PC2')))],
    ['not for PC1 alone, which keeps nothing', strict(hosts(worker('PC1', SEAL)))],
    ['where others may move', hosts(worker('PC2', SEAL))],
  ]);
});

it('names the sealing paths that cannot keep what lies on them', () => {
  const [words1] = words('SF280', strict(hosts(worker('PC2, RU', SEAL, '{ path: /t, store: true }'))));
  expect(words1).toBe(
    "with disallowRemoteFinalize no sector of 'w1' that lies on '/s' ever comes to long-term storage: that path is only for sealing",
  );
});

describe('maxStorage', () => {
  check('SF290', [
    [
      'on a path for storing',
      hosts(worker('C2', '{ path: /t, store: true, maxStorage: 21TiB }')),
      'warning 7 21TiB',
    ],
    ['on a small one for storing', hosts(worker('C2', '{ path: /t, store: true, maxStorage: 20TiB }'))],
    ['none', hosts(worker('C2', '{ path: /t, store: true, maxStorage: 0 }'))],
    ['on a path for sealing', hosts(worker('C2', '{ path: /t, seal: true, maxStorage: 100TiB }'))],
    [
      'on a huge one',
      hosts(worker('C2', '{ path: /t, seal: true, maxStorage: 101TiB }')),
      'warning 7 101TiB',
    ],
  ]);
});

describe('one path on several machines', () => {
  const store = (path: string, rest = ''): string => `{ path: ${path}, store: true${rest} }`;
  const twice = (path: string, first = '', second = ''): string =>
    hosts(worker('C2', store(path, first)), other(store(path, second)));
  const id = (digit: number): string => `, id: 0000000${digit}-0000-4000-8000-000000000000`;

  check('SF291', [
    ['with a name of a network', twice('/mnt/nfs'), 'warning 8 /mnt/nfs'],
    ['with any other name', twice('/mnt/hdd'), 'note 8 /mnt/hdd'],
    ['with IDs of their own', twice('/mnt/nfs', id(1), id(2))],
    ['on one machine alone', hosts(worker('C2', store('/mnt/nfs')), other(store('/mnt/nfs2')))],
    ['for sealing', hosts(worker('C2', SEAL), other(SEAL))],
    [
      'on many machines, once',
      hosts(
        worker('C2', store('/nas')),
        other(store('/nas')),
        'w3: { storage: [{ path: /nas, store: true }] }',
      ),
      'warning 8 /nas',
    ],
  ]);

  it('names two of them', () => {
    expect(words('SF291', twice('/mnt/nfs'))[0]).toBe(
      "the long-term path '/mnt/nfs' is on 'h1' and on 'h2': if that is one file system, sealed data can be deleted",
    );
  });
});
