import { describe, expect, it } from 'vitest';
import { Level } from '../../src/simulate/level.js';

/** 2 from 10 on, 5 from 20 to 30, then 1. */
function steps(): Level {
  const level = new Level();
  level.change(10, 2);
  level.change(20, 3);
  level.change(30, -4);
  return level;
}

describe('a level', () => {
  it('has a mean over all the time, and a peak', () => {
    // 0 x 10 + 2 x 10 + 5 x 10 + 1 x 10 = 80
    expect(steps().mean(40)).toBe(2);
    expect(steps().peak).toBe(5);
    expect(steps().value).toBe(1);
  });

  it('goes on as it is until the end', () => {
    // 70 by 30, and 1 x 70
    expect(steps().mean(100)).toBe(1.4);
  });

  it('has no mean over no time', () => {
    expect(new Level().mean(0)).toBe(0);
    expect(new Level(7).mean(7)).toBe(0);
  });

  it('may begin late', () => {
    const level = new Level(20);
    level.change(25, 4);
    // 0 x 5 + 4 x 5
    expect(level.mean(30)).toBe(2);
  });

  it('forgets what was, but not where it stands', () => {
    const level = steps();
    level.restart(30);
    expect(level.peak).toBe(1);
    level.change(40, 2);
    level.change(50, -1);
    // 1 x 10 + 3 x 10 + 2 x 20
    expect(level.mean(70)).toBe(2);
    expect(level.peak).toBe(3);
  });

  it('may start anew between two changes', () => {
    const level = steps();
    level.restart(35);
    expect(level.mean(45)).toBe(1);
  });
});
