import { eventually } from '../support/cli.js';
import { FaultFarm } from './fault-farm.js';
import { Rounds } from './rounds.js';

/** So many suffer at a time. */
export const HOSTS = 10;

/** For whoever tries all there is. Milliseconds. */
export const LONGEST = 10_800_000;

/** Milliseconds for what is in the pipeline at the end. */
const MOST_LEFT = 600_000;

/** A farm at work, and the rounds on it. */
export class Trial {
  readonly farm: FaultFarm;
  readonly rounds: Rounds;

  private constructor(farm: FaultFarm) {
    this.farm = farm;
    this.rounds = new Rounds(farm);
  }

  static async begin(): Promise<Trial> {
    const trial = new Trial(await FaultFarm.up(HOSTS));
    try {
      await trial.rounds.begin();
      return trial;
    } catch (error) {
      await trial.farm.down();
      throw error;
    }
  }

  /** Every sector comes to its end, whatever has happened. */
  async end(): Promise<void> {
    try {
      await eventually('all sectors proving', () => this.farm.allProving(), MOST_LEFT);
    } catch (cause) {
      throw new Error(await this.farm.whereSectorsAre(), { cause });
    }
  }
}

/** A host for each, in their order; there are no more than HOSTS. */
export function byHost<T>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item, index) => [`host-${index + 1}`, item]));
}
