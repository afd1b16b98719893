import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkFarm } from '../../src/check/check-layout.js';
import { formatConfig } from '../../src/config/format-config.js';
import { readFarm } from '../../src/farm/read-farm.js';
import { importFarm } from '../../src/import/import-farm.js';
import { lift } from '../../src/import/lift.js';
import { farmText } from '../../src/import/write-yaml.js';
import { ABOUT } from '../support/found-host.js';
import { FORTY } from './kinds.js';

describe('a farm of 40 machines of three kinds', () => {
  const { farm, comments, diagnostics } = importFarm(FORTY, ABOUT);
  const text = farmText(lift(farm), comments);

  it('reads as if a person had written it', async () => {
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden', 'forty.yaml'));
  });

  it('is in the order of `fmt`', () => {
    expect(formatConfig(text)).toBe(text);
  });

  it('is so, too, where a worker says all for itself', () => {
    const one = importFarm(FORTY.slice(0, 1), ABOUT);
    const alone = farmText(lift(one.farm), one.comments);
    expect(alone).toContain('listen:');
    expect(formatConfig(alone)).toBe(alone);
  });

  it('fits on two screens', () => {
    expect(text.split('\n').length).toBeLessThan(110);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it('is valid, with nothing to say of it', () => {
    const read = readFarm(text, 'sealfarm.yaml', checkFarm);
    expect(read.diagnostics.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(read.farm?.hosts).toHaveLength(40);
    expect(diagnostics).toEqual([]);
  });
});
