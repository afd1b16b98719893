import { describe, expect, it } from 'vitest';
import { healthy, liveCodes, theFinding, type Seen } from '../../support/facts.js';
import { changePath, changeWorker } from '../../support/observation.js';
import { SEAL } from '../../support/plan.js';

function holding(...entries: readonly string[]): Seen {
  const seen = healthy();
  return { ...seen, observation: changeWorker(seen.observation, 'worker-1', changePath(SEAL, { entries })) };
}

describe('in a folder of sector files lies', () => {
  it.each<[entry: string, ...said: string[]]>([
    ['sealed/s-t01000-1'],
    ['piece/s-t00-7'],
    ['sealed/?'],
    ['sealed/backup.tar', 'SF523 error'],
    ['cache/s-t01000-1.bak', 'SF523 error'],
    ['unsealed/.nfs0000', 'SF523 error'],
    ['cache/lost+found', 'SF523 error'],
  ])('%s', (entry, ...said) => {
    expect(liveCodes(holding(entry))).toEqual(said);
  });

  it('more than can be told: the first are, with their path', () => {
    const entries = ['a', 'b', 'c', 'd', 'e'].map((name) => `sealed/${name}`);
    expect(theFinding(holding(...entries))).toMatchObject({
      message: expect.stringContaining('sealed/a, sealed/b, sealed/c and 2 more') as string,
      place: { kind: 'host', host: 'host-1', worker: 'worker-1', path: SEAL },
    });
  });
});
