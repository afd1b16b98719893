/** How much of a farm a plan takes out of work, in workers. */
export interface LargePlan {
  readonly concerned: number;
  readonly running: number;
  /** `rollout.largePlan` */
  readonly mostPercent: number;
}
