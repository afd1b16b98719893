import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../src/log/line-splitter.js';
import { redactor } from '../../src/log/redact.js';
import { Secret } from '../../src/secret/secret.js';

const TOKEN = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJBbGxvdyI6WyJyZWFkIiwid3JpdGUiXX0.CANARY-sIgnature_x-9';
const base64 = fc.string({
  unit: fc.constantFrom('a', 'b', 'X', 'Z', '0', '9', '-', '_'),
  minLength: 5,
  maxLength: 40,
});
const jwt = fc.tuple(base64, base64, base64).map(([head, body, end]) => `eyJ${head}.eyJ${body}.CANARY${end}`);

describe('redactor', () => {
  it('shows no part of a known secret, whatever its shape', () => {
    const redact = redactor([new Secret('not-a-web-token')]);
    expect(redact('a not-a-web-token, not-a-web-token')).toBe('a (secret), (secret)');
    expect(redact('a not-\u001B[1ma-web-token\u001B[0m')).toBe('a (secret)');
  });

  it.each([
    [
      `MINER_API_INFO=${TOKEN}:/ip4/10.0.0.1/tcp/2345/http`,
      'MINER_API_INFO=(secret):/ip4/10.0.0.1/tcp/2345/http',
    ],
    [
      `"FULLNODE_API_INFO": "opaque:/ip4/10.0.0.1/tcp/1234"`,
      '"FULLNODE_API_INFO": "(secret):/ip4/10.0.0.1/tcp/1234"',
    ],
    [`Authorization:[Bearer ${TOKEN}]`, 'Authorization:[Bearer (secret)]'],
    ['authorization: bearer opaque, and more', 'authorization: bearer (secret), and more'],
    [`token ${TOKEN} here`, 'token (secret) here'],
    [`cut off: ${TOKEN.slice(0, 30)}`, 'cut off: (secret)'],
    [`"${TOKEN}\\n"`, '"(secret)\\n"'],
    ['MINER_API_INFO=/ip4/10.0.0.1/tcp/2345/http', 'MINER_API_INFO=/ip4/10.0.0.1/tcp/2345/http'],
    [
      '2026-01-02T03:04:05.678Z\tINFO\tmain\tsealed s-t01000-7',
      '2026-01-02T03:04:05.678Z\tINFO\tmain\tsealed s-t01000-7',
    ],
    [`\u001B[${TOKEN}`, 'ecret)'],
    ['\u001B[34mINFO\u001B[0m x', 'INFO x'],
  ])('%j', (line, safe) => {
    expect(redactor([])(line)).toBe(safe);
  });

  it('finds a token anywhere in a line, and however the line was torn', () => {
    fc.assert(
      fc.property(fc.string(), jwt, fc.string(), fc.nat(), (before, token, after, cut) => {
        const bytes = Buffer.from(`${before.replaceAll('\n', ' ')}${token} ${after.replaceAll('\n', ' ')}\n`);
        const at = cut % bytes.length;
        const splitter = new LineSplitter();
        const lines = [bytes.subarray(0, at), bytes.subarray(at)].flatMap((chunk) => splitter.push(chunk));
        expect(lines.map(({ text }) => redactor([])(text)).join()).not.toContain('CANARY');
      }),
    );
  });
});
