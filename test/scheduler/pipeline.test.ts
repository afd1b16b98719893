import { describe, expect, it } from 'vitest';
import { stepAgain } from '../../src/scheduler/pipeline.js';

describe('a step that failed', () => {
  it.each([
    ['PC1', 0, 'PC1'],
    ['PC2', 1, 'PC2'],
    ['PC2', 3, 'PC2'],
    ['PC2', 4, 'PC1'],
    ['C1', 9, 'C1'],
    ['C2', 0, 'C1'],
    ['FIN', 9, 'FIN'],
    ['GET', 0, 'FIN'],
  ] as const)('%s goes on after %i failures of PC2 with %s', (step, failures, expected) => {
    expect(stepAgain(step, failures)).toBe(expected);
  });
});
