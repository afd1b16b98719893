import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm, MinerConfig, Worker } from '../../src/farm/farm.js';
import type { MinerMachine, Observation } from '../../src/observed/observed.js';
import type { Plan } from '../../src/plan/plan.js';
import { aFarm, aHost, aStorage, aWorker, TOKEN } from '../support/farm.js';
import { changeWorker, file, inPlace, stopped, unreached } from '../support/observation.js';
import { plan } from '../support/plan.js';

/** Hosts host-1 … with one worker each. */
function farmOf(...workers: readonly Partial<Worker>[]): Farm {
  const hosts = workers.map((worker, index) =>
    aHost({
      name: `host-${index + 1}`,
      workers: [aWorker({ name: `worker-${index + 1}`, ...worker })],
    }),
  );
  return aFarm({ hosts });
}

function said(made: Plan): readonly string[] {
  return made.diagnostics.filter(({ code }) => code === 'SF565').map(({ message }) => message);
}

const ALL = {};
const PC1 = { tasks: ['AP', 'PC1'] } as const;
const BEFORE = inPlace(farmOf(ALL, PC1));

describe('the last worker for a task', () => {
  it.each([
    ['stopped', ', and the file wants it stopped'],
    ['drained', ', and the file wants it drained'],
  ] as const)('that is to be %s is named with what nobody does from then on: SF565', (state, words) => {
    const made = plan(farmOf({ state }, PC1), BEFORE);
    expect(said(made)).toEqual([
      `worker-1 is the only worker for PC2, C2 that runs${words}: from then on nobody does it`,
    ]);
    expect(made.diagnostics).toMatchObject([
      { severity: 'warning', place: { host: 'host-1', worker: 'worker-1' } },
    ]);
    expect(made.waves[0]?.turns[0]).toMatchObject({ leaves: true });
  });

  it('is named, too, when it leaves the file', () => {
    const { repo, files } = { ...desire(farmOf(ALL), TOKEN, new Map()).hosts[0]?.workers[0] };
    const host = BEFORE.hosts.get('host-1');
    const old = host?.reached === true ? host.workers.get('worker-1') : undefined;
    if (host?.reached !== true || old === undefined || files === undefined || repo === undefined)
      throw new Error('not seen');
    const departed = new Map([['worker-1', { ...old, files, repo, listen: '10.0.0.11:3456' }]]);
    const seen: Observation = {
      ...BEFORE,
      hosts: new Map([
        ...BEFORE.hosts,
        ['host-1', { ...host, workers: new Map(), departed, forgotten: ['worker-1'] }],
      ]),
    };
    const [, second] = farmOf(ALL, PC1).hosts;
    const farm = aFarm({ hosts: [aHost({ workers: [] }), ...(second === undefined ? [] : [second])] });
    expect(said(plan(farm, seen))).toEqual([
      'worker-1 is the only worker for PC2, C2 that runs, and it is stopped for good: from then on nobody does it',
    ]);
  });

  it.each<[what: string, after: Farm, seen: Observation]>([
    ['comes back from its restart', farmOf({ env: new Map([['A', 'b']]) }, PC1), BEFORE],
    ['is not the last', farmOf({ state: 'stopped' }, ALL), inPlace(farmOf(ALL, ALL))],
    [
      'is followed by one that starts',
      farmOf({ state: 'stopped' }, ALL),
      changeWorker(inPlace(farmOf(ALL, ALL)), 'worker-2', stopped),
    ],
    [
      'is followed by one that is restarted for the task',
      farmOf({ state: 'stopped', tasks: ['DL'] }, { tasks: ['DL'] }),
      inPlace(farmOf({ tasks: ['DL'] }, { tasks: ['AP'] })),
    ],
    ['proves', farmOf({ state: 'stopped', tasks: ['WDP'] }), inPlace(farmOf({ tasks: ['WDP'] }))],
  ])('is not named where it %s', (_, after, seen) => {
    expect(said(plan(after, seen))).toEqual([]);
  });

  it('is the last of those that go', () => {
    const made = plan(farmOf({ state: 'stopped' }, { state: 'stopped' }), inPlace(farmOf(ALL, ALL)));
    expect(said(made)).toEqual([expect.stringContaining('worker-2 is the only worker for AP, PC1, PC2, C2')]);
  });
});

describe('the last PC2 of a group', () => {
  const inGroup = (state: Worker['state'], feeding: string): Farm =>
    farmOf(
      { state, storage: [aStorage({ groups: ['g'], allowTo: ['g'] })] },
      { storage: [aStorage({ groups: ['h'], allowTo: [feeding] })] },
    );

  it('is named where another worker hands its sectors over to it', () => {
    expect(said(plan(inGroup('stopped', 'g'), inPlace(inGroup('running', 'g'))))).toEqual([
      'worker-1 is the only worker for PC2 of g that runs, and the file wants it stopped: from then on nobody does it',
    ]);
    expect(said(plan(inGroup('stopped', 'h'), inPlace(inGroup('running', 'h'))))).toEqual([]);
  });
});

describe('the only worker for a proof, where the machine of lotus-miner was looked at', () => {
  const post = { tasks: ['WDP'], storage: [] } as const;

  function machine(text: string, more: Partial<MinerMachine> = {}): MinerMachine {
    const process = { pid: 7, repo: '/srv/lotus', startedAt: 1000, variables: new Map<string, string>() };
    return {
      reached: true,
      repo: '/srv/lotus',
      hostname: 'miner-1',
      config: file(text),
      processes: [process],
      written: new Map(),
      ...more,
    };
  }

  function proofs(
    minerMachine: NonNullable<Observation['minerMachine']>,
    worker: Partial<Worker>,
    config: MinerConfig = {},
  ): readonly string[] {
    const host = aHost({ name: 'miner-1', workers: [] });
    const farm = farmOf({ ...post, ...worker });
    const made = plan(
      { ...farm, miner: { ...farm.miner, host, config } },
      { ...inPlace(farmOf(post)), minerMachine },
    );
    return made.diagnostics
      .filter(({ code }) => code === 'SF562')
      .map(({ severity, message }) => `${severity}: ${message.replace(/^.*, nobody/, 'nobody')}`);
  }

  const SET = '[Proving]\n  DisableBuiltinWindowPoSt = true\n';
  const PROVES = '[Proving]\n  #DisableBuiltinWindowPoSt = false\n';
  const RESTARTED = { env: new Map([['A', 'b']]) };
  const [certain, perhaps] = [
    'nobody proves: lotus-miner has DisableBuiltinWindowPoSt set',
    'nobody proves if the miner has DisableBuiltinWindowPoSt set',
  ];
  const process = machine(SET).processes[0];
  if (process === undefined) throw new Error('no process');
  const { variables: _, ...unread } = process;
  const outranked = { ...process, variables: new Map([['LOTUS_PROVING_DISABLEBUILTINWINDOWPOST', 'true']]) };

  it.each<
    [what: string, NonNullable<Observation['minerMachine']>, MinerConfig, stops: string[], restarts: string[]]
  >([
    ['which leaves the proof to it', machine(SET), {}, [`error: ${certain}`], [`warning: ${certain}`]],
    ['which proves by itself', machine(PROVES), {}, [], []],
    [
      'which proves by itself until the file has its way',
      machine(PROVES),
      { disableBuiltinWindowPoSt: true },
      [`error: ${certain}`],
      [`warning: ${certain}`],
    ],
    [
      'which its variables keep from proving',
      machine(PROVES, { processes: [outranked] }),
      {},
      [`error: ${certain}`],
      [`warning: ${certain}`],
    ],
    [
      'whose variables nobody may read',
      machine(PROVES, { processes: [unread] }),
      {},
      [`warning: ${perhaps}`],
      [`warning: ${perhaps}`],
    ],
    ['that is not reached', unreached(), {}, [`warning: ${perhaps}`], [`warning: ${perhaps}`]],
    ['whose config.toml is broken', machine('[A'), {}, [`warning: ${perhaps}`], [`warning: ${perhaps}`]],
  ])('%s', (_, seen, config, stops, restarts) => {
    expect(proofs(seen, { state: 'stopped' }, config)).toEqual(stops);
    expect(proofs(seen, RESTARTED, config)).toEqual(restarts);
  });
});
