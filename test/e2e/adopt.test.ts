import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import { HOSTS, only, REPO, startByHand } from './lab/by-hand.js';
import { Lab } from './lab/lab.js';

/** Hosts whose workers somebody else started: by a unit of his own, in tmux, and by a unit that no boot starts. */
let lab: Lab;
type HostName = (typeof HOSTS)[number];
const before = new Map<HostName, string>();

interface Planned {
  readonly hosts: readonly {
    readonly steps: readonly { readonly id: string; readonly disruption: string }[];
  }[];
  readonly diagnostics: readonly { readonly code: string }[];
  readonly foreign?: readonly { readonly worker: string; readonly starter: string }[];
}

async function plan() {
  const { stdout } = await lab.sealfarm('plan', '--json', '--target', ...HOSTS);
  const { hosts, diagnostics, foreign = [] } = JSON.parse(stdout) as Planned;
  return {
    steps: hosts.flatMap(({ steps }) => steps),
    found: diagnostics.map(({ code }) => code),
    foreign: foreign.map(({ worker, starter }) => `${worker}: ${starter}`).toSorted(),
  };
}

/** Milliseconds; longer than all that is done before. */
const SEED_WAIT = 600_000;
const SECTORS = 6;

const untilAll = (wanted: string): Promise<void> =>
  eventually(`all sectors are in ${wanted}`, async () => {
    const states = await lab.sectorStates();
    return states.length === SECTORS && states.every((state) => state === wanted);
  });

beforeAll(async () => {
  lab = await Lab.up();
  await lab.edit((text) =>
    text
      .replace(", limits: { PC1: 1 }, cpus: '0', memory: 128GiB }", ' }')
      .replace(/worker-plain:\n {8}profile: feeder/, 'worker-plain:\n        profile: all')
      .replace('groups: [plain], allowTo: [sudo]', 'groups: [plain], allowTo: [plain]')
      .replace(/worker-(plain|inner|closed):\n/g, `$&        repo: ${REPO}\n`),
  );
  await startByHand(lab);
  for (const host of HOSTS) before.set(host, await only(lab, host));
});

afterAll(async () => {
  await lab.down();
});

it('is taken over as it runs, whoever started it', async () => {
  await eventually('they are registered', async () => (await plan()).found.every((code) => code !== 'SF508'));
  const { steps, found } = await plan();
  expect(found).toEqual(['SF550']);
  expect(new Set(steps.map(({ disruption }) => disruption))).toEqual(new Set(['none']));
  await lab.submit(SEED_WAIT, SECTORS);
  await lab.succeed('apply', '--yes', '--target', ...HOSTS);
  for (const host of HOSTS) expect(await only(lab, host)).toBe(before.get(host));
  expect(await plan()).toEqual({
    steps: [],
    found: ['SF550'],
    foreign: [
      'worker-closed: the unit seal.service',
      'worker-inner: tmux session 0',
      'worker-plain: the unit seal.service',
    ],
  });
});

it('comes back once after a boot: by the unit that is enabled, be it the old one or that of sealfarm', async () => {
  await untilAll('WaitSeed');
  for (const host of ['plain', 'inner'] as const) await lab.reboot(host);
  for (const host of ['plain', 'inner'] as const) await lab.untilRunning(`worker-${host}`);
  expect(await only(lab, 'plain')).toMatch(/^\d+$/);
  expect(await only(lab, 'inner')).toMatch(/^\d+$/);
  expect(await plan()).toEqual({
    steps: [],
    found: ['SF550'],
    foreign: ['worker-closed: the unit seal.service', 'worker-plain: the unit seal.service'],
  });

  await lab.endSeedWait();
  await untilAll('Proving');

  await lab.succeed('apply', '--yes', '--disable-foreign-units', '--target', ...HOSTS);
  await lab.reboot('plain');
  await lab.untilRunning('worker-plain');
  expect(await only(lab, 'plain')).toMatch(/^\d+$/);
  expect(await plan()).toEqual({ steps: [], found: [], foreign: ['worker-closed: the unit seal.service'] });
});

it('is restarted by sealfarm where that is asked for, and its old unit does not bring it back', async () => {
  await lab.succeed('apply', '--yes', '--restart-to-adopt', '--target', ...HOSTS);
  expect(await plan()).toEqual({ steps: [], found: [], foreign: [] });
  expect(await only(lab, 'closed')).toMatch(/^\d+$/);
  expect(await only(lab, 'closed')).not.toBe(before.get('closed'));
  expect(await lab.sh('closed', 'systemctl is-active seal.service || :')).toBe('inactive');
  expect(await lab.failedJobs()).toEqual([]);
});
