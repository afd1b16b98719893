import { expect, it, vi } from 'vitest';
import { EXIT } from '../../src/cli/exit-code.js';
import { run } from '../../src/cli/program.js';
import { commandScene } from '../support/command.js';

// The number of events that ends a run takes minutes.
vi.mock(import('../../src/simulate/simulate.js'), async (original) => {
  const module = await original();
  return {
    ...module,
    simulateInSteps: (farm, hardware, settings) =>
      module.simulateInSteps(farm, hardware, { ...settings, mostEvents: 100 }),
  };
});

const FILE = `version: 1
farm: north
sectorSize: 32GiB
miner: { api: /ip4/10.0.0.10/tcp/2345/http, token: { env: MINER } }
hosts:
  all:
    address: 10.0.0.1
    hardware: { cpus: 64, memory: 512GiB, gpus: 1, disk: 15TiB }
    workers:
      all: { tasks: [addpiece, precommit1, precommit2, commit], storage: [{ path: /s, seal: true }] }
`;

const scene = commandScene(FILE);

async function simulate(...args: readonly string[]): Promise<number> {
  [scene.out, scene.err] = [[], []];
  return run(['simulate', '--config', scene.config, '--no-color', ...args]);
}

it('says where a run was ended since far too much happens', async () => {
  expect(await simulate()).toBe(EXIT.done);
  const [, days = ''] =
    /^warning SF618: far too much happens in 7 days: the simulation ended after (\d\.\d\d) of them$/m.exec(
      scene.err.join(''),
    ) ?? [];
  expect(Number(days)).toBeGreaterThan(0);
  expect(Number(days)).toBeLessThan(7);
  // What is shown is the time up to there.
  expect(scene.out.join('')).not.toContain('All other numbers leave out');
});

it('tells programs in the result itself', async () => {
  expect(await simulate('--json')).toBe(EXIT.done);
  expect(scene.err).toEqual([]);
  const { cutShort, simulated, since } = JSON.parse(scene.out.join('')) as Record<string, unknown>;
  expect({ cutShort, since }).toEqual({ cutShort: true, since: 0 });
  expect(simulated).toBeLessThan(7 * 86_400_000);
});
