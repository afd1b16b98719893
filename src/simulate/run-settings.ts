import type { Durations } from './durations.js';

/** What a run goes by beside the farm itself. */
export interface RunSettings {
  readonly durations: Durations;
  /** Sectors to seal; undefined keeps the farm fed for ever. Some are kept ready before PC1, the others not begun. */
  readonly sectors?: number;
  /** Sectors in work at once at the most, as MaxSealingSectors in the miner's config.toml; undefined means any. */
  readonly maxSealing?: number;
  /** milliseconds of simulated time */
  readonly horizon: number;
  /** bytes a second between two machines */
  readonly bandwidth: number;
  /** Durations vary by this part of themselves, to both sides: 0 to 1. */
  readonly jitter: number;
  /** Any whole number; the same one gives the same run. */
  readonly seed: number;
  /** Beginnings and ends of tasks after which a run is ended before its time; 20,000,000 where nothing is said. */
  readonly mostEvents?: number;
}
