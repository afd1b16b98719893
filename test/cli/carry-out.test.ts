import { expect, it } from 'vitest';
import { newIn } from '../../src/cli/carry-out.js';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';

const NO_ROOM: Diagnostic = { code: 'SF602', severity: 'warning', message: 'little room on host-1' };
const NO_MINER: Diagnostic = { code: 'SF511', severity: 'error', message: 'the miner did not answer' };

it('says of the look under the locks only what the look before did not show', () => {
  expect(newIn({ diagnostics: [{ ...NO_ROOM }, NO_MINER] }, { diagnostics: [NO_ROOM] })).toEqual([NO_MINER]);
  expect(newIn({ diagnostics: [NO_ROOM] }, { diagnostics: [NO_ROOM] })).toEqual([]);
});
