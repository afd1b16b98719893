import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { listed } from './report.js';

/** What is to be said of many hosts alike is said once, with where. */
export function gather(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const alike = new Map<string, Diagnostic[]>();
  for (const one of diagnostics) {
    const key = `${one.code} ${one.message}`;
    alike.set(key, [...(alike.get(key) ?? []), one]);
  }
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (first === undefined || others.length === 0) return first === undefined ? [] : [first];
    const places = others.flatMap(({ place }) =>
      place?.kind === 'host' ? [place.worker ?? place.host] : [],
    );
    return [{ ...first, message: `${first.message}; so it is with ${listed(places)}` }];
  });
}
