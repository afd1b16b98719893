/** How long the parts of sealing last in the sandbox, in milliseconds. */
export interface Speed {
  readonly AP: number;
  readonly PC1: number;
  readonly PC2: number;
  /** 150 epochs, that is 75 minutes, on a real farm. */
  readonly WaitSeed: number;
  readonly C1: number;
  readonly C2: number;
  readonly FIN: number;
  readonly GET: number;
}

export const DEFAULT_SPEED: Speed = {
  AP: 300,
  PC1: 6000,
  PC2: 2000,
  WaitSeed: 3000,
  C1: 300,
  C2: 2000,
  FIN: 300,
  GET: 300,
};

/** Lotus's own intervals, about twenty times faster. All in milliseconds. */
export const INTERVALS = {
  /** A worker's storage report and look at the miner; the miner's look at a worker. Lotus: 10 s */
  heartbeat: 500,
  /** Silence after which storage is not chosen and a worker counts as lost. Lotus: 50 s */
  silence: 2500,
  /** How long a failed step of a sector rests before it is tried again. Lotus: 1 min */
  retry: 1000,
  /** Between two looks at how long a job or the wait for a seed lasts, which may be changed meanwhile. */
  look: 1000,
  /** From `Shutdown` to the end of the process. Lotus: 20 s */
  shutdown: 2000,
} as const;
