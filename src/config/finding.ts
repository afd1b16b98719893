import type { DiagnosticCode } from '../diagnostic/codes.js';
import type { Severity } from '../diagnostic/diagnostic.js';

/** Keys and indexes from the top of `sealfarm.yaml` down to a value, by which its place is found. */
export type YamlPath = readonly (string | number)[];

/** A diagnostic whose place is still a path: the rules know nothing of lines and columns. */
export interface Finding {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly help?: string;
  readonly at: YamlPath;
  /** Whether the key at the end of the path is meant, or its value. */
  readonly on: 'key' | 'value';
}

/** An error on the value at a path, unless `more` says otherwise. */
export function finding(
  code: DiagnosticCode,
  at: YamlPath,
  message: string,
  more: Partial<Pick<Finding, 'severity' | 'help' | 'on'>> = {},
): Finding {
  return { severity: 'error', on: 'value', ...more, code, at, message };
}
