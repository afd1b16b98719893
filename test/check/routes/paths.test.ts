import { describe, expect, it } from 'vitest';
import { check, found, hosts, words } from './farm-text.js';

const worker = (tasks: string, ...paths: readonly string[]): string =>
  `w1: { tasks: [${tasks}], storage: [${paths.map((path, index) => `{ path: /s${index}, ${path} }`).join(', ')}] }`;

describe('tasks without a sealing path', () => {
  check('SF281', [
    ['none at all', hosts('w1: { tasks: [PC1] }'), 'error 7 w1'],
    ['for AP', hosts(worker('AP', 'store: true')), 'error 7 w1'],
    ['for RU', hosts('w1: { tasks: [RU] }'), 'error 7 w1'],
    ['one of weight 0', hosts(worker('PC1', 'seal: true, weight: 0'))],
    ['one', hosts(worker('AP, PC1, RU', 'seal: true'))],
    ['for C2, which needs none', hosts('w1: { tasks: [C2] }')],
    ['for PC2, which is another finding', hosts('w1: { tasks: [PC2] }')],
    ['for PC1 and PC2', hosts('w1: { tasks: [PC1, PC2] }'), 'error 7 w1'],
  ]);

  check('SF293', [
    ['PC2 alone', hosts('w1: { tasks: [PC2, C2] }'), 'warning 7 w1'],
    ['with a path for storing', hosts(worker('PC2', 'store: true')), 'warning 7 w1'],
    ['with one', hosts(worker('PC2', 'seal: true'))],
    ['with one of weight 0', hosts(worker('PC2', 'seal: true, weight: 0'))],
    ['beside PC1, where that is the fault', hosts('w1: { tasks: [PC1, PC2] }')],
  ]);

  it('names the tasks, and why', () => {
    expect(words('SF281', hosts('w1: { tasks: [AP, PC1, C2] }'))[0]).toBe(
      "'w1' never gets addpiece and precommit1: it has no path with seal: true",
    );
  });
});

describe('types that no path takes', () => {
  check('SF282', [
    ['no cache, for PC1', hosts(worker('PC1', 'seal: true, denyTypes: [cache]')), 'error 7 [cache]'],
    [
      'no unsealed, for AP',
      hosts(worker('AP', 'seal: true, allowTypes: [sealed, cache]')),
      'error 7 [sealed, cache]',
    ],
    [
      'no unsealed, which PC1 fetches',
      hosts(worker('PC1', 'seal: true, denyTypes: [unsealed]')),
      'error 7 [unsealed]',
    ],
    ['no unsealed, for PC2 alone', hosts(worker('PC2', 'seal: true, denyTypes: [unsealed]'))],
    ['no update, for RU', hosts(worker('RU', 'seal: true, denyTypes: [update]')), 'error 7 [update]'],
    ['no update, for PC1', hosts(worker('PC1', 'seal: true, denyTypes: [update]'))],
    [
      'another path takes it',
      hosts(worker('PC1', 'seal: true, denyTypes: [cache]', 'seal: true, allowTypes: [cache]')),
    ],
    [
      'another path for storing takes it',
      hosts(worker('PC1', 'seal: true, denyTypes: [cache]', 'store: true, allowTypes: [cache]')),
      'error 7 [cache]',
    ],
    [
      'nothing at all',
      hosts(worker('PC1', 'seal: true, allowTypes: [cache], denyTypes: [cache]')),
      'error 7 [cache]',
    ],
    [
      'nothing at all, on a path for storing',
      hosts(worker('C2', 'store: true, allowTypes: [cache], denyTypes: [cache]')),
      'error 7 [cache]',
    ],
    [
      'nothing at all, and no cache on the other path',
      hosts(
        worker(
          'PC2',
          'seal: true, allowTypes: [update], denyTypes: [update]',
          'seal: true, denyTypes: [cache]',
        ),
      ),
      'error 7 [update]',
      'error 7 [cache]',
    ],
    ['one type, on a path for storing', hosts(worker('C2', 'store: true, allowTypes: [unsealed]'))],
    ['nothing that this worker needs', hosts(worker('C2', 'seal: true, denyTypes: [cache]'))],
  ]);

  it('names them', () => {
    expect(words('SF282', hosts(worker('PC1', 'seal: true, allowTypes: [sealed]')))[0]).toBe(
      "no sealing path of 'w1' takes unsealed and cache files, which precommit1 needs",
    );
  });
});

describe('paths of weight 0', () => {
  check('SF283', [
    ['beside another one', hosts(worker('PC1', 'seal: true, weight: 0', 'seal: true')), 'warning 7 0'],
    ['for storing', hosts(worker('C2', 'store: true, weight: 0')), 'warning 7 0'],
    ['of a weight', hosts(worker('PC1', 'seal: true, weight: 1'))],
    ['where there is no other', hosts(worker('PC1', 'seal: true, weight: 0')), 'warning 7 0'],
    ['of a worker that puts nothing there', hosts(worker('C2', 'seal: true, weight: 0')), 'warning 7 0'],
    ['for nothing, which is said elsewhere', hosts(worker('C2', 'weight: 0'))],
  ]);

  it('says what comes there, and what to take out', () => {
    const text = hosts(worker('PC1', 'seal: true, store: true, weight: 0'));
    expect(words('SF283', text)[0]).toBe(
      "a weight of 0 does not make '/s0' read-only: sectors come there once no other path has room",
    );
    expect(found(text).find(({ code }) => code === 'SF283')?.help).toContain('Take `seal` and `store` out');
  });
});

describe('sealing paths of post workers', () => {
  check('SF278', [
    ['for WindowPoSt', hosts(worker('WDP', 'seal: true')), 'error 7 true'],
    ['for WinningPoSt', hosts(worker('WNP', 'store: true, seal: true')), 'error 7 true'],
    ['for storing', hosts(worker('WDP', 'store: true'))],
    ['of a sealing worker', hosts(worker('C2', 'seal: true'))],
    ['of a worker without tasks, which does C1 and FIN', hosts(worker('', 'seal: true'))],
  ]);
});

it('says nothing of a farm that is whole', () => {
  const text = hosts(
    ...[1, 2].map(
      (n) =>
        `w${n}: { tasks: [AP, PC1, PC2, C2], storage: [{ path: /s, seal: true, groups: [g, h], allowTo: [g, h] }, { path: /t${n}, store: true }] }`,
    ),
  );
  expect(found(text)).toEqual([]);
});
