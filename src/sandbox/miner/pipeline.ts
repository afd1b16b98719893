import { setTimeout as pause } from 'node:timers/promises';
import { unreachable } from '../../diagnostic/unreachable.js';
import type { SectorId } from '../../lotus/file-type.js';
import type { PipelineTask } from '../../lotus/selector.js';
import { type PipelineStep, STEPS, stepAgain } from '../../scheduler/pipeline.js';
import { MINER_ID } from '../layout.js';
import { lasting } from '../lasting.js';
import type { Speed } from '../speed.js';
import { INTERVALS } from '../speed.js';
import type { Emit } from './event-log.js';
import { kindsOf } from './sector-log.js';

/** A sector on its way from nothing to Proving, as it is written down. */
export interface SectorRecord {
  readonly number: number;
  step: PipelineStep;
  /** Lotus's name for it, as `SectorsStatus` says it. Lotus: storage/pipeline/sector_state.go */
  state: string;
  /** RFC 3339 */
  since: string;
  lastError: string;
  /** Since its PC1. */
  pc2Failures: number;
  /** As `SectorsStatus` gives it, oldest first. */
  readonly log: { readonly at: string; readonly kind: string; readonly message: string }[];
}

export interface PipelineOptions {
  readonly schedule: (task: PipelineTask, sector: SectorId) => Promise<void>;
  /** Removes the unsealed copy from whoever has it. */
  readonly releaseUnsealed: (sector: SectorId) => Promise<void>;
  readonly speed: () => Speed;
  readonly emit: Emit;
  /** Called after every change of a sector. */
  readonly onChange: () => void;
}

/** Brings sectors through sealing. Lotus: storage/pipeline */
export class Pipeline {
  readonly #sectors = new Map<number, SectorRecord>();
  readonly #options: PipelineOptions;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  sectors(): SectorRecord[] {
    return [...this.#sectors.values()];
  }

  /** Begins so many new sectors; gives their numbers. */
  submit(count: number): number[] {
    const first = Math.max(0, ...this.#sectors.keys()) + 1;
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    for (const number of numbers) {
      const since = new Date().toISOString();
      this.#take({ number, step: 'AP', state: '', since, lastError: '', pc2Failures: 0, log: [] });
    }
    return numbers;
  }

  /** Goes on with sectors of an earlier miner. */
  restore(sectors: readonly SectorRecord[]): void {
    for (const sector of sectors) this.#take(sector);
  }

  #take(sector: SectorRecord): void {
    this.#sectors.set(sector.number, sector);
    void this.#seal(sector);
  }

  async #seal(sector: SectorRecord): Promise<void> {
    while (sector.step !== 'done') {
      const facts = STEPS[sector.step];
      this.#enter(sector, facts.state);
      try {
        await this.#work(sector);
        if (sector.step === 'PC1') sector.pc2Failures = 0;
        sector.step = facts.next;
        sector.lastError = '';
      } catch (error) {
        sector.lastError = error instanceof Error ? error.message : String(error);
        if (sector.step === 'PC2') sector.pc2Failures += 1;
        this.#enter(sector, facts.failedState);
        await pause(INTERVALS.retry);
        sector.step = stepAgain(sector.step, sector.pc2Failures);
      }
    }
    this.#enter(sector, STEPS.done.state);
  }

  async #work({ step, number }: SectorRecord): Promise<void> {
    const sector = { Miner: MINER_ID, Number: number };
    switch (step) {
      case 'WaitSeed':
        return lasting(() => this.#options.speed().WaitSeed);
      case 'FIN':
        await this.#options.releaseUnsealed(sector);
        return this.#options.schedule(step, sector);
      case 'AP':
      case 'PC1':
      case 'PC2':
      case 'C1':
      case 'C2':
      case 'GET':
        return this.#options.schedule(step, sector);
      case 'done':
        return;
      default:
        return unreachable(step);
    }
  }

  #enter(sector: SectorRecord, state: string): void {
    if (sector.state !== state) {
      const kinds = kindsOf(sector.state, state);
      sector.state = state;
      sector.since = new Date().toISOString();
      sector.log.push(...kinds.map((kind) => ({ at: sector.since, kind, message: sector.lastError })));
      const error = sector.lastError === '' ? {} : { error: sector.lastError };
      this.#options.emit({ event: 'sector-state', sector: sector.number, state, ...error });
    }
    this.#options.onChange();
  }
}
