import { expect, it } from 'vitest';
import { MINER_END, MINER_HEAD } from '../../src/observed/miner-script.js';
import type { MinerMachine } from '../../src/observed/observed.js';
import { parseMiner } from '../../src/observed/parse-miner.js';

const PATHS = { config: '/etc/sealfarm', state: '/var/lib/sealfarm' };

function parsed(...lines: readonly string[]): MinerMachine {
  const answer = parseMiner('miner-1', PATHS, ['', MINER_HEAD, ...lines, MINER_END, ''].join('\n'));
  if (!answer.ok) throw new Error(answer.diagnostic.message);
  return answer.value;
}

const word = (text: string): string => Buffer.from(text).toString('base64');

/** Started in second 1000. */
function process(pid: number, ...more: readonly string[]): string {
  return ['miner', pid, word('2000 1100 10000 100'), '=/srv/lotus', 'seen', '-', '-', '-', ...more].join(' ');
}

const KEPT = [`kept 1300.5 ${word('later')}`, `kept 1200 ${word('then')}`, `kept 900 ${word('before')}`];

it('what it started with is the first version that was replaced since, in whatever order they are told', () => {
  for (const kept of [KEPT, KEPT.toReversed()]) {
    const seen = parsed(process(7), ...kept);
    expect(seen.processes).toMatchObject([{ pid: 7, startedAt: 1000 }]);
    expect(seen.startedWith?.reveal()).toBe('then');
  }
  expect(parsed(process(7), `kept 900 ${word('before')}`).startedWith).toBeUndefined();
});

it('of two processes nobody can say what either started with', () => {
  const seen = parsed(process(7), process(8), ...KEPT);
  expect(seen.processes.map(({ pid }) => pid)).toEqual([7, 8]);
  expect(seen.startedWith).toBeUndefined();
});

it('its program was replaced, with a version or without, or was not', () => {
  const replaced = (...more: readonly string[]): unknown =>
    parsed(process(7, '-', ...more)).processes[0]?.replaced;
  expect(replaced('replaced', '=1.37.0')).toEqual({ onDisk: '1.37.0' });
  expect(replaced('replaced', '-')).toEqual({});
  expect(replaced('same')).toBeUndefined();
  expect(replaced()).toBeUndefined();
});
