import { Option } from 'commander';
import type { GlobalOptions } from './terminal.js';

export type PlanFormat = 'text' | 'json' | 'markdown';

/** What `--diff` does. */
export const DIFF_OPTION = 'show the unified diff of each file that is written, secrets as fingerprints';

/** Markdown is for pull requests. */
export function planFormat(): Option {
  return new Option('--format <format>', 'how to print it; markdown fits a comment on a pull request')
    .choices(['text', 'json', 'markdown'] satisfies PlanFormat[])
    .default('text');
}

/** `--format json` is the same as `--json`. */
export function withFormat<T extends GlobalOptions & { readonly format?: PlanFormat }>(options: T): T {
  return options.format === 'json' ? { ...options, json: true } : options;
}
