import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import { readFarmFile } from '../../../src/cli/load-farm.js';
import type { Hardware } from '../../../src/farm/farm.js';
import { layout } from '../../../src/sandbox/layout.js';
import type { MinerEvent } from '../../../src/sandbox/miner/event-log.js';
import { MINER } from '../../../src/simulate/model.js';
import { simulate } from '../../../src/simulate/simulate.js';
import { eventually } from '../../support/cli.js';
import { SandboxFarm } from '../../support/sandbox-farm.js';

/** The same for both, in milliseconds: long enough for the sandbox's own few to be lost in them. */
const SPEED = { AP: 700, PC1: 5000, PC2: 1450, WaitSeed: 2000, C1: 250, C2: 1600, FIN: 250, GET: 500 };

/** What the sandbox's machines have. */
const HARDWARE: Hardware = { cpus: 64, memory: 512 * 2 ** 30, swap: 0, gpus: 2 };

const SECTORS = 16;

/** Only worker-1 takes pieces, one after the other: then no two sectors ever come at once, and their order is certain. */
const ONE_BY_ONE: readonly (readonly [RegExp, string])[] = [
  [/pc1: \{ tasks: \[addpiece, precommit1\]/, 'pc1: { tasks: [precommit1]'],
  [/tasks: \[addpiece, precommit1, precommit2, commit\]/, 'tasks: [precommit1, precommit2, commit]'],
  [
    /worker-1:\n/,
    'worker-1:\n        tasks: [addpiece, precommit1, precommit2, commit]\n        limits: { AP: 1 }\n',
  ],
];

const CARGO: Readonly<Record<string, string>> = { PC1: 'unsealed', PC2: 'pc1-output', GET: 'finished' };

let farm: SandboxFarm;

function events(): readonly (MinerEvent & { readonly at: string })[] {
  const lines = readFileSync(layout(farm.dir).events, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as MinerEvent & { readonly at: string });
}

/** `worker-3 → worker-1: pc1-output`, one entry a sector. */
function transfers(): readonly string[] {
  const owners = new Map(
    [1, 2, 3].map((number) => {
      const text = readFileSync(farm.host(`host-${number}`, 'seal', 'sectorstore.json'), 'utf8');
      return [(JSON.parse(text) as { ID: string }).ID, `worker-${number}`] as const;
    }),
  );
  return events().flatMap((event) => {
    if (event.event !== 'transfer') return [];
    // The miner's own worker has the name of its machine, as in Lotus.
    const to = event.worker === hostname() ? MINER : event.worker;
    return event.from.map((id) => `${owners.get(id) ?? MINER} → ${to}: ${CARGO[event.task] ?? event.task}`);
  });
}

/** Milliseconds from the first sector's beginning to the last one's end. */
function sealingTime(): number {
  const times = events().flatMap((event) => (event.event === 'sector-state' ? [Date.parse(event.at)] : []));
  return Math.max(...times) - Math.min(...times);
}

afterEach(() => farm.down());

// The sandbox goes by a clock: where the machine is busy for half a second, another worker is the least used, and rightly so.
const AGAIN = { retry: 2 };

it('seals on simulated time what the sandbox seals on a clock, and moves the same files', AGAIN, async () => {
  farm = await SandboxFarm.up(3, SPEED);
  for (const [from, to] of ONE_BY_ONE) await farm.edit((text) => text.replace(from, to));
  expect((await farm.run(['apply', '--yes'])).code).toBe(0);
  await farm.submit(SECTORS);
  await eventually('all sectors proving', () => farm.allProving(SECTORS), 120_000);

  const { farm: described } = await readFarmFile(`${farm.dir}/sealfarm.yaml`, () => []);
  if (described === undefined) throw new Error('the sandbox has no farm');
  const outcome = simulate(described, new Map(described.hosts.map(({ name }) => [name, HARDWARE])), {
    durations: SPEED,
    sectors: SECTORS,
    horizon: 600_000,
    bandwidth: 1,
    jitter: 0,
    seed: 1,
  });
  const simulated = outcome.transfers.flatMap(({ from, to, cargo, sectors }) =>
    Array.from({ length: sectors }, () => `${from} → ${to}: ${cargo}`),
  );
  expect(outcome.finished).toBe(SECTORS);
  expect([...transfers()].sort()).toEqual(simulated.sort());
  const ratio = sealingTime() / outcome.simulated;
  expect(ratio).toBeGreaterThan(0.9);
  expect(ratio).toBeLessThan(1.1);
});
