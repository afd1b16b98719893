import { distance } from 'fastest-levenshtein';

const LONGEST_QUOTE = 80;

/** A text of the file as a message shows it: on one line, and not too long. */
export function quote(text: string): string {
  const shown = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return `'${showControls(shown)}'`;
}

/** Control characters as their pictures (␛), one for one, so that columns stay and a terminal is safe. */
export function showControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => {
    const code = character.charCodeAt(0);
    if (code === 0x09) return ' ';
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\u2421';
  });
}

/** Help for a word that is not among the possible ones: the nearest, else the few there are, else `otherwise`. */
export function didYouMean(
  word: string,
  possible: Iterable<string>,
  otherwise?: string,
): { readonly help?: string } {
  const candidates = [...possible];
  const nearest = nearestTo(word, candidates);
  if (nearest !== undefined) return { help: `Did you mean ${quote(nearest)}?` };
  if (otherwise !== undefined) return { help: otherwise };
  if (candidates.length === 0 || candidates.length > 20) return {};
  return { help: `Possible: ${candidates.join(', ')}.` };
}

/** The candidate a word was most likely meant to be. */
export function nearestTo(word: string, candidates: readonly string[]): string | undefined {
  // Two neighbours exchanged are two steps; a word of which nothing is left was not meant.
  const allowed = Math.min(Math.ceil(word.length / 3), word.length - 1);
  let nearest: string | undefined;
  let least = allowed + 1;
  for (const candidate of candidates) {
    // The difference in length is a lower bound, and keeps long texts from being compared at all.
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const steps = distance(word.toLowerCase(), candidate.toLowerCase());
    if (steps < least) [nearest, least] = [candidate, steps];
  }
  return nearest;
}
