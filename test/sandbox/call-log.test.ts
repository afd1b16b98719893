import { afterEach, expect, it } from 'vitest';
import { CallLog } from '../../src/sandbox/worker/call-log.js';
import { removeFolders, tempFolder } from '../apply/run-shell.js';

afterEach(removeFolders);

const call = (ID: string) => ({ id: { Sector: { Miner: 1000, Number: 7 }, ID }, method: 'FinalizeSector' });

it('tells the next process what this one has not returned', () => {
  const repo = tempFolder();
  const log = new CallLog(repo);
  expect(log.left()).toEqual([]);
  log.began(call('a'));
  log.began(call('b'));
  log.returned(call('a').id);
  expect(new CallLog(repo).left()).toEqual([call('b')]);
});
