import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { STEPS } from '../../scheduler/pipeline.js';
import { readJson, writeFileAtomically } from '../layout.js';
import type { OpenCall } from './calls.js';
import type { SectorRecord } from './pipeline.js';

interface Saved {
  readonly sectors: readonly SectorRecord[];
  readonly calls: readonly OpenCall[];
}

export interface MinerStateFiles {
  /** Sectors on their way and calls that are out, written whole at each change. */
  readonly minerState: string;
  /** Finished sectors, one JSON a line: there may be thousands, and nothing happens to them any more. */
  readonly minerFinished: string;
}

/** What of the miner outlives its process. */
export class MinerState {
  readonly #files: MinerStateFiles;
  readonly #finished = new Set<number>();

  constructor(files: MinerStateFiles) {
    this.#files = files;
  }

  /** As it was saved last; nothing of a miner that has never run. */
  load(): Saved {
    const { minerState } = this.#files;
    const finished = this.#loadFinished();
    for (const { number } of finished) this.#finished.add(number);
    const saved = existsSync(minerState) ? (readJson(minerState) as Saved) : { sectors: [], calls: [] };
    // One that was ended between the two writes has it in both.
    const going = saved.sectors.filter(({ number }) => !this.#finished.has(number));
    return { sectors: [...finished, ...going], calls: saved.calls };
  }

  /** A last line that was cut off is taken away: the next would be written behind it. */
  #loadFinished(): readonly SectorRecord[] {
    const { minerFinished: file } = this.#files;
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole !== text) writeFileAtomically(file, whole);
    return whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as SectorRecord]));
  }

  save({ sectors, calls }: Saved): void {
    const going = sectors.filter((sector) => {
      if (this.#finished.has(sector.number)) return false;
      if (!isFinished(sector)) return true;
      appendFileSync(this.#files.minerFinished, `${JSON.stringify(sector)}\n`);
      this.#finished.add(sector.number);
      return false;
    });
    writeFileAtomically(this.#files.minerState, JSON.stringify({ sectors: going, calls }));
  }
}

function isFinished({ step, state }: SectorRecord): boolean {
  return step === 'done' && state === STEPS.done.state;
}
