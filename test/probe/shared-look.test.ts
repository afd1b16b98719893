import { expect, it } from 'vitest';
import { sharedLook } from '../../src/probe/shared-look.js';

/** Looks that end one by one when they are told to, each giving its number. */
function looks() {
  const ends: (() => void)[] = [];
  let begun = 0;
  const ask = sharedLook(() => {
    const number = (begun += 1);
    return new Promise<number>((resolve, reject) =>
      ends.push(() => {
        if (number === 2) reject(new Error('the second fails'));
        else resolve(number);
      }),
    );
  });
  const end = async (): Promise<void> => {
    await expect.poll(() => ends.length).toBeGreaterThan(0);
    ends.shift()?.();
  };
  return { ask, end, begun: () => begun };
}

it('is one for all who ask before it begins, and the next for all who ask while it goes on', async () => {
  const { ask, end, begun } = looks();
  const first = [ask(), ask()];
  await expect.poll(begun).toBe(1);
  const second = [ask(), ask(), ask()];
  await end();
  expect(await Promise.all(first)).toEqual([1, 1]);
  await end();
  const failed = await Promise.allSettled(second);
  expect(new Set(failed.map(({ status }) => status))).toEqual(new Set(['rejected']));
  expect(begun()).toBe(2);
});

it('goes on after one that failed', async () => {
  const { ask, end } = looks();
  for (const expected of [1, undefined, 3]) {
    const asked = ask().catch(() => undefined);
    await end();
    expect(await asked).toBe(expected);
  }
});
