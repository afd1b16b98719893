import { describe, expect, it } from 'vitest';
import { runsOn } from '../../src/cli/commands/rollback.js';
import { aHost } from '../support/farm.js';

describe('what runs on after a rollback', () => {
  const CONFIG = '/srv/lotus/config.toml';
  const ENV = '/etc/sealfarm/workers/worker-1/worker.env';
  const empty = aHost({ workers: [] });

  it.each<[string, ReturnType<typeof aHost>, readonly string[], RegExp]>([
    [
      "is lotus-miner, by what came back on a machine of the miner's own",
      empty,
      [CONFIG],
      /^lotus-miner\D+$/,
    ],
    ['is lotus-miner alone, where its file alone came back', aHost(), [CONFIG], /^lotus-miner(?!.*Workers)/],
    ['are workers', aHost(), [ENV], /^Workers(?!.*lotus-miner)/],
    ['are both', aHost(), [ENV, CONFIG], /^lotus-miner.* Workers/],
    ['is nothing on a host that was emptied', empty, [ENV], /^$/],
  ])('%s', (_, host, returned, words) => {
    expect(runsOn(host, returned)).toMatch(words);
  });
});
