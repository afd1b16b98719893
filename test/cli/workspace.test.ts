import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Workspace } from '../../src/cli/workspace.js';
import { formatEntry } from '../../src/host/journal.js';
import { aFarm, CANARY } from '../support/farm.js';
import { inPlace } from '../support/observation.js';

let workspace: Workspace;

beforeEach(async () => {
  vi.stubEnv('SEALFARM_MINER_TOKEN', CANARY);
  const opened = await Workspace.open(aFarm(), undefined, { command: 'apply' });
  if (!opened.ok) throw new Error(opened.diagnostic.message);
  workspace = opened.value;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await workspace.close();
});

function redact(text: string): string {
  const { signal } = new AbortController();
  const probe = { observation: inPlace(aFarm()), apis: new Map() };
  return workspace.applyContext(probe, () => undefined, signal, workspace.times).redact(text);
}

/** Of a node, whose token nobody has told sealfarm. */
const FOREIGN = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJBbGxvdyI6WyJyZWFkIl19.c2lnbmF0dXJl_-x';

it("shows neither the miner's token nor another one that a host says", () => {
  expect(redact(`no ${CANARY}`)).toBe('no (secret)');
  expect(
    redact(`could not get DialArgs: parse "${FOREIGN}": first path segment in URL cannot contain colon`),
  ).toBe('could not get DialArgs: parse "(secret)": first path segment in URL cannot contain colon');
});

it('leaves an entry of the journal readable', () => {
  const why = `status 1: {"Authorization":"Bearer opaque\\"} \u001B[31m"FULLNODE_API_INFO=${FOREIGN}:/ip4/1.2.3.4"`;
  const line = redact(formatEntry({ at: '2026-01-02T03:04:05Z', who: 'a', command: 'apply', why }));
  expect(line).not.toMatch(/opaque|eyJ/);
  expect(JSON.parse(line)).toMatchObject({ who: 'a', command: 'apply' });
});
