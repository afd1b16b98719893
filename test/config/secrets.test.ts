import { describe, expect, it } from 'vitest';
import { readFarm } from '../../src/farm/read-farm.js';
import { edited, type Edit, SAMPLE } from '../farm/sample.js';

const SECRET = 'S3cr-et/Value';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJBbGxvdyI6WyJyZWFkIl19.x-y_z';
const TOKEN = '{ env: MINER }';

const worker = (line: string): Edit => ['        profile: p\n', `        profile: p\n        ${line}\n`];

/** Everything that could be shown of a text. */
function shown(text: string): string {
  const { diagnostics } = readFarm(text, 'sealfarm.yaml');
  expect(diagnostics.length).toBeGreaterThan(0);
  return JSON.stringify(diagnostics);
}

describe.each([SECRET, JWT, `two words ${SECRET}`])('the secret %s is shown nowhere', (secret) => {
  it.each<[string, Edit[]]>([
    ['as the token', [[TOKEN, secret]]],
    ['as the token, quoted', [[TOKEN, `"${secret}"`]]],
    ['as a value of the token', [[TOKEN, `{ value: "${secret}" }`]]],
    ['as an environment variable', [[TOKEN, `{ env: "${secret}" }`]]],
    ['as a file', [[TOKEN, `{ file: "${secret}" }`]]],
    ['as a command', [[TOKEN, `{ command: "${secret}" }`]]],
    ['in a list', [[TOKEN, `["${secret}"]`]]],
    ['in a list of the wrong key', [[TOKEN, `{ env: ["${secret}"] }`]]],
    ['over several lines', [[TOKEN, `|\n    ${secret}\n    ${secret}\n`]]],
    [
      'behind an alias',
      [
        ['farm: f', `farm: &t "${secret}"`],
        [TOKEN, '*t'],
      ],
    ],
    ['before the address', [['api: /ip4', `api: ${secret}:/ip4`]]],
    [
      'before the address of the markets',
      [['  token:', `  marketsApi: ${secret}:/ip4/1.2.3.4/tcp/1/http\n  token:`]],
    ],
    ['in a variable', [worker(`env: { MINER_API_INFO: "${secret}:/ip4/10.0.0.1/tcp/2345/http" }`)]],
    ['in a variable of another name', [worker(`env: { MY_PASSWORD: "${secret}" }`)]],
    ['under an unknown key', [['farm: f', `farm: f\nminerToken: "${secret}"`]]],
    ['under an unknown key of ssh', [worker(`ssh: { passphrase: "${secret}" }`)]],
    [
      'also where it stands for another reason',
      [
        [TOKEN, `"${secret}"`],
        ['farm: f', `farm: "${secret}"`],
      ],
    ],
    [
      'beside another fault',
      [
        [TOKEN, `"${secret}"`],
        ['32GiB', `32GiB # ${secret}\n!`],
      ],
    ],
    ['in a text that is no YAML', [[TOKEN, `"${secret}"\n\tx`]]],
    ['in a text that is no YAML, unclosed', [[TOKEN, `{ value: ${secret}`]]],
    ['before a second document', [[TOKEN, `"${secret}"\n---\na: 1`]]],
  ])('%s', (_, edits) => {
    const output = shown(edited(...edits));
    expect(output).not.toContain(secret);
    expect(output).not.toContain(SECRET);
  });
});

it('a token of Lotus is masked even in a comment, a wrong place or a text of its own', () => {
  for (const text of [
    edited(['farm: f', `farm: 5 # ${JWT}`]),
    edited(['farm: f', `farm: [${JWT}]`]),
    edited(['farm: f', `${JWT}: f`]),
    edited(worker(`env: [MINER_API_INFO=${SECRET}]`)),
    JWT,
    `- ${JWT}`,
    `MINER_API_INFO=${SECRET}`,
  ]) {
    expect(shown(text)).not.toMatch(/eyJ|S3cr/);
  }
});

it.each([
  ['too short to look for elsewhere', 'pw1', 'pw1'],
  ['written with escapes', '"\\x53ecretValue"', 'x53ecret'],
  ['before a control character, where nothing is parsed', 'hidden-value \u0007', 'hidden'],
])('a token is masked where it stands: %s', (_, written, trace) => {
  const output = shown(edited([TOKEN, written]));
  expect(output).not.toContain(trace);
  expect(output).toContain('***');
});

describe('what is shown in its place', () => {
  function ranges(text: string): unknown[] {
    return readFarm(text, 'f').diagnostics.map(({ place }) =>
      place?.kind === 'file' ? place.range : undefined,
    );
  }

  it('is ***, and the columns fit', () => {
    expect(ranges(edited([TOKEN, SECRET]))).toEqual([
      { line: 6, column: 10, endColumn: 13, lineText: '  token: ***' },
    ]);
  });

  it('on one line with another fault after it', () => {
    const line = `miner: { api: /ip4/10.0.0.10/tcp/2345/http, token: ${SECRET}, x: 1 }`;
    const text = SAMPLE.replace(/miner:[^]*(?=profiles:)/, `${line}\n`);
    const lineText = 'miner: { api: /ip4/10.0.0.10/tcp/2345/http, token: ***, x: 1 }';
    expect(ranges(text)).toEqual([
      { line: 4, column: 52, endColumn: 55, lineText },
      { line: 4, column: 57, endColumn: 58, lineText },
    ]);
  });

  it('is what was there, where nothing is secret', () => {
    const text = edited(['farm: f', 'farm: 5'], [TOKEN, '{ command: [pass, show, miner/token] }']);
    expect(ranges(text)).toEqual([{ line: 2, column: 7, endColumn: 8, lineText: 'farm: 5' }]);
  });

  it('a reference to a token is none', () => {
    const text = edited([TOKEN, '{ env: MINER, file: ~/token }']);
    expect(ranges(text)).toMatchObject([{ lineText: '  token: { env: MINER, file: ~/token }' }]);
  });
});
