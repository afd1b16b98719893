import type { Diagnostic } from '../diagnostic/diagnostic.js';

/** Something of a worker that the file cannot say as it is. Its message also stands in the file, as a comment at its place. */
export type Loss = Omit<Diagnostic, 'place'>;

/** Takes what there is to say of one worker. */
export type Report = (loss: Loss) => void;

/** SF660: a setting without a key. @param message without a secret in it */
export function lost(message: string, help: string, severity: Loss['severity'] = 'warning'): Loss {
  return { code: 'SF660', severity, message, help };
}

/** `A, B and C`; of many the first few. */
export function listed(words: readonly string[], most = 6): string {
  const shown =
    words.length > most ? [...words.slice(0, most - 1), `${words.length - most + 1} more`] : words;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}
