/** What sealfarm's exit status says. 64 and 78 are those of sysexits.h. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** `plan --detailed-exitcode`: there is something to do. */
  changes: 2,
  /** Some hosts could not be reached; what was said or done holds for the others. */
  partial: 3,
  /** A drain cannot end as things are. */
  never: 4,
  usage: 64,
  badConfig: 78,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
