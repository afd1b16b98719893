import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm, Miner } from '../../src/farm/farm.js';
import { formatEnvFile } from '../../src/host/env-file.js';
import type { MinerMachine, Observation, ObservedWorker } from '../../src/observed/observed.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { steps, type Step } from '../../src/plan/plan.js';
import { notHandedOut, planRotation, type RotationStage } from '../../src/plan/rotation.js';
import { Secret } from '../../src/secret/secret.js';
import { rotationWords } from '../../src/view/rotation.js';
import { aFarm, aHost, aWorker, CANARY, TOKEN } from '../support/farm.js';
import { startedBy, withoutOurs } from '../support/foreign.js';
import {
  changeLive,
  changeMiner,
  changeProcess,
  changeWorker,
  file,
  inPlace,
  unreached,
} from '../support/observation.js';

const MACHINE: MinerMachine = {
  reached: true,
  repo: '/srv/lotus',
  hostname: 'miner-1',
  config: file('[Storage]\n  LocalWorkerName = "own"\n'),
  writtenAt: 500,
  processes: [
    {
      pid: 7,
      repo: '/srv/lotus',
      startedAt: 1000,
      variables: new Map(),
      unit: 'lotus-miner.service',
      program: '1:2',
    },
  ],
  written: new Map(),
};

function declared(more: Partial<Miner> = {}): Farm {
  const farm = aFarm();
  return { ...farm, miner: { ...farm.miner, host: farm.hosts[0] ?? aHost(), ...more } };
}

const FARM = declared();
const SEEN = { ...inPlace(FARM), minerMachine: MACHINE };

function stage(seen: Observation = SEEN, farm = FARM): RotationStage {
  const desired = desire(farm, TOKEN, new Map());
  return planRotation(desired, seen, makePlan(desired, seen));
}

function why(of: RotationStage): string {
  return of.stage === 'refused'
    ? of.diagnostics.map(({ code, message }) => `${code} ${message}`).join('; ')
    : of.stage;
}

describe('a change of the token', () => {
  it('begins with all workers that run, on a farm that is as its file says', () => {
    expect(stage()).toEqual({
      stage: 'begin',
      host: 'host-1',
      action: {
        kind: 'restart-miner',
        miner: { repo: '/srv/lotus' },
        pid: 7,
        by: { unit: 'lotus-miner.service' },
        margin: 600_000,
        ownWorkers: ['own', 'miner-1'],
        program: '1:2',
      },
      workers: [{ host: 'host-1', worker: 'worker-1', tasks: FARM.hosts[0]?.workers[0]?.tasks }],
      strangers: [],
    });
  });

  it('tells of workers that it cuts off, and not of the one within the miner', () => {
    const [[, first] = []] = SEEN.miner.workers;
    if (first === undefined) throw new Error('no worker');
    const named = (name: string) => [name, { ...first, Info: { ...first.Info, Hostname: name } }] as const;
    const workers = new Map([...SEEN.miner.workers, named('own'), named('miner-1'), named('strange')]);
    const seen = stage({ ...changeMiner(SEEN, { workers }), minerMachine: MACHINE });
    expect(seen).toMatchObject({ stage: 'begin', strangers: ['strange'] });
    expect(seen.stage === 'begin' && rotationWords(seen)).toContain('cut off from then on: strange.');
  });

  it('says of workers for proofs that they are first, and what is not made until then', () => {
    const begun = stage();
    if (begun.stage !== 'begin') throw new Error('it begins');
    expect(rotationWords(begun)).not.toMatch(/proofs|PoSt of|not made/);
    const posting = { ...begun, workers: [{ host: 'h', worker: 'w', tasks: ['WDP', 'WNP'] as const }] };
    expect(rotationWords(posting)).toMatch(/restarted in waves, those for proofs first/);
    expect(rotationWords(posting)).toMatch(/WindowPoSt and WinningPoSt is not made from 2 on/);
  });

  it('is refused where the restart of lotus-miner changes more, or may leave proofs to nobody', () => {
    const desired = desire(FARM, TOKEN, new Map());
    const plan = makePlan(desired, SEEN);
    const pending = [{ field: '[Storage] AllowCommit', before: 'true', after: 'false' }];
    const waits = { ...plan, miner: { host: 'host-1', pending, hidden: [] } };
    expect(why(planRotation(desired, SEEN, waits))).toMatch(/^SF653 .*pending/);
    const hides = { ...plan, miner: { host: 'host-1', pending: [], hidden: ['[Storage] AllowCommit'] } };
    expect(planRotation(desired, SEEN, hides).stage).toBe('begin');
    const left = { ...plan, diagnostics: [{ code: 'SF659', severity: 'warning', message: '' } as const] };
    expect(why(planRotation(desired, SEEN, left))).toMatch(/^SF653 .*pending/);
  });

  it.each<[string, Partial<MinerMachine>, RegExp]>([
    ['and nobody kept the version before', {}, /^SF653 .*config\.toml was written since lotus-miner started/],
    [
      'in a key that sealfarm does not know',
      {
        startedWith: new Secret(
          '[Storage]\n  LocalWorkerName = "own"\n[Subsystems]\n  EnableSealing = false\n',
        ),
      },
      /^SF653 .*pending/,
    ],
  ])('is refused where config.toml was edited by hand since the start %s', (_what, more, words) => {
    const seen = { ...SEEN, minerMachine: { ...MACHINE, writtenAt: 2000, ...more } };
    expect(why(stage(seen))).toMatch(words);
    const same = { startedWith: new Secret(`# words\n[Storage]\nlocalWorkerName = "own"\n`) };
    expect(stage({ ...SEEN, minerMachine: { ...MACHINE, writtenAt: 2000, ...same } }).stage).toBe('begin');
  });

  it('goes on where a worker was started with another token', () => {
    const found = stage(withTokenOfBefore());
    expect(found).toMatchObject({ stage: 'finish', workers: ['worker-1'], drained: [] });
    expect(found.stage === 'finish' && rotationWords(found)).toContain('and worker-1 restarted in waves');
    expect(found.stage === 'finish' && found.old.map((token) => token.reveal())).toEqual(['before']);
    expect(found.stage === 'finish' && rotationWords(found)).not.toContain('before:');
    expect(JSON.stringify(found)).not.toContain(CANARY);
  });

  it('goes on where the address of the markets holds the token as well', () => {
    const farm = declared({ marketsApi: '/ip4/10.0.0.12/tcp/2346/http' });
    const before = (name: string, info: Secret): readonly [string, Secret] => [
      name,
      name.endsWith('_API_INFO') ? new Secret(info.reveal().replace(TOKEN.reveal(), 'before')) : info,
    ];
    const seen = changeWorker(
      inPlace(farm),
      'worker-1',
      changeProcess((process) => ({
        ...process,
        environ: new Map([...process.environ].map(([name, info]) => before(name, info))),
      })),
    );
    const plan = makePlan(desire(farm, TOKEN, new Map()), seen);
    const restart = steps(plan).find(({ action }) => action.kind === 'restart');
    expect(restart?.changes.map(({ field }) => field)).toEqual(['MARKETS_API_INFO', 'MINER_API_INFO']);
    expect(stage({ ...seen, minerMachine: MACHINE }, farm)).toMatchObject({
      stage: 'finish',
      workers: ['worker-1'],
    });
  });

  it('promises no restart to a worker that is drained', () => {
    const intent = { who: 'alice@laptop', when: '2026-01-02T03:04:05Z' };
    const desired = desire(FARM, TOKEN, new Map([['worker-1', intent]]));
    const seen = changeWorker(
      withTokenOfBefore(),
      'worker-1',
      changeLive((live) => ({ ...live, tasks: new Set() })),
    );
    const nothing = { ...makePlan(desired, seen), hosts: [] };
    const found = planRotation(desired, { ...seen, minerMachine: MACHINE }, nothing);
    expect(found).toMatchObject({ stage: 'finish', workers: [], drained: ['worker-1'] });
    const words = found.stage === 'finish' ? rotationWords(found) : '';
    expect(words).not.toContain('waves');
    expect(words).toContain('not restarted: worker-1, which is drained');
    expect(words).toContain('`sealfarm resume`');
  });

  it.each<[string, Farm, Parameters<typeof desire>[2]]>([
    ['by the file', drained(), new Map()],
    ['by a person', FARM, new Map([['worker-1', { who: 'alice@laptop', when: '2026-01-02T03:04:05Z' }]])],
  ])('knows who is drained %s, also where no step is left for it', (_, farm, intents) => {
    const desired = desire(farm, TOKEN, intents);
    const nothing = { ...makePlan(desired, SEEN), hosts: [], diagnostics: [] };
    expect(why(planRotation(desired, SEEN, nothing))).toMatch(/SF653 .*worker-1 is drained and would not be/);
    expect(planRotation(desired, withTokenOfBefore(), nothing)).toMatchObject({
      stage: 'finish', workers: [], drained: ['worker-1'],
    }); // prettier-ignore
  });

  it('does not go on where another worker is to be changed, which has the present token', () => {
    const [host = aHost()] = FARM.hosts;
    const two = { ...FARM, hosts: [host, { ...host, name: 'host-2', workers: [] }] };
    const desired = desire(two, TOKEN, new Map());
    const seen = withTokenOfBefore();
    const plan = makePlan(desire(FARM, TOKEN, new Map()), seen);
    const [own] = plan.hosts;
    if (own === undefined) throw new Error('no host');
    const others = own.steps
      .filter(({ action }) => action.kind === 'restart')
      .map((step) => ({ ...step, id: 'worker-2/restart', host: 'host-2', worker: 'worker-2' }));
    expect(others).toHaveLength(1);
    const more = { ...plan, hosts: [...plan.hosts, { ...own, host: 'host-2', steps: others }] };
    expect(planRotation(desired, seen, plan).stage).toBe('finish');
    expect(why(planRotation(desired, seen, more))).toMatch(/other things, too \(worker-2\/restart\)/);
  });

  describe('with a step for a worker that has the present token', () => {
    const [host = aHost()] = FARM.hosts;
    const second = aWorker({ name: 'worker-2', repo: '/w2', listen: { host: '10.0.0.12', port: 3457 } });
    const two = { ...FARM, hosts: [host, { ...host, name: 'host-2', workers: [second] }] };
    const desired = desire(two, TOKEN, new Map());
    const envFile = desired.hosts[1]?.workers[0]?.files.envFile ?? '';
    const token = [{ field: 'MINER_API_INFO', before: '(secret)', after: '(secret)' }];
    const write = { kind: 'write-file', mode: '600', content: TOKEN, backups: '/b' } as const;

    function withStep(step: Pick<Step, 'action' | 'changes'>, worker = 'worker-2'): RotationStage {
      const seen = withTokenOfBefore();
      const plan = makePlan(desire(FARM, TOKEN, new Map()), seen);
      const [own] = plan.hosts;
      if (own === undefined) throw new Error('no host');
      const about = { id: 'the-step', host: 'host-2', worker, reason: 'config-changed' } as const;
      const more = { ...own, host: 'host-2', steps: [{ ...about, disruption: 'none', ...step } as Step] };
      return planRotation(desired, seen, { ...plan, hosts: [...plan.hosts, more] });
    }

    it('goes on where that writes the token alone: it may be stopped', () => {
      expect(withStep({ action: { ...write, path: envFile }, changes: token }).stage).toBe('finish');
    });

    it.each<[string, Pick<Step, 'action' | 'changes'>, string?]>([
      ['switches a task on', { action: { kind: 'enable-task', task: 'PC1' }, changes: [] } as never],
      ['writes another file', { action: { ...write, path: '/w2/storage.json' }, changes: [] }],
      ['writes its token elsewhere', { action: { ...write, path: `${envFile}.old` }, changes: token }],
      ['writes a file of nobody’s', { action: { ...write, path: envFile }, changes: token }, 'worker-9'],
      [
        'writes more',
        { action: { ...write, path: envFile }, changes: [...token, { field: 'A', before: '1', after: '2' }] },
      ],
    ])('does not where that %s', (_, step, worker) => {
      expect(why(withStep(step, worker))).toMatch(/SF653 .* other things, too \(the-step\)/);
    });
  });

  it('goes on where the environment files have the token of before as well', () => {
    const seen = changeWorker(withTokenOfBefore(), 'worker-1', (worker) => {
      if (worker.envFile.state !== 'present') throw new Error('it has a file');
      const text = worker.envFile.text.reveal().replaceAll(TOKEN.reveal(), 'before');
      return { ...worker, envFile: file(text, '600') };
    });
    expect(stage(seen)).toMatchObject({ stage: 'finish', workers: ['worker-1'] });
  });

  it('goes on where they are cut off, and the miner knows nothing of them', () => {
    const silent = changeWorker(
      withTokenOfBefore(),
      'worker-1',
      changeProcess((process) => ({ ...process, live: unreached('the token is refused') })),
    );
    const miner = { ...SEEN.miner, workers: new Map(), storage: new Map() };
    expect(stage({ ...silent, miner })).toMatchObject({ stage: 'finish', workers: ['worker-1'] });
  });

  it('goes on where tasks of theirs are off still', () => {
    const seen = changeWorker(
      withTokenOfBefore(),
      'worker-1',
      changeLive((live) => ({ ...live, tasks: new Set() })),
    );
    expect(stage(seen)).toMatchObject({ stage: 'finish', workers: ['worker-1'] });
  });

  it.each<[string, () => RotationStage]>([
    [
      'a file is to be written otherwise',
      () =>
        stage(changeWorker(withTokenOfBefore(), 'worker-1', (seen) => ({ ...seen, envFile: file('A=1') }))),
    ],
    ['its restart changes more', () => stage(withTokenOfBefore([['LOTUS_WORKER_PATH', undefined]]))],
    [
      'a storage list is to be written',
      () =>
        stage(
          changeWorker(withTokenOfBefore(), 'worker-1', (seen) => ({ ...seen, storageJson: file('{}') })),
        ),
    ],
  ])('does not go on unseen where %s', (_, seen) => {
    const found = seen();
    expect(why(found)).toMatch(/SF653 .* not all workers have it: .* other things, too/);
    expect(found.stage === 'refused' && found.diagnostics[0]?.help).toContain('sealfarm apply');
  });

  it.each<[string, () => RotationStage, RegExp]>([
    [
      'a host cannot be reached',
      () => stage({ ...SEEN, hosts: new Map([...SEEN.hosts].map(([name]) => [name, unreached()])) }),
      /SF404/,
    ],
    ['something is to be applied', () => stage(changed()), /SF653 .* not as the file says/],
    [
      'a worker is drained by the file',
      () => stage(SEEN, drained()),
      /SF653 .*the farm is not as the file says/,
    ],
    [
      'two miners run there',
      () =>
        stage({
          ...SEEN,
          minerMachine: { ...MACHINE, processes: [...MACHINE.processes, ...MACHINE.processes] },
        }),
      /SF653 .*which lotus-miner/,
    ],
    [
      'no miner runs there',
      () => stage({ ...SEEN, minerMachine: { ...MACHINE, processes: [] } }),
      /SF653 .*which lotus-miner/,
    ],
    ['nobody keeps the miner', () => stage({ ...SEEN, minerMachine: unkept() }), /SF587/],
    ['the miner is down', () => stage({ ...SEEN, miner: unreached() }), /SF404/],
    [
      'it is down, also where a worker was started with another token',
      () => stage({ ...withTokenOfBefore(), miner: unreached() }),
      /SF404/,
    ],
  ])('is refused where %s', (_, seen, words) => {
    expect(why(seen())).toMatch(words);
  });

  describe('where ports or GPUs change hands', () => {
    const two = (ports: readonly [number, number], gpus?: readonly [number, number]): Farm => {
      const workers = ports.map((port, index) =>
        aWorker({
          name: `worker-${index + 1}`,
          listen: { host: '10.0.0.11', port },
          storage: [],
          ...(gpus === undefined ? {} : { gpus: [gpus[index] ?? 0] }),
        }),
      );
      return { ...FARM, hosts: [aHost({ workers })] };
    };
    const seenAs = (farm: Farm): Observation => ({ ...inPlace(farm), minerMachine: MACHINE });
    const resting = new Map([['worker-2', { who: 'alice@laptop', when: '2026-01-02T03:04:05Z' }]]);

    it.each<[string, Farm, Farm, RegExp]>([
      ['a port is waited for', two([2, 3]), two([1, 2]), /SF653 .*not as the file says/],
      ['ports change places', two([2, 1]), two([1, 2]), /SF579.*SF579/],
      ['a GPU is handed over', two([1, 2], [1, 2]), two([1, 2], [0, 1]), /SF653 .*not as the file says/],
    ])('it is refused before the token changes: %s', (_, after, before, words) => {
      expect(why(stage(seenAs(before), after))).toMatch(words);
    });

    it('it is refused while who has the port stays, so that the other has nothing to do but wait', () => {
      const desired = desire(two([2, 3]), TOKEN, resting);
      const seen = seenAs(two([1, 2]));
      const env = desired.hosts[0]?.workers[1]?.env ?? [];
      const off = changeWorker(seen, 'worker-2', (before) => ({
        ...changeLive((live) => ({ ...live, tasks: new Set() }))(before),
        envFile: file(formatEnvFile(env).reveal(), '600'),
      }));
      const plan = makePlan(desired, off);
      expect([steps(plan), plan.diagnostics.map(({ code }) => code)]).toEqual([[], ['SF578']]);
      expect(why(planRotation(desired, off, plan))).toMatch(/worker-2 is drained/);
    });

    it('nobody is started with another token on a port that is taken, and that is said at the end', () => {
      const cutOff = ['worker-1', 'worker-2'].reduce<Observation>(
        (seen, name) =>
          changeWorker(
            seen,
            name,
            changeProcess((process) => {
              const token = new Secret('before:/ip4/1.1.1.1/tcp/1/http');
              return { ...process, environ: new Map([...process.environ, ['MINER_API_INFO', token]]) };
            }),
          ),
        seenAs(two([1, 2])),
      );
      const desired = desire(two([2, 3]), TOKEN, resting);
      const started = steps(makePlan(desired, cutOff)).filter(({ action }) => action.kind === 'restart');
      expect(started).toEqual([]);
      expect(notHandedOut(desired, cutOff).map(({ message }) => message)).toEqual([
        expect.stringContaining('worker-2 is drained'),
        expect.stringContaining('worker-1 was not restarted'),
      ]);
    });
  });

  describe('with a worker that a new token alone restarts nobody for', () => {
    const [host = aHost()] = FARM.hosts;
    const second = aWorker({ name: 'worker-2', repo: '/w2', listen: { host: '10.0.0.11', port: 3457 }, storage: [] }); // prettier-ignore
    const two = { ...FARM, hosts: [{ ...host, workers: [...host.workers, second] }] };
    const desired = desire(two, TOKEN, new Map());
    const own = withoutOurs(desired.hosts[0]?.workers[0]?.env ?? []);
    const { MINER_API_INFO: _, ...byRepo } = own;

    /** worker-1 as it would have been started by somebody else. */
    function foreign(env: Readonly<Record<string, string>>, seen: Observation = inPlace(two)): Observation {
      return { ...changeWorker(seen, 'worker-1', startedBy({ env })), minerMachine: MACHINE };
    }

    it.each([
      ['with the token', own],
      ['by the repo of the miner', byRepo],
    ])('it is refused by its name where somebody else started it %s', (_what, env) => {
      const seen = foreign(env);
      const plan = makePlan(desired, seen);
      expect([steps(plan), plan.diagnostics]).toEqual([[], []]);
      const found = planRotation(desired, seen, plan);
      expect(why(found)).toMatch(
        /^SF653 .*not changed: worker-1 was not started by sealfarm and would not be/,
      );
      expect(why(found)).not.toContain('worker-2');
      expect(found.stage === 'refused' && found.diagnostics[0]?.help).toContain('apply --restart-to-adopt');
    });

    it('it is refused where its program on disk is of another series than the miner, with what is in the way', () => {
      const seen = changeWorker(
        changeMiner(inPlace(two), { version: '1.36.2' }),
        'worker-2',
        changeProcess((process) => ({ ...process, replaced: { onDisk: '1.37.0' } })),
      );
      const found = stage({ ...seen, minerMachine: MACHINE }, two);
      expect(why(found)).toMatch(/^SF653 .*: worker-2 would not be restarted afterwards; SF596 worker-2/);
      expect(why(found)).not.toContain('worker-1');
    });

    it('it is refused where only those that are registered show that there is a way to the miner', () => {
      const seen = inPlace(two);
      const hosts = new Map([...seen.hosts].map(([name, one]) => [name, one.reached ? { ...one, noWayToMiner: unreached('no route').diagnostic } : one])); // prettier-ignore
      const found = stage({ ...seen, hosts, minerMachine: MACHINE }, two);
      expect(why(found)).toMatch(
        /^SF653 .*: worker-1, worker-2 would not be restarted afterwards; SF595 .*route/,
      );
    });

    it('begins where all are restarted', () => {
      expect(stage({ ...inPlace(two), minerMachine: MACHINE }, two)).toMatchObject({
        stage: 'begin',
        workers: [{ worker: 'worker-1' }, { worker: 'worker-2' }],
      });
    });

    /** worker-2 was not given the token that is there by now, nor was worker-1. */
    function cutOff(env: Readonly<Record<string, string>>): Observation {
      const silent = changeProcess((process) => ({ ...process, live: unreached('the token is refused') }));
      const before = changeWorker(foreign(env), 'worker-1', silent);
      const miner = { ...inPlace(two).miner, workers: new Map() };
      return { ...changeWorker(before, 'worker-2', (one) => withToken(silent(one))), miner };
    }

    it.each([
      [
        'with the token',
        { ...own, MINER_API_INFO: 'before:/ip4/1.1.1.1/tcp/1/http' },
        /worker-1 was not restarted/,
      ],
      [
        'by the repo of the miner',
        byRepo,
        /worker-1 was not started by sealfarm, and the miner does not know it/,
      ],
    ])(
      'no restart is promised to one that somebody else started %s, nor is it forgotten',
      (_what, env, words) => {
        const seen = cutOff(env);
        const plan = makePlan(desired, seen);
        const found = planRotation(desired, seen, plan);
        expect(found).toMatchObject({
          stage: 'finish',
          workers: ['worker-2'],
          drained: [],
          left: ['worker-1'],
        });
        const said = found.stage === 'finish' ? rotationWords(found) : '';
        expect(said).toContain('and worker-2 restarted in waves');
        expect(said).toMatch(/not restarted: worker-1, .*`sealfarm apply --restart-to-adopt`/);
        expect(said).toContain('when all have it, it is tried');
        const rest = changeWorker(foreign(env), 'worker-1', (one) => one);
        const after = { ...rest, miner: { ...rest.miner, workers: new Map() } } as Observation;
        expect(notHandedOut(desired, after).map(({ message }) => message)).toEqual([
          expect.stringMatching(words),
        ]);
        if (env !== byRepo) return;
        expect(notHandedOut(desired, rest)).toEqual([]);
        const away = { ...rest, miner: unreached() };
        expect(notHandedOut(desired, away)).toEqual([]);
      },
    );
  });

  it.each<[string, MinerMachine['config'], RegExp]>([
    ['is none', file('[API\n'), /config\.toml/],
    ['may not be read', { state: 'unreadable', why: 'Permission denied' }, /Permission denied/],
  ])('is refused where config.toml %s, though nothing is asked for in it', (_, config, words) => {
    const seen = { ...SEEN, minerMachine: { ...MACHINE, config } };
    expect(stage(seen).stage).toBe('refused');
    expect(why(stage(seen))).toMatch(words);
  });

  it('is not at its end where a worker has another one still', () => {
    const seen = withTokenOfBefore();
    const words = (intents: Parameters<typeof desire>[2], look: Observation = seen): string =>
      notHandedOut(desire(FARM, TOKEN, intents), look)
        .map(({ code, message, help }) => `${code} ${message}. ${help ?? ''}`)
        .join();
    expect(words(new Map(), SEEN)).toBe('');
    expect(words(new Map())).toMatch(/^SF653 .*worker-1 was not restarted.*sealfarm plan/);
    const intent = { who: 'alice@laptop', when: '2026-01-02T03:04:05Z' };
    expect(words(new Map([['worker-1', intent]]))).toMatch(/worker-1 is drained.*`sealfarm resume worker-1`/);
    const away = new Map([...seen.hosts].map(([name]) => [name, unreached()]));
    expect(words(new Map(), { ...seen, hosts: away })).toMatch(/SF653 .*host-1 cannot be reached/);
  });

  /** @param more variables with which the process was started otherwise */
  function withTokenOfBefore(more: readonly (readonly [string, Secret | undefined])[] = []): Observation {
    return { ...changeWorker(SEEN, 'worker-1', (worker) => withToken(worker, more)), minerMachine: MACHINE };
  }

  function withToken(
    worker: ObservedWorker,
    more: readonly (readonly [string, Secret | undefined])[] = [],
  ): ObservedWorker {
    return changeProcess((process) => {
      const environ = new Map(process.environ);
      environ.set('MINER_API_INFO', new Secret('before:/ip4/1.1.1.1/tcp/1/http'));
      for (const [name, value] of more)
        if (value === undefined) environ.delete(name);
        else environ.set(name, value);
      return { ...process, environ };
    })(worker);
  }

  function changed(): Observation {
    return changeWorker(SEEN, 'worker-1', (worker) => ({ ...worker, envFile: file('other') }));
  }

  function drained(): Farm {
    const hosts = FARM.hosts.map((host) => ({
      ...host,
      workers: host.workers.map((worker) => ({ ...worker, state: 'drained' as const })),
    }));
    return { ...FARM, hosts };
  }

  function unkept(): MinerMachine {
    return { ...MACHINE, processes: MACHINE.processes.map(({ unit: _, ...process }) => process) };
  }
});
