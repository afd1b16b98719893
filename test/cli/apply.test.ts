import { describe, expect, it } from 'vitest';
import { stillMeant, type ApplyOptions } from '../../src/cli/commands/apply.js';
import { allowToSteps, hostPlan, limitSteps, planOf } from '../view/samples.js';

const PLANNED = planOf([hostPlan('host-1', limitSteps('host-1', 'worker-1', []))]);
const OTHER = planOf([hostPlan('host-1', allowToSteps('host-1', 'worker-1'))]);
const LARGE = { ...PLANNED, large: { concerned: 4, running: 10, mostPercent: 30 } };

const OPTIONS: ApplyOptions = { config: 'sealfarm.yaml', color: false };

describe('the plan made under the locks', () => {
  it('is carried out where it is the one that was shown', () => {
    expect(stillMeant(PLANNED, PLANNED, OPTIONS)).toEqual({ ok: true, value: PLANNED });
  });

  it('is not where it is another one, but with --yes: SF601', () => {
    expect(stillMeant(PLANNED, OTHER, OPTIONS)).toMatchObject({ ok: false, diagnostic: { code: 'SF601' } });
    expect(stillMeant(PLANNED, OTHER, { ...OPTIONS, yes: true })).toEqual({ ok: true, value: OTHER });
  });

  it('is not where it became large, not even with --yes: SF560', () => {
    for (const options of [OPTIONS, { ...OPTIONS, yes: true }]) {
      expect(stillMeant(PLANNED, LARGE, options)).toMatchObject({
        ok: false,
        diagnostic: { code: 'SF560', severity: 'error' },
      });
    }
    const allowed = { ...OPTIONS, yes: true, allowLarge: true };
    expect(stillMeant(PLANNED, LARGE, allowed)).toEqual({ ok: true, value: LARGE });
  });
});
