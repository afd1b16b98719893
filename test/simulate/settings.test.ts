import { describe, expect, it } from 'vitest';
import { readDurations } from '../../src/simulate/settings.js';

const DEFAULTS = { AP: 1, PC1: 2, PC2: 3, WaitSeed: 4, C1: 5, C2: 6, FIN: 7 };
const MINUTE = 60_000;
const NAMES = 'AP, PC1, PC2, WaitSeed, C1, C2, FIN or GET';

describe('readDurations', () => {
  it.each<[written: string, changed: object]>([
    ['PC1=4h', { PC1: 240 * MINUTE }],
    ['PC1=3h30m,PC2=12m,C2=90s', { PC1: 210 * MINUTE, PC2: 12 * MINUTE, C2: 90_000 }],
    ['pc1=1m,waitseed=2m,Fin=3m', { PC1: MINUTE, WaitSeed: 2 * MINUTE, FIN: 3 * MINUTE }],
    [' AP = 1m , C1=250ms ', { AP: MINUTE, C1: 250 }],
    // Without it the fetch takes as long as its bytes.
    ['GET=0s', { GET: 0 }],
    ['AP=0s,PC2=0s,WaitSeed=0s,C1=0s,C2=0s,FIN=0s', { AP: 0, PC2: 0, WaitSeed: 0, C1: 0, C2: 0, FIN: 0 }],
    ['PC1=1ms', { PC1: 1 }],
  ])('%j', (written, changed) => {
    expect(readDurations(written, DEFAULTS)).toEqual({ ...DEFAULTS, ...changed });
  });

  it.each<[written: string, message: string]>([
    ['', `write NAME=TIME, where NAME is ${NAMES}; not ''`],
    ['PC3=4h', `write NAME=TIME, where NAME is ${NAMES}; not 'PC3=4h'`],
    ['PC1', `write NAME=TIME, where NAME is ${NAMES}; not 'PC1'`],
    ['PC1=', `write NAME=TIME, where NAME is ${NAMES}; not 'PC1='`],
    ['=4h', `write NAME=TIME, where NAME is ${NAMES}; not '=4h'`],
    ['PC1=4h,', `write NAME=TIME, where NAME is ${NAMES}; not ''`],
    ['PC1=4h PC2=5m', `write NAME=TIME, where NAME is ${NAMES}; not 'PC1=4h PC2=5m'`],
    ['PC1=4h, toString=5m', `write NAME=TIME, where NAME is ${NAMES}; not 'toString=5m'`],
    ['PC1=4', "PC1: '4' is no duration such as 90s, 25m or 4h"],
    ['pc1=-4h', "PC1: '-4h' is no duration such as 90s, 25m or 4h"],
    ['WAITSEED=75min', "WaitSeed: '75min' is no duration such as 90s, 25m or 4h"],
    ['PC1=4h,pc1=5h', 'PC1 is written twice'],
    ['C2=1m,PC1=0h0m', 'PC1 must last longer than 0s'],
  ])('%j is refused', (written, message) => {
    expect(readDurations(written, DEFAULTS)).toBe(message);
  });
});
