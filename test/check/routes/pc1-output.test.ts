import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check, found, hosts, said, words } from './farm-text.js';

const path = (rest = ''): string => `storage: [{ path: /s, seal: true${rest} }]`;
const pc1 = (rest = '', name = 'w1'): string => `${name}: { tasks: [AP, PC1], ${path(rest)} }`;
const pc2 = (rest = '', name = 'w2'): string => `${name}: { tasks: [PC2, C2], ${path(rest)} }`;
const both = (rest = '', name = 'w1'): string => `${name}: { tasks: [AP, PC1, PC2, C2], ${path(rest)} }`;

describe('PC1 output that nobody takes', () => {
  check('SF275', [
    ['a group without PC2', hosts(pc1(', allowTo: [g]'), pc2(', groups: [h]')), 'error 7 [g]'],
    [
      'a group without PC2 where the miner does some',
      hosts(pc1(', allowTo: [g]'), pc2(', groups: [h]')).replace(
        'miner: {',
        'miner: { host: m1, tasks: [PC2],',
      ),
      'warning 7 [g]',
    ],
    ['a group with PC2', hosts(pc1(', allowTo: [g]'), pc2(', groups: [h, g]'))],
    ['no groups at all', hosts(pc1(), pc2())],
    ['PC2 of its own', hosts(both(', allowTo: [g]'), pc2(', groups: [h]'))],
    ['PC2 by nobody, which is the miner’s', hosts(pc1(', allowTo: [g]'))],
    [
      'a group whose path has a weight of 0',
      hosts(pc1(', allowTo: [g]'), pc2(', groups: [g], weight: 0'), pc2('', 'w3')),
    ],
    [
      'a path of weight 0 that leads nowhere beside one that leads on',
      hosts(
        'w1: { tasks: [PC1], storage: [{ path: /a, seal: true, weight: 0, allowTo: [h] }, { path: /b, seal: true, allowTo: [g] }] }',
        pc2(', groups: [g]'),
        'w3: { tasks: [], storage: [{ path: /c, seal: true, groups: [h] }] }',
      ),
      'error 7 [h]',
    ],
    [
      'a group whose path takes no cache',
      hosts(pc1(', allowTo: [g]'), pc2(', groups: [g], denyTypes: [cache]'), pc2('', 'w3')),
      'error 7 [g]',
    ],
    [
      'two paths of the group that take one type each',
      hosts(
        pc1(', allowTo: [g]'),
        'w2: { tasks: [PC2], storage: [{ path: /a, seal: true, groups: [g], allowTypes: [sealed] }, { path: /b, seal: true, groups: [g], allowTypes: [cache] }] }',
      ),
    ],
    [
      'a path of the group that is for storing',
      hosts(
        pc1(', allowTo: [g]'),
        'w2: { tasks: [PC2], storage: [{ path: /s, seal: true }, { path: /t, store: true, groups: [g] }] }',
      ),
      'error 7 [g]',
    ],
    [
      'one of two paths',
      hosts(
        'w1: { tasks: [PC1], storage: [{ path: /a, seal: true, allowTo: [g] }, { path: /b, seal: true, allowTo: [h] }] }',
        pc2(', groups: [h]'),
      ),
      'error 7 [g]',
    ],
  ]);

  it('names the groups, and who does PC2', () => {
    expect(words('SF275', hosts(pc1(', allowTo: [g]'), pc2(', groups: [h]')))).toEqual([
      "PC1 output on '/s' of 'w1' may go to 'g' alone, where no worker can do PC2",
      "Put a sealing path of a worker with precommit2 into this group, or allow one of theirs: precommit2 is done by 'w2', in 'h'.",
    ]);
    expect(words('SF275', hosts(pc1(', allowTo: [g, h]'), pc2()))).toEqual([
      "PC1 output on '/s' of 'w1' may go to 'g' and 'h' alone, where no worker can do PC2",
      "Put a sealing path of a worker with precommit2 into this group: precommit2 is done by 'w2', without groups.",
    ]);
  });

  it('is said once of a range', () => {
    const text = hosts(pc2(', groups: [h]')).replace(
      /$/,
      "  p-[01-24]: { address: '10.0.1.{n}', workers: { 'p{nn}': { tasks: [PC1], storage: [{ path: /s, seal: true, allowTo: [g] }] } } }\n",
    );
    expect(said('SF275', text)).toEqual(['error 8 [g]']);
  });
});

describe('PC1 output that one other worker takes', () => {
  const second = pc2('', 'w3');
  check('SF276', [
    ['one PC2 worker', hosts(`${pc1()}, w4: { tasks: [C2], listen: '10.0.0.1:4' }`, pc2()), 'warning 7 /s'],
    ['two PC2 workers', hosts(pc1(), pc2(), second)],
    ['one worker of the group', hosts(pc1(', allowTo: [g]'), pc2(', groups: [g]'), second), 'warning 7 [g]'],
    ['itself, which has the data', hosts(both(', groups: [g], allowTo: [g]'), second)],
    [
      'another worker on the same machine',
      hosts(
        `${pc1(', allowTo: [g]')}, w2: { tasks: [PC2, C2], listen: '10.0.0.1:4', storage: [{ path: /t, seal: true, groups: [g] }] }`,
        second,
      ),
      'warning 7 [g]',
    ],
    [
      'the same one for many paths',
      hosts(pc1(', allowTo: [g]'), pc1(', allowTo: [g]', 'w4'), pc2(', groups: [g]'), second),
      'warning 7 [g]',
    ],
    [
      'two, for paths of two groups',
      hosts(
        pc1(', allowTo: [g]'),
        pc1(', allowTo: [h]', 'w4'),
        pc2(', groups: [g]'),
        pc2(', groups: [h]', 'w3'),
      ),
      'warning 7 [g]',
      'warning 8 [h]',
    ],
  ]);

  it('says how many', () => {
    const text = hosts(pc1(', allowTo: [g]'), pc1(', allowTo: [g]', 'w4'), pc2(', groups: [g]'), second);
    expect(words('SF276', text)[0]).toBe("sectors on '/s' of 'w1' (and on 1 more) go for PC2 to 'w2' alone");
  });
});

describe('sectors that leave the groups', () => {
  const group = both(', groups: [g], allowTo: [g]', 'w2');
  check('SF277', [
    ['a path without allowTo', hosts(both(), group), 'warning 7 /s'],
    ['in groups, but open', hosts(both(', groups: [h]'), group), 'warning 7 /s'],
    ['a path with allowTo', hosts(both(', groups: [h], allowTo: [h]'), group)],
    [
      'groups of long-term paths',
      hosts(
        both(),
        'w2: { tasks: [PC2], storage: [{ path: /s, seal: true }, { path: /t, store: true, allowTo: [g] }] }',
      ),
    ],
    ['a farm without groups', hosts(both(), both('', 'w2'))],
    [
      'a farm with groups and without any allowTo',
      hosts(both(', groups: [g]'), both(', groups: [h]', 'w2')),
      'warning 7 /s',
      'warning 8 /s',
    ],
    ['a path of no other worker, in a group', hosts(both(', groups: [g]'))],
    ['a path of a worker without PC1', hosts(pc2('', 'w1'), group)],
    [
      'no other worker that does PC2',
      hosts(both(), 'w2: { tasks: [AP, PC1], storage: [{ path: /s, seal: true, allowTo: [g] }] }'),
    ],
  ]);
});

describe('the public example', () => {
  const example = join(import.meta.dirname, '../../../examples/storage-groups/sealfarm.yaml');
  const text = readFileSync(example, 'utf8');

  it('has one worker that is fed by another, and leaves storing to the miner', () => {
    expect(found(text).map(({ code }) => code)).toEqual(['SF279', 'SF276']);
    expect(words('SF276', text)[0]).toBe(
      "sectors on '/mnt/nvme0/seal' of 'worker-3' go for PC2 to 'worker-1' alone",
    );
  });
});
