import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Result } from '../../src/diagnostic/result.js';
import { redactor } from '../../src/log/redact.js';
import type { ProvingSchedule } from '../../src/lotus/proving.js';
import { parseProving, provingScript, type ToldProving } from '../../src/observed/proving-script.js';
import { CANARY } from '../support/farm.js';
import { HostFolder, SHELLS } from '../support/host-folder.js';

/** As lotus-miner 1.36 prints it. */
const INFO = `Miner: f01000
Current Epoch:           4501234
Proving Period Boundary: 1234
Proving Period Start:    4500114 (01 Jul 25 06:07 UTC, 9 hours 20 minutes ago)
Next Period Start:       4502994 (02 Jul 25 06:07 UTC, in 14 hours 40 minutes)

Faults:      3 (0.06%)
Recovering:  0
Deadline Index:       1
Deadline Sectors:     4690
Deadline Open:        4501194 (20 minutes ago)
Deadline Close:       4501254 (in 10 minutes)
Deadline Challenge:   4501174 (30 minutes ago)
Deadline FaultCutoff: 4501124 (55 minutes ago)`;

const ROWS = [
  '0         08:07:00  0           0 (0)             0',
  '1         08:37:00  2           4690 (3)          1                  (current)',
  '2         09:07:00  1           12 (0)            0',
  ...Array.from({ length: 45 }, (_, at) => `${at + 3}  09:37:00  0  0 (0)  0`),
];
const LIST = [
  'Miner: f01000',
  'deadline  open      partitions  sectors (faults)  proven partitions',
  ...ROWS,
].join('\n');

const SCHEDULE: ProvingSchedule = {
  epoch: 4501234,
  index: 1,
  challenge: 4501174,
  open: 4501194,
  close: 4501254,
  anchor: { epoch: 4500114, at: Date.UTC(2025, 6, 1, 6, 7) },
  recovering: 0,
  deadlines: [
    { partitions: 0, sectors: 0, proven: 0 },
    { partitions: 2, sectors: 4690, proven: 1, faults: 3 },
    { partitions: 1, sectors: 12, proven: 0 },
    ...Array.from({ length: 45 }, () => ({ partitions: 0, sectors: 0, proven: 0 })),
  ],
};

function answer(info: string, deadlines: string, status: readonly [number, number] = [0, 0]): string {
  const word = (text: string): string => Buffer.from(text).toString('base64') || '-';
  return `a banner\nsealfarm-proving 1\ninfo ${status[0]} ${word(info)}\ndeadlines ${status[1]} ${word(deadlines)}\nclock 1751380000\nsealfarm-proving end\n`;
}

function parsed(stdout: string): Result<ToldProving> {
  return parseProving('miner-1', stdout, redactor([]));
}

const TOLD = { ok: true, value: { schedule: SCHEDULE, clock: 1_751_380_000_000 } };

describe('what lotus-miner says of its deadlines', () => {
  it('is read', () => {
    expect(parsed(answer(INFO, LIST))).toEqual(TOLD);
  });

  it('is read from versions that do not say when each opens', () => {
    const older = LIST.replaceAll(/ {2}(?:open {6}|0\d:\d\d:00 )/g, '');
    expect(older).not.toContain('08:37');
    expect(parsed(answer(INFO, older))).toEqual(TOLD);
  });

  it('is read among logs', () => {
    expect(parsed(answer(`2025-07-01 WARN main\n${INFO}`, `${LIST}\n1 line of a log`))).toMatchObject({
      ok: true,
    });
  });

  it.each<[string, string, RegExp]>([
    [
      'a command that fails',
      answer('ERROR: could not get API info for FullNode', '', [1, 1]),
      /get API info for FullNode/,
    ],
    ['a list that fails', answer(INFO, 'ERROR: getting deadlines', [0, 1]), /getting deadlines/],
    ['a row that is missing', answer(INFO, LIST.replace(`${ROWS[1] ?? ''}\n`, '')), /47 +09:37/],
    ['a list that is cut off', answer(INFO, LIST.replace(/\n47 .*$/, '')), /46 +09:37/],
    ['a list that is cut off within a row', answer(INFO, LIST.slice(0, -5)), /does not tell/],
    ['no row', answer(INFO, 'Miner: f01000'), /Miner: f01000/],
    ['an epoch that is missing', answer(INFO.replace(/Current.*\n/, ''), LIST), /does not tell/],
    [
      'a deadline that is no more',
      answer(INFO.replace('Close:       4501254', 'Close: 4501200'), LIST),
      /does not tell/,
    ],
    [
      'a deadline that is none of the list',
      answer(INFO.replace('Index:       1', 'Index: 48'), LIST),
      /does not tell/,
    ],
    ['times of another zone', answer(INFO.replace('06:07 UTC', '08:07 CEST'), LIST), /does not tell/],
    ['a period without its time', answer(INFO.replace('01 Jul 25 06:07 UTC, ', ''), LIST), /does not tell/],
    ['no clock', answer(INFO, LIST).replace('clock 1751380000\n', ''), /does not tell/],
    ['nothing', answer('', ''), /it said nothing/],
    ['no answer to one of both', 'sealfarm-proving 1\ninfo 0 -\nsealfarm-proving end', /it said nothing/],
  ])('is not guessed from %s', (_, stdout, message) => {
    const result = parsed(stdout);
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF586' } });
    expect(!result.ok && result.diagnostic.message).toMatch(message);
  });

  it('is said without a token', () => {
    const said = `ERROR: bad FULLNODE_API_INFO=eyJhbGciOiJIUzI1NiJ9.${CANARY}.x:/ip4/1.1.1.1`;
    expect(JSON.stringify(parsed(answer(said, '', [1, 1])))).not.toContain(CANARY);
  });
});

describe.each(SHELLS)('asked by %s', (...shell) => {
  let folder: string;
  let host: HostFolder;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealfarm-test-'));
    host = new HostFolder();
    mkdirSync(join(folder, "miner's"));
    mkdirSync(join(folder, 'bin'));
  });
  afterEach(() => {
    host.remove();
    rmSync(folder, { recursive: true });
  });

  function ask(body: string): Result<ToldProving> {
    const path = join(folder, 'bin', 'lotus-miner');
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    const [sh = 'sh', ...args] = shell;
    const stdout = execFileSync(sh, [...args, '-s'], {
      input: provingScript({ repo: join(folder, "miner's"), user: userInfo().username }),
      encoding: 'utf8',
      env: {
        PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
        HOME: folder,
        MINER_API_INFO: 'another:/ip4/10.9.9.9/tcp/1/http',
      },
    });
    return parsed(stdout);
  }

  const TELL = `case $2 in info) cat <<'A'\n${INFO}\nA\n;; deadlines) cat <<'A'\n${LIST}\nA\n;; esac`;

  it('its command tells', () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const told = ask(`[ "$1 $TZ" = 'proving UTC' ] || exit 1; ${TELL}`);
    expect(told.ok && told.value.schedule).toEqual(SCHEDULE);
    expect(told.ok && told.value.clock).toBeGreaterThanOrEqual(before);
    expect(told.ok && told.value.clock).toBeLessThanOrEqual(Date.now());
  });

  it('its command has the repo, and no miner of the login', () => {
    const repo = join(folder, "miner's").replace("'", `'\\''`);
    expect(ask(`[ "$LOTUS_MINER_PATH$MINER_API_INFO" = '${repo}' ] || exit 1; ${TELL}`)).toMatchObject({
      ok: true,
    });
  });

  it('its command finds the node as the running miner does', () => {
    const program = join(host.path, 'lotus-miner');
    symlinkSync('/bin/sh', program);
    host.start(program, ['-c', 'while :; do sleep 1; done', 'run'], {
      LOTUS_MINER_PATH: join(folder, "miner's"),
      FULLNODE_API_INFO: `it's $HOME:${CANARY}`,
      LOTUS_PATH: '/srv/lotus daemon',
    });
    const check = `[ "$FULLNODE_API_INFO $LOTUS_PATH" = "it's \\$HOME:${CANARY} /srv/lotus daemon" ] || { echo "ERROR: no node"; exit 1; }`;
    // The process has its variables a moment after it has its number.
    for (let tries = 0; tries < 50; tries++) {
      const result = ask(`${check}; ${TELL}`);
      if (result.ok) return;
    }
    expect(ask(`${check}; ${TELL}`)).toMatchObject({ ok: true });
  });

  it('what it complains of is said', () => {
    const result = ask('echo "ERROR: could not get API info for FullNode" >&2; exit 1');
    expect(!result.ok && result.diagnostic.message).toContain('could not get API info for FullNode');
  });
});
