import { FOREIGN, type ObservedProcess } from './observed.js';
import { againWords, type Again } from './starter.js';

/** Why a worker that sealfarm ends would not stay so, or not alone. */
export interface ComesBack {
  readonly code: 'SF555' | 'SF556';
  /** A clause. */
  readonly why: string;
  /** A sentence without its end: how it is ended so that it does. */
  readonly remedy: string;
}

/** What keeps a worker that somebody else started, beyond what sealfarm can end; undefined where nothing does. */
export function comesBack(process: ObservedProcess | undefined): ComesBack | undefined {
  const starter = process?.manager === FOREIGN ? process.told?.starter : undefined;
  if (starter?.kind === 'unit' && starter.shared === true) {
    return {
      code: 'SF555',
      why: `the unit ${starter.unit}, which started it, keeps other processes, too`,
      remedy: 'Take it out of that unit when it is quiet',
    };
  }
  if (starter === undefined || !('again' in starter)) return undefined;
  return {
    code: 'SF556',
    why: `${againWords(starter.again)} would start it again as before, beside sealfarm`,
    remedy: endWords(starter.again),
  };
}

function endWords({ pid, supervisor }: Again): string {
  const end = 'end the worker on the host when it is quiet';
  return supervisor === undefined
    ? `End process ${pid}, then ${end}`
    : `Take the worker out of what ${supervisor} keeps, or ${end} by it`;
}
