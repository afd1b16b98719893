import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { unreachable } from '../diagnostic/unreachable.js';
import type { Moved } from '../plan/seal.js';
import { foldNames } from './words.js';

/** More than these are only counted. */
const MOST_LINES = 12;

/** Why a saved plan is not applied: what is another than when it was made, a line each. */
export function doesNotHold(file: string, moved: readonly Moved[]): Diagnostic {
  const all = [...declaredLines(moved), ...moved.flatMap((one) => movedLine(one) ?? [])];
  const lines = all.slice(0, MOST_LINES);
  const more = all.length > lines.length ? [`and ${all.length - lines.length} more`] : [];
  return {
    code: 'SF623',
    severity: 'error',
    message: `${file} does not hold any more; nothing was changed`,
    help: ['Make a new plan and look at it. Another than when this one was made:', ...lines, ...more].join(
      '\n',
    ),
  };
}

/** Another farm, said by its name. */
export function ofAnotherFarm(file: string, theirs: string, farm: string): Diagnostic {
  return {
    code: 'SF623',
    severity: 'error',
    message: `${file} is a plan of the farm ${theirs}, this is the farm ${farm}; nothing was changed`,
    help: 'Name the right file with --config, or make a plan of this farm.',
  };
}

/** Another version plans otherwise: what differs then says nothing of the farm. */
export function ofAnotherVersion(file: string, theirs: string, version: string): Diagnostic {
  return {
    code: 'SF623',
    severity: 'error',
    message: `${file} was made by sealfarm ${theirs}, this is sealfarm ${version}; nothing was changed`,
    help: 'Make a new plan with this version, or apply this one with the version that made it.',
  };
}

function declaredLines(moved: readonly Moved[]): readonly string[] {
  const hosts = moved.flatMap(({ layer, host }) =>
    layer === 'declared' && host !== undefined ? [host] : [],
  );
  return hosts.length === 0 ? [] : [`what the file declares for ${foldNames(hosts).join(', ')}`];
}

function movedLine({ layer, host = '', subject = '' }: Moved): string | undefined {
  switch (layer) {
    case 'declared':
      return undefined;
    case 'seen':
      return `${host}: ${subject}`;
    case 'index':
      return `the miner's index: ${subject}`;
    case 'step':
      return `the step ${subject}`;
    default:
      return unreachable(layer);
  }
}
