import { finding } from '../config/finding.js';
import { didYouMean, quote } from '../config/wording.js';
import type { WrittenProfile } from '../config/written.gen.js';
import type { Report } from './report.js';
import { layered, readSettings, type WorkerSettings } from './worker-settings.js';

type Profiles = ReadonlyMap<string, WrittenProfile>;

/** The settings each profile comes to, what it extends worked in, above the given defaults. */
export function readProfiles(
  written: Readonly<Record<string, WrittenProfile>>,
  defaults: WorkerSettings,
  report: Report,
): ReadonlyMap<string, WorkerSettings> {
  const profiles: Profiles = new Map(Object.entries(written));
  const settings = new Map<string, WorkerSettings>();
  for (const start of profiles.keys()) {
    const { names, end } = chain(start, profiles, settings);
    if (end !== undefined) checkEnd(names, end, profiles, report);
    let below = settings.get(end ?? '') ?? defaults;
    for (const name of names.toReversed()) {
      below = layered(below, readSettings(profiles.get(name) ?? {}, ['profiles', name], report));
      settings.set(name, below);
    }
  }
  return settings;
}

/** A profile and those it extends, down to the first, or to one that is known, missing or in the chain already. */
function chain(
  start: string,
  profiles: Profiles,
  known: ReadonlyMap<string, unknown>,
): { readonly names: readonly string[]; readonly end: string | undefined } {
  const names = new Set<string>();
  let next: string | undefined = start;
  while (next !== undefined && profiles.has(next) && !known.has(next) && !names.has(next)) {
    names.add(next);
    next = profiles.get(next)?.extends;
  }
  return { names: [...names], end: next };
}

/** Says where a chain ends wrongly: in itself, or at a profile that is not there. */
function checkEnd(names: readonly string[], end: string, profiles: Profiles, report: Report): void {
  const last = names.at(-1);
  if (last === undefined) return;
  const at = ['profiles', last, 'extends'];
  if (names.includes(end)) {
    const circle = [...names.slice(names.indexOf(end)), end].map(quote).join(' → ');
    const help = 'Take one `extends` out.';
    report(finding('SF202', at, `profiles extend each other in a circle: ${circle}`, { help }));
  } else if (!profiles.has(end)) {
    const message = `there is no profile ${quote(end)}`;
    report(finding('SF201', at, message, didYouMean(end, profiles.keys())));
  }
}
