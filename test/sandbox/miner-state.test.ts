import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MinerState, type MinerStateFiles } from '../../src/sandbox/miner/miner-state.js';
import type { SectorRecord } from '../../src/sandbox/miner/pipeline.js';

let folder: string;
let files: MinerStateFiles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealfarm-test-'));
  files = { minerState: join(folder, 'sectors.json'), minerFinished: join(folder, 'finished.jsonl') };
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function sector(number: number, step: SectorRecord['step'] = 'PC1', state = 'PreCommit1'): SectorRecord {
  return { number, step, state, since: '2026-01-01T00:00:00Z', lastError: '', pc2Failures: 0, log: [] };
}

const finished = (number: number): SectorRecord => sector(number, 'done', 'Proving');

it('a miner that has never run has nothing', () => {
  expect(new MinerState(files).load()).toEqual({ sectors: [], calls: [] });
});

it('keeps what was saved, and writes a finished sector once', () => {
  const state = new MinerState(files);
  for (const last of [sector(2), sector(2, 'PC2', 'PreCommit2')])
    state.save({ sectors: [finished(1), last], calls: [] });
  expect(readFileSync(files.minerFinished, 'utf8').trimEnd().split('\n')).toHaveLength(1);
  expect(readFileSync(files.minerState, 'utf8')).not.toContain('Proving');
  const next = new MinerState(files);
  const sectors = [finished(1), sector(2, 'PC2', 'PreCommit2')];
  expect(next.load()).toEqual({ sectors, calls: [] });
  next.save({ sectors, calls: [] });
  expect(readFileSync(files.minerFinished, 'utf8').trimEnd().split('\n')).toHaveLength(1);
});

it('takes the end of a sector that was cut off between the two files, and no half line', () => {
  new MinerState(files).save({ sectors: [sector(1), sector(2)], calls: [] });
  appendFileSync(files.minerFinished, `${JSON.stringify(finished(1))}\n{"number":2,"st`);
  const state = new MinerState(files);
  expect(state.load().sectors).toEqual([finished(1), sector(2)]);
  state.save({ sectors: [finished(1), finished(2)], calls: [] });
  expect(new MinerState(files).load().sectors).toEqual([finished(1), finished(2)]);
});
