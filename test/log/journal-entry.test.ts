import { describe, expect, it } from 'vitest';
import { parseJournalEntry } from '../../src/log/journal-entry.js';

/** Recorded from systemd 252. */
const CURSOR =
  's=9f13fc524b754c3c9ae4f0bfc10f2d55;i=50e;b=5818bf5b45354b05b71f90ad05d685c7;m=afbaa4f5;t=6615cc09a1069;x=ebe913f036e0a1e6';
const RECORDED = `{"__MONOTONIC_TIMESTAMP":"2948244725","_BOOT_ID":"5818bf5b45354b05b71f90ad05d685c7","__CURSOR":"${CURSOR}","__REALTIME_TIMESTAMP":"1795900856471657","MESSAGE":"first line"}`;

describe('parseJournalEntry', () => {
  it.each([
    ['a message', RECORDED, { cursor: CURSOR, entries: [{ time: 1_795_900_856_471, text: 'first line' }] }],
    ['bytes that are no text', '{"MESSAGE":[104,105,27,255]}', { entries: [{ text: 'hi\u001B\uFFFD' }] }],
    ['lines', '{"MESSAGE":"a\\nb\\n"}', { entries: [{ text: 'a' }, { text: 'b' }] }],
    ['no message', '{"MESSAGE":null}', { entries: [{ text: '(an entry that cannot be shown)' }] }],
    ['half an entry', RECORDED.slice(0, -9), { entries: [{ text: '(an entry that cannot be shown)' }] }],
    ['no object', '7', { entries: [{ text: '(an entry that cannot be shown)' }] }],
    ['an absurd time', '{"__REALTIME_TIMESTAMP":"1e99","MESSAGE":"x"}', { entries: [{ text: 'x' }] }],
  ])('%s', (_, line, parsed) => {
    expect(parseJournalEntry(line)).toEqual(parsed);
  });
});
