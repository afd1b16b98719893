import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatConfig } from '../../src/config/format-config.js';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');

describe('the examples', () => {
  const files = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('sealfarm.yaml'),
  );
  it.each(files)('%s is as it is formatted', (file) => {
    const text = readFileSync(join(EXAMPLES, file), 'utf8');
    expect(formatConfig(text)).toBe(text);
  });
});

describe('a file that is put in order', () => {
  it.each<[what: string, before: string, after: string]>([
    [
      'has each key with the comments above and beside it',
      `# yaml-language-server: $schema=x

farm: a # its name
# so it is read
version: 1
hosts: {}
# of the chain
miner:
  # secret
  token: { file: x }

  api: y # where
`,
      `# yaml-language-server: $schema=x

# so it is read
version: 1
farm: a # its name
# of the chain
miner:
  api: y # where

  # secret
  token: { file: x }
hosts: {}
`,
    ],
    [
      'has what stands at its head there still',
      '# My farm.\nfarm: a\nversion: 1\n',
      '# My farm.\nversion: 1\nfarm: a\n',
    ],
    [
      'has what heads a part of the file above that part',
      `# My farm.

# ---- machines ----

hosts: {}

# ---- the chain ----

# of the farm
miner:
  # ---- secrets ----

  token: { file: x }
  api: y
sectorSize: 32GiB


# of nothing


version: 1
`,
      `# My farm.

version: 1

sectorSize: 32GiB
# ---- the chain ----

# of the farm
miner:
  api: y
  # ---- secrets ----

  token: { file: x }


# of nothing


# ---- machines ----

hosts: {}
`,
    ],
    [
      'has mappings of one line in order',
      'miner: { token: { env: X }, api: y }\n',
      'miner: { api: y, token: { env: X } }\n',
    ],
    [
      'has names and lists as they were',
      'hosts:\n  b: { address: x }\n  a:\n    workers:\n      w:\n        tasks: [precommit2, addpiece]\n',
      'hosts:\n  b: { address: x }\n  a:\n    workers:\n      w:\n        tasks: [precommit2, addpiece]\n',
    ],
    [
      'has a first key behind its dash',
      'hosts:\n  a:\n    workers:\n      w:\n        storage:\n          - seal: true # it seals\n            path: /a\n          - path: /b\n',
      'hosts:\n  a:\n    workers:\n      w:\n        storage:\n          - path: /a\n            seal: true # it seals\n          - path: /b\n',
    ],
    [
      'has what is noted deeper below a key with it',
      'hosts:\n  a: {}\n  # no more\nminer:\n  api: x\n  # not yet\n\n# for all\ndefaults: {}\n',
      'miner:\n  api: x\n  # not yet\n# for all\ndefaults: {}\n\nhosts:\n  a: {}\n  # no more\n',
    ],
    ['has keys that nobody knows last', 'later: 1\nversion: 1\n', 'version: 1\nlater: 1\n'],
    ['has its line ends', 'farm: a\r\nversion: 1 # x\r\n', 'version: 1 # x\r\nfarm: a\r\n'],
    ['ends with a line end', 'version: 1\nfarm: a', 'version: 1\nfarm: a\n'],
    [
      'has a text of several lines whole',
      'farm: |\n  a\n  b\nversion: 1\n',
      'version: 1\nfarm: |\n  a\n  b\n',
    ],
    [
      'has mappings of several lines within braces as they were',
      'rollout: { maxUnavailable: 2, # because of x\n  canary: true } # because of y\nversion: 1\n',
      'version: 1\nrollout: { maxUnavailable: 2, # because of x\n  canary: true } # because of y\n',
    ],
    [
      'has no alias before its anchor',
      'hosts: &a { x: {} }\ndefaults: *a\n',
      'hosts: &a { x: {} }\ndefaults: *a\n',
    ],
    ['has what is no mapping as it is', '- b\n- a\n', '- b\n- a\n'],
    ['may be empty', '', '\n'],
  ])('%s', (_, before, after) => {
    expect(formatConfig(before)).toBe(after);
    expect(formatConfig(after)).toBe(after);
  });

  const names = ['version', 'farm', 'sectorSize', 'miner', 'defaults', 'hosts', 'rollout', 'other'];
  const comment = fc.constantFrom('', '', ' # beside', '\n', '\n# alone\n', '\n\n# apart\n', '\n# above');
  const below = fc.array(fc.tuple(fc.constantFrom('api', 'token', 'tasks', 'ssh', 'workers', 'x'), comment), {
    maxLength: 4,
  });
  const file = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), comment, below), {
      selector: ([name]) => name,
      maxLength: 6,
    })
    .map((entries) =>
      entries
        .map(([name, note, inner]) => {
          const lines = inner.map(
            ([key, own], at) => `  ${key}${at}: ${at}${own.replaceAll('\n#', '\n  #')}`,
          );
          const beside = note.startsWith('\n') ? '' : note;
          return `${note.startsWith('\n') ? note.slice(1) : ''}${note.endsWith('above') ? '\n' : ''}${name}:${lines.length === 0 ? ` 1${beside}` : `${beside}\n${lines.join('\n')}`}`;
        })
        .join('\n'),
    );

  it('loses nothing and means the same, and is in order then', () => {
    fc.assert(
      fc.property(file, (text) => {
        const made = formatConfig(text);
        const parts = (of: string): readonly string[] =>
          of
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== '')
            .sort();
        expect(parts(made)).toEqual(parts(text));
        expect(parse(made)).toEqual(parse(text));
        expect(formatConfig(made)).toBe(made);
        const keys = Object.keys((parse(made) ?? {}) as object);
        const known = ['version', 'farm', 'sectorSize', 'miner', 'defaults', 'rollout', 'hosts', 'other'];
        expect(keys).toEqual(known.filter((key) => keys.includes(key)));
      }),
    );
  });

  it('has what heads each part above it, wherever that goes', () => {
    const headed = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 });
    fc.assert(
      fc.property(headed, fc.constantFrom('', '\n', '\n# right above\n'), (keys, between) => {
        const parts = keys.map((key) => `# of ${key}\n${between}${key}: 1\n`);
        const made = formatConfig(`# head\n\n${parts.join('\n')}`);
        const above = [...made.matchAll(/^# of (\w+)\n+(?:# right above\n)?(\w+):/gm)];
        expect(above.map(([, name]) => name)).toEqual(above.map(([, , key]) => key));
        expect(above).toHaveLength(keys.length);
      }),
    );
  });
});
