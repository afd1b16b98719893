import { formatPatch, structuredPatch } from 'diff';
import { sectorStoreFile } from '../host/layout.js';
import { newSectorStore } from '../lotus/sectorstore.js';
import type { Action } from '../plan/plan.js';
import type { Mask } from '../secret/fingerprint.js';
import { maskedEnvironment, maskedText, maskedUnit } from './masked-text.js';

/** Lines that come and go in one file; what differs more is no edit, and would take long to compare. */
const MOST_EDITS = 2000;

/** The unified diff of the file a step writes, secrets as fingerprints; undefined for steps that write none. */
export function fileDiff(action: Action, mask: Mask): string | undefined {
  if (action.kind === 'create-sectorstore') {
    const text = newSectorStore(action.id ?? '(drawn when applied)', action.settings);
    return unified(sectorStoreFile(action.path), undefined, text);
  }
  if (action.kind !== 'write-file') return undefined;
  const shown = masking(action, mask);
  const before = action.before === undefined ? undefined : shown(action.before.reveal());
  return unified(action.path, before, shown(action.content.reveal()));
}

function masking({ path, open, content }: WriteFile, mask: Mask): (text: string) => string {
  if (open !== undefined) return (text) => maskedEnvironment(text, new Set(open), mask);
  if (!/\.(conf|service)$/.test(path)) return (text) => maskedText(text, mask);
  const ours = new Set(content.reveal().split('\n'));
  return (text) => maskedUnit(text, ours, mask);
}

type WriteFile = Extract<Action, { kind: 'write-file' }>;

/** The unified diff of one file; undefined where nothing differs. */
export function unified(path: string, before: string | undefined, after: string): string | undefined {
  const from = before === undefined ? '/dev/null' : path;
  const patch = structuredPatch(from, path, before ?? '', after, undefined, undefined, {
    context: 3,
    maxEditLength: MOST_EDITS,
  });
  if (patch === undefined) return `--- ${from}\n+++ ${path}\n@@ more than ${MOST_EDITS} lines differ @@\n`;
  if (patch.hunks.length === 0) return undefined;
  return formatPatch(patch, { includeIndex: false, includeUnderline: false, includeFileHeaders: true });
}
