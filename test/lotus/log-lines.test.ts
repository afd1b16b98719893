import { describe, expect, it } from 'vitest';
import { explainLog } from '../../src/lotus/log-lines.js';

/** As lotus-worker and the shell before it print them. */
const LINES: readonly (readonly [string, string])[] = [
  [
    'ERROR: soft file descriptor limit (ulimit -n) too low, want 100000, current 1024',
    'it may open too few files',
  ],
  ['ERROR: repo is already locked', 'another process has its repo'],
  ['ERROR: listen tcp 10.0.0.4:3456: bind: address already in use', 'its port is taken'],
  [
    'ERROR: listen tcp 10.9.9.9:3456: bind: cannot assign requested address',
    'its host has no such address as `listen` says',
  ],
  [
    "ERROR: lotus-miner API version doesn't match: expected: APIVersion 1.5.0",
    'the worker and the miner are of different versions of Lotus',
  ],
  [
    '2026-01-02T03:04:05.000Z\tERROR\tmain\tget params: fetching file v28-stacked.params failed',
    'its proof parameters are missing, or still on their way',
  ],
  [
    '2026-01-02T03:04:05.000Z\tINFO\tpaths\tGetting params from https://proofs.example/',
    'its proof parameters are missing, or still on their way',
  ],
  [
    'ERROR: opening local path: parse sector id lost+found: expected integer',
    'a file in a sector folder has a name that is no sector',
  ],
  [
    'ERROR: unmarshalling storage metadata for /mnt/a: unexpected end of JSON input',
    'the sectorstore.json of a path cannot be read',
  ],
  ['ERROR: path with ID 1234 already opened: /mnt/a', 'two of its paths have the same storage ID'],
  [
    'Incorrect Usage: flag provided but not defined: -sector-download',
    'this lotus-worker does not know an option it was given',
  ],
  ['write /mnt/a/x: no space left on device: No space left on device', 'a disk is full'],
  ['mkdir /mnt/a/unsealed: Read-only file system', 'a disk is mounted read-only'],
  [
    'open /mnt/a/sectorstore.json: permission denied: Permission denied',
    'its user may not do what it has to',
  ],
  ['sh: 1: exec: /usr/local/bin/lotus-worker: Exec format error', 'its program cannot run on this machine'],
  [
    'lotus-worker: error while loading shared libraries: libhwloc.so.15',
    'its program cannot run on this machine',
  ],
  [
    'sealfarm-worker: 20: exec: /opt/lotus-worker: not found',
    'its program, or a file it needs, is not there',
  ],
  ['API not authenticated: missing permission to invoke', 'the miner does not take its token'],
];

describe('a line in the log of a worker', () => {
  it.each(LINES)('%s', (line, meaning) => {
    expect(explainLog(['INFO starting', line, ''])).toMatchObject({ line, meaning });
  });

  it('is explained with an instruction', () => {
    for (const [line] of LINES) expect(explainLog([line])?.remedy).toMatch(/^[A-Z`].{20,}\.$/);
  });

  it('counts before those above it', () => {
    const lines = ['ERROR: repo is already locked', 'bind: address already in use', 'INFO something'];
    expect(explainLog(lines)?.meaning).toBe('its port is taken');
  });

  it('that stands in every log counts only as the last one', () => {
    expect(explainLog(['Connecting to miner API... '])?.meaning).toMatch(/cannot talk to the miner/);
    expect(explainLog(['Connecting to miner API... ', 'INFO registered'])).toBeUndefined();
  });

  it('goes by what the worker tries now, and not by what it said at its start before', () => {
    const taken = 'ERROR: listen tcp 10.0.0.4:3456: bind: address already in use';
    const tries = 'Connecting to miner API... ';
    expect(explainLog([taken, tries])?.meaning).toMatch(/cannot talk to the miner/);
    for (const begin of ['INFO\tmain\tStarting lotus worker', 'WARN\tmain\tGraceful shutdown successful']) {
      expect(explainLog([taken, begin, 'INFO registered'])).toBeUndefined();
      expect(explainLog([begin, taken])?.meaning).toBe('its port is taken');
      // It ended so: that is all there is.
      expect(explainLog([taken, begin])?.meaning).toBe('its port is taken');
    }
  });

  it('that nobody knows is left alone', () => {
    expect(explainLog(['INFO sector not found in index', 'WARN storage: not found'])).toBeUndefined();
    expect(explainLog([])).toBeUndefined();
  });
});
