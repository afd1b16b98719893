import { describe, expect, it } from 'vitest';
import { carryOut, newIn } from '../../src/cli/carry-out.js';
import type { OnFarm } from '../../src/cli/on-farm.js';
import { Terminal } from '../../src/cli/terminal.js';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { success } from '../../src/diagnostic/result.js';
import { ACTION, MinerScene } from '../apply/miner-scene.js';
import { aDiagnostic } from '../support/observation.js';

const NO_ROOM: Diagnostic = { code: 'SF602', severity: 'warning', message: 'little room on host-1' };
const NO_MINER: Diagnostic = { code: 'SF511', severity: 'error', message: 'the miner did not answer' };

it('says of the look under the locks only what the look before did not show', () => {
  expect(newIn({ diagnostics: [{ ...NO_ROOM }, NO_MINER] }, { diagnostics: [NO_ROOM] })).toEqual([NO_MINER]);
  expect(newIn({ diagnostics: [NO_ROOM] }, { diagnostics: [NO_ROOM] })).toEqual([]);
});

/** Says nothing to anybody. */
class Mute extends Terminal {
  constructor() {
    super({ json: false, color: false });
  }

  override result(): void {
    return undefined;
  }

  override diagnostics(): void {
    return undefined;
  }
}

describe('a plan of which a machine cannot be locked', () => {
  /** What was begun, and what becomes of the rest. @param unlocked its name */
  async function carried(unlocked: string, action = ACTION) {
    const miner = new MinerScene();
    const { scene, context } = miner;
    scene.failing.set(`${unlocked} lock`, aDiagnostic('read-only'));
    const workspace: Partial<OnFarm['workspace']> = {
      times: context.times,
      applyContext: (_, emit) => ({ ...context, emit }),
      look: () => Promise.resolve({ observation: scene.observation, apis: context.apis }),
    };
    const begun: string[] = [];
    const said: string[] = [];
    const plan = miner.plan([miner.restart(action)]);
    const { undone } = await carryOut(
      { workspace: workspace as OnFarm['workspace'], signal: scene.interrupt.signal },
      new Mute(),
      plan,
      {
        drainTimeout: 60_000,
        within: {
          emit: (event) => {
            if (event.type === 'step-started') begun.push(event.step.id);
            if (event.type === 'step-skipped') said.push(event.diagnostic.message);
          },
          say: () => undefined,
          end: () => Promise.resolve(),
        },
      },
      () => success(plan),
    );
    return { begun, said, undone: undone.map(({ host }) => host) };
  }

  it('restarts no worker where lotus-miner comes first and runs there, and says so', async () => {
    const why = 'miner-1/lotus-miner/restart comes before, and miner-1 is not locked';
    expect(await carried('miner-1')).toEqual({
      begun: [],
      said: ['worker-1', 'worker-2'].map((worker) => `${worker}/restart was not begun: ${why}`),
      undone: ['miner-1', 'host-1', 'host-2'],
    });
  });

  it('restarts the workers where lotus-miner would come after them', async () => {
    const { begun, undone } = await carried('miner-1', { ...ACTION, last: true });
    expect([begun, undone]).toEqual([['worker-1/restart', 'worker-2/restart'], ['miner-1']]);
  });

  it('leaves out what belongs to a host of workers alone', async () => {
    const { begun, undone } = await carried('host-1');
    expect([begun, undone]).toEqual([['miner-1/lotus-miner/restart', 'worker-2/restart'], ['host-1']]);
  });
});
