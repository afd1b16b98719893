import { describe, expect, it } from 'vitest';
import { parseJournalEntry } from '../../src/log/journal-entry.js';

/** Recorded from systemd 252. */
const RECORDED =
  '{"__MONOTONIC_TIMESTAMP":"1000","_BOOT_ID":"b","__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1767322800123456","MESSAGE":"sealed"}';

describe('parseJournalEntry', () => {
  it.each([
    ['a message', RECORDED, { cursor: 's=1;i=2', entries: [{ time: 1_767_322_800_123, text: 'sealed' }] }],
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
