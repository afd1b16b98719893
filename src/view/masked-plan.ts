import type { FieldChange, HostPlan, Plan, Step } from '../plan/plan.js';
import { fingerprints, maskedValue, type Mask } from '../secret/fingerprint.js';
import { fileDiff } from './file-diff.js';

export interface MaskedStep extends Step {
  /** Of the file that the step writes. */
  readonly diff?: string;
}

/** A plan that says which secret becomes another one, and none of them. */
export interface MaskedPlan extends Plan {
  readonly hosts: readonly MaskedHost[];
}

interface MaskedHost extends HostPlan {
  readonly steps: readonly MaskedStep[];
}

/**
 * Secrets as fingerprints, and the diff of each file where that is asked for.
 * @param salt drawn for this plan, kept nowhere
 */
export function masked(plan: Plan, salt: string, diffs: boolean): MaskedPlan {
  const mask = fingerprints(salt);
  const foreign = plan.foreign?.map((one) => ({
    ...one,
    pending: one.pending.map((change) => maskedChange(change, mask)),
  }));
  return {
    ...plan,
    ...(foreign === undefined ? {} : { foreign }),
    hosts: plan.hosts.map((host) => ({
      ...host,
      steps: host.steps.map((step) => maskedStep(step, mask, diffs)),
    })),
  };
}

function maskedStep(step: Step, mask: Mask, diffs: boolean): MaskedStep {
  const diff = diffs ? fileDiff(step.action, mask) : undefined;
  return {
    ...step,
    changes: step.changes.map((change) => maskedChange(change, mask)),
    ...(diff === undefined ? {} : { diff }),
  };
}

function maskedChange({ field, before, after }: FieldChange, mask: Mask): FieldChange {
  return {
    field,
    ...(before === undefined ? {} : { before: maskedValue(before, mask) }),
    ...(after === undefined ? {} : { after: maskedValue(after, mask) }),
  };
}
