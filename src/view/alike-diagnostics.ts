import type { Diagnostic, Place } from '../diagnostic/diagnostic.js';

/** What is wrong in one place, and the names of the hosts or workers that have the same. */
export interface AlikeDiagnostics {
  readonly first: Diagnostic;
  readonly others: readonly string[];
}

/**
 * Those that say the same of several hosts or workers together, in the place of the first: three hundred hosts behind
 * one broken switch are one thing to read. Each stands alone that says anything of its own, such as a fingerprint.
 */
export function foldAlike(list: readonly Diagnostic[]): readonly AlikeDiagnostics[] {
  const groups = new Map<unknown, Diagnostic[]>();
  for (const diagnostic of list) {
    const key = shapeOf(diagnostic) ?? diagnostic;
    groups.set(key, [...(groups.get(key) ?? []), diagnostic]);
  }
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ first, others: [...new Set(others.flatMap(({ place }) => nameOf(place)))] }],
  );
}

/** What is said, with a blank for whom it is said of; nothing where it is not of a host or a worker as such. */
function shapeOf({ code, severity, message, place, help }: Diagnostic): string | undefined {
  if (place?.kind !== 'host') return undefined;
  const { host, worker, path } = place;
  // The longer first: a worker may be called as its host is, and more.
  const names = [host, worker]
    .filter((name) => name !== undefined)
    .sort((a, b) => b.length - a.length)
    .map((name) => new RegExp(`(?<![\\w.-])${name.replace(/[^\w-]/g, '\\$&')}(?![\\w-])`, 'g'));
  const blank = (text: string): string =>
    names.reduce((rest, name) => rest.replace(name, '\0'), text).replace(ADDRESS, '\0');
  return JSON.stringify([code, severity, path, worker === undefined, blank(message), blank(help ?? '')]);
}

/** Of IPv4, or of IPv6 in brackets, with its port. */
const ADDRESS = /(?:\b\d{1,3}(?:\.\d{1,3}){3}\b|\[[\da-f:]+\])(?::\d+)?/g;

function nameOf(place: Place | undefined): readonly string[] {
  return place?.kind === 'host' ? [place.worker ?? place.host] : [];
}
