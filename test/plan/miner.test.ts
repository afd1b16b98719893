import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Farm, Host, MinerConfig, MinerRestart } from '../../src/farm/farm.js';
import type { WorkerStats } from '../../src/lotus/api.js';
import type { MinerMachine, MinerProcess, Observation } from '../../src/observed/observed.js';
import { notRestarted } from '../../src/cli/restart-miner-option.js';
import { makeDrift } from '../../src/plan/drift.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { steps, type Plan } from '../../src/plan/plan.js';
import { desire } from '../../src/desired/desire.js';
import { Secret } from '../../src/secret/secret.js';
import { masked } from '../../src/view/masked-plan.js';
import { formatPlan, planJson } from '../../src/view/plan.js';
import { planMarkdown } from '../../src/view/plan-markdown.js';
import { shownPlan } from '../../src/view/saved-plan.js';
import { PLAIN } from '../../src/view/style.js';
import { aFarm, aHost, aWorker, CANARY, TOKEN } from '../support/farm.js';
import { startedBy, withoutOurs } from '../support/foreign.js';
import {
  ABSENT,
  changeProcess,
  changeWorker,
  file,
  inPlace,
  sha256,
  unreached,
} from '../support/observation.js';

const DEFAULT = readFileSync('test/fixtures/miner-config.toml', 'utf8').replace(
  '\n  #AllowCommit',
  `\n  Password = "${CANARY}"\n  #AllowCommit`,
);
const OFF = DEFAULT.replace('#AllowCommit = true', 'AllowCommit = false');
const PATH = '/srv/lotus/config.toml';
const NOW = new Date('2026-03-01T12:00:00Z');

function machine(more: Partial<MinerMachine> = {}): MinerMachine {
  const base = {
    reached: true,
    repo: '/srv/lotus',
    hostname: 'miner-1',
    config: file(DEFAULT),
    processes: [],
    written: new Map(),
  } as const;
  return { ...base, ...more };
}

function running(variables: Readonly<Record<string, string>> = {}): MinerProcess {
  return { pid: 7, repo: '/srv/lotus', startedAt: 1000, variables: new Map(Object.entries(variables)) };
}

interface Look {
  readonly config?: MinerConfig;
  readonly host?: Host;
  readonly drift?: boolean;
  readonly restart?: MinerRestart;
  readonly repo?: string;
  /** What else is seen. */
  readonly around?: (seen: Observation) => Observation;
}

function planned(seen: MinerMachine | ReturnType<typeof unreached>, look: Look = {}): Plan {
  const { config = { tasks: ['AP', 'PC1', 'PC2', 'UNS', 'RU', 'PR2', 'GSK', 'DL'] }, drift = false } = look;
  const farm = aFarm();
  const host = look.host ?? farm.hosts[0] ?? aHost();
  const { restart, repo, around = (one: Observation) => one } = look;
  const more = { ...(restart === undefined ? {} : { restart }), ...(repo === undefined ? {} : { repo }) };
  const declared = { ...farm, miner: { ...farm.miner, host, config, ...more } };
  const observation = around({ ...inPlace(farm), minerMachine: seen });
  return (drift ? makeDrift : makePlan)(desire(declared, TOKEN, new Map()), observation);
}

function codes(plan: Plan): readonly string[] {
  return plan.diagnostics.map(({ code }) => code);
}

function text(plan: Plan, diffs = false): string {
  return formatPlan(masked(plan, 'salt', diffs), { style: PLAIN, width: 100, now: NOW, diffs });
}

describe('the config.toml of the miner', () => {
  it('is written where it says something else, and nothing else moves', () => {
    const plan = planned(machine());
    expect(codes(plan)).toEqual([]);
    const [step, ...others] = steps(plan);
    expect(others).toEqual([]);
    expect(step).toMatchObject({
      id: 'host-1/lotus-miner/config.toml',
      host: 'host-1',
      disruption: 'none',
      reason: 'config-changed',
      changes: [{ field: '[Storage] AllowCommit', before: 'true', after: 'false' }],
      action: { kind: 'write-file', path: PATH, mode: 'keep', replaces: sha256(DEFAULT) },
    });
    expect(step?.action.kind === 'write-file' && step.action.content.reveal()).toBe(OFF);
    expect(plan.miner).toBeUndefined();
  });

  it('is shown as a diff, and no secret of it anywhere', () => {
    const plan = planned(machine());
    expect(text(plan, true)).toMatch(/Password = \(secret \w+\)/);
    expect(text(plan, true)).toContain(
      '-  #AllowCommit = true\n      +  AllowCommit = false'.replaceAll(/\n +/g, '\n'.padEnd(7)),
    );
    const all = [
      text(plan, true),
      JSON.stringify(planJson(masked(plan, 'salt', true), NOW)),
      JSON.stringify(plan),
    ];
    expect(all.join('\n')).not.toContain(CANARY);
  });

  it('stays where the file of the farm says nothing of it', () => {
    expect(steps(planned(machine(), { config: {} }))).toEqual([]);
    expect(codes(planned(machine({ config: ABSENT }), { config: {} }))).toEqual([]);
  });

  it('is somebody else’s edit where sealfarm wrote another one', () => {
    const written = new Map([[PATH, new Set([sha256(OFF)])]]);
    expect(steps(planned(machine({ written }), { drift: true }))).toMatchObject([
      { reason: 'edited-on-host' },
    ]);
  });

  it.each<[string, Partial<MinerMachine>, string, RegExp]>([
    ['is broken', { config: file('[Storage]\nAllowCommit = yes\n') }, 'SF580', /line 2, column 15: /],
    ['may not be read', { config: { state: 'unreadable', why: 'permission denied' } }, 'SF580', /denied/],
    ['is not there', { config: ABSENT }, 'SF581', /no config.toml/],
    [
      'is perhaps of former times',
      { guessed: true },
      'SF582',
      /no lotus-miner of root or of who logs in runs there/,
    ],
    ['is no UTF-8', { config: file('# \uFFFD') }, 'SF580', /no UTF-8/],
    [
      'is one of several',
      { processes: [running(), { ...running(), repo: '/r2' }] },
      'SF582',
      /\/srv\/lotus, \/r2/,
    ],
  ])('is left alone where it %s', (_, seen, code, message) => {
    const plan = planned(machine(seen));
    expect(steps(plan)).toEqual([]);
    expect(plan.diagnostics).toMatchObject([{ code, severity: 'error' }]);
    expect(plan.diagnostics[0]?.message).toMatch(message);
    expect(text(plan)).not.toContain('matches the file');
  });

  it('is on a machine of its own', () => {
    const host = aHost({ name: 'miner-1', workers: [], paths: { config: '/etc/s', state: '/var/s' } });
    const { hosts } = planned(machine(), { host });
    expect(hosts.map((one) => [one.host, one.steps.length])).toEqual([
      ['host-1', 0],
      ['miner-1', 1],
    ]);
    expect(hosts[1]?.layout.backups).toBe('/var/s/backups');
    const away = planned(unreached(), { host });
    expect(away.hosts.map(({ reached }) => reached)).toEqual([true, false]);
    expect(codes(away)).toEqual(['SF404']);
  });

  it('is written where something is wrong with a worker of the machine, and not with the machine', () => {
    const wrong = (seen: Observation): Observation =>
      changeWorker(seen, 'worker-1', (worker) => ({
        ...worker,
        storageJson: { state: 'unreadable', why: 'permission denied' },
      }));
    const plan = planned(machine(), { around: wrong });
    expect(plan.diagnostics).toMatchObject([{ severity: 'error', place: { worker: 'worker-1' } }]);
    expect(steps(plan).map(({ id }) => id)).toContain('host-1/lotus-miner/config.toml');
  });

  it('says once that its machine is away where that is a host of the file', () => {
    const away = (seen: Observation): Observation => ({ ...seen, hosts: new Map([['host-1', unreached()]]) });
    expect(codes(planned(unreached(), { around: away }))).toEqual(['SF404']);
  });

  it('is of a part only with the whole of its host', () => {
    const farm = aFarm();
    const host = farm.hosts[0] ?? aHost();
    const declared = { ...farm, miner: { ...farm.miner, host, config: { tasks: [] } } };
    const observation = { ...inPlace(farm), minerMachine: machine({ processes: [running()] }) };
    const part = { hosts: new Set(['host-1']), workers: new Set(['worker-1']), whole: new Set<string>() };
    const one = makePlan(desire(declared, TOKEN, new Map()), observation, part);
    expect([steps(one), one.miner]).toEqual([[], undefined]);
    const all = makePlan(desire(declared, TOKEN, new Map()), observation, {
      ...part,
      whole: new Set(['host-1']),
    });
    expect([steps(all).length, all.miner?.pending.length]).toEqual([1, 9]);
  });

  it('is not written for another miner than the one that is meant', () => {
    const farm = aFarm();
    const seen = inPlace(farm);
    const other = { ...seen, miner: { ...seen.miner, sectorSize: 2048 }, minerMachine: machine() };
    const declared = {
      ...farm,
      miner: { ...farm.miner, host: farm.hosts[0] ?? aHost(), config: { tasks: [] } },
    };
    const plan = makePlan(desire(declared, TOKEN, new Map()), other);
    expect([steps(plan), codes(plan)]).toEqual([[], ['SF513']]);
  });
});

describe('a restart of the miner', () => {
  const change = { field: '[Storage] AllowCommit', before: 'true', after: 'false' };
  const after = { config: file(OFF), writtenAt: 2000, startedWith: new Secret(DEFAULT) };

  it('is pending with what it will change, before and after the file is written', () => {
    expect(planned(machine({ processes: [running()] })).miner?.pending).toEqual([change]);
    const plan = planned(machine({ ...after, processes: [running()] }));
    expect(plan.miner).toEqual({ host: 'host-1', pending: [change], hidden: [] });
    expect([steps(plan), codes(plan)]).toEqual([[], []]);
    const said = text(plan);
    expect(said).toContain('[pending miner restart]');
    expect(said).toContain('[Storage] AllowCommit: true → false');
    expect(said).toMatch(/No changes planned. A restart of lotus-miner is pending.$/);
    expect(planMarkdown({ ...masked(plan, 'salt', false) }, { at: NOW.toISOString() })).toContain(
      'pending miner restart',
    );
    const saved = planJson(masked(plan, 'salt', false), NOW);
    expect(formatPlan(shownPlan(saved), { style: PLAIN, width: 100, now: NOW })).toBe(said);
  });

  it.each<[string, Partial<MinerMachine>]>([
    ['it does not run', { ...after }],
    ['it started since', { config: file(OFF), writtenAt: 500, processes: [running()] }],
    [
      'what changed is back',
      { ...after, startedWith: new Secret(`${OFF}# words\n`), processes: [running()] },
    ],
  ])('is not pending where %s', (_, seen) => {
    const plan = planned(machine(seen));
    expect([plan.miner, codes(plan), steps(plan)]).toEqual([undefined, [], []]);
    expect(text(plan)).toMatch(/The farm matches the file.$/);
  });

  it('is asked for where nobody knows what it runs with', () => {
    const plan = planned(machine({ config: file(OFF), writtenAt: 2000, processes: [running()] }));
    expect([plan.miner, codes(plan)]).toEqual([undefined, ['SF585']]);
    expect(text(plan)).toMatch(/No changes planned. What lotus-miner goes by is not known.$/);
  });
});

describe('a restart of the miner that is asked for', () => {
  const change = { field: '[Storage] AllowCommit', before: 'true', after: 'false' };
  const after = { config: file(OFF), writtenAt: 2000, startedWith: new Secret(DEFAULT) };
  const kept = { ...running(), unit: 'lotus-miner.service' };
  const safe = { restart: { when: 'whenSafe', margin: 600_000 } } as const;

  it('is a step after the file, and pending no more', () => {
    const plan = planned(machine({ processes: [{ ...kept, program: '1:2' }] }), safe);
    expect(steps(plan).map(({ id }) => id)).toEqual([
      'host-1/lotus-miner/config.toml',
      'host-1/lotus-miner/restart',
    ]);
    expect(steps(plan)[1]).toEqual({
      id: 'host-1/lotus-miner/restart',
      host: 'host-1',
      action: {
        kind: 'restart-miner',
        miner: { repo: '/srv/lotus' },
        pid: 7,
        by: { unit: 'lotus-miner.service' },
        margin: 600_000,
        ownWorkers: ['miner-1'],
        program: '1:2',
      },
      disruption: 'restart',
      reason: 'config-changed',
      changes: [change],
    });
    expect([plan.miner, plan.waves, codes(plan)]).toEqual([undefined, [], []]);
    expect(text(plan)).toMatch(/~ restart lotus-miner +\[restart\]/);
    expect(text(plan)).toMatch(/1 file to write, 0 live changes, 0 restarts, lotus-miner to restart\.$/);
    const saved = planJson(masked(plan, 'salt', false), NOW);
    expect(formatPlan(shownPlan(saved), { style: PLAIN, width: 100, now: NOW })).toBe(text(plan));
    expect(planMarkdown(masked(plan, 'salt', false), { at: NOW.toISOString() })).toContain(
      'restart lotus-miner',
    );
  });

  it('is done by the program that the file names, and by the names of its own worker', () => {
    const toml = DEFAULT.replace('#LocalWorkerName = ""', 'LocalWorkerName = "own"');
    const seen = machine({
      ...after,
      config: file(toml),
      startedWith: new Secret(toml),
      processes: [running()],
    });
    const command = ['supervisorctl', 'restart', 'lotus-miner'];
    const plan = planned({ ...seen, repo: '/found' }, { restart: { ...safe.restart, command } });
    expect(steps(plan)[1]?.action).toMatchObject({
      by: { command },
      miner: { repo: '/found' },
      ownWorkers: ['own', 'miner-1'],
    });
  });

  it('goes by the program of the file, also where a unit keeps it, and by the repo of the file', () => {
    const command = ['restart-it'];
    const plan = planned(machine({ ...after, repo: '/found', processes: [kept] }), {
      restart: { ...safe.restart, command },
      repo: '/said',
    });
    expect(steps(plan)[0]?.action).toMatchObject({ by: { command }, miner: { repo: '/said' } });
  });

  it('knows its own worker by the name of before as well', () => {
    const named = (name: string): string =>
      DEFAULT.replace('#LocalWorkerName = ""', `LocalWorkerName = "${name}"`);
    const seen = { ...after, config: file(named('new')), startedWith: new Secret(named('old')) };
    const plan = planned(machine({ ...seen, processes: [kept] }), safe);
    expect(steps(plan)[1]?.action).toMatchObject({ ownWorkers: ['old', 'new', 'miner-1'] });
  });

  it('is none where the file was only written since it started, which is said', () => {
    const plan = planned(machine({ config: file(OFF), writtenAt: 2000, processes: [kept] }), safe);
    expect([steps(plan), codes(plan)]).toEqual([[], ['SF585']]);
  });

  describe('with a hand edit of what sealfarm sets nothing of', () => {
    const edited = DEFAULT.replace(
      '#EnableSealing = true',
      `EnableSealing = false
  Password = "${CANARY}"`,
    );
    const names = ['[Subsystems] EnableSealing', '[Subsystems] Password'];
    const known = { config: file(edited), writtenAt: 2000, startedWith: new Secret(DEFAULT) };
    const { startedWith: _, ...unknown } = known;
    const fields = (changes: readonly { readonly field: string }[] = []) => changes.map(({ field }) => field);

    it.each<[MinerRestart['when'], Partial<MinerMachine>]>([
      ['whenSafe', known],
      ['asked', known],
    ])('names it beside its own keys where the version before is known: %s', (when, seen) => {
      const plan = planned(machine({ ...seen, processes: [kept] }), { restart: { when, margin: 1 } });
      const restart = steps(plan).find(({ action }) => action.kind === 'restart-miner');
      expect(fields(restart?.changes)).toEqual(['[Storage] AllowCommit', ...names]);
      expect([plan.miner, codes(plan)]).toEqual([undefined, []]);
      expect(text(plan)).toContain('[Subsystems] EnableSealing: (none) → (secret');
      expect(text(plan) + JSON.stringify(plan)).not.toContain(CANARY);
    });

    it('is restarted for that alone only by a person, and pending else', () => {
      const look = (when: MinerRestart['when']): Plan =>
        planned(machine({ ...known, processes: [kept] }), { config: {}, restart: { when, margin: 1 } });
      for (const when of ['never', 'whenSafe'] as const) {
        const plan = look(when);
        expect([steps(plan), fields(plan.miner?.pending)]).toEqual([[], names]);
      }
      const asked = look('asked');
      expect(steps(asked).map(({ action, changes }) => [action.kind, fields(changes)])).toEqual([
        ['restart-miner', names],
      ]);
    });

    it('is not restarted whenSafe where nobody knows the version before, which is said', () => {
      const seen = machine({ ...unknown, processes: [kept] });
      const plan = planned(seen, safe);
      expect(steps(plan).map(({ id }) => id)).toEqual(['host-1/lotus-miner/config.toml']);
      expect([fields(plan.miner?.pending), codes(plan)]).toEqual([['[Storage] AllowCommit'], ['SF585']]);
      const asked = planned(seen, { restart: { when: 'asked', margin: 1 } });
      expect(steps(asked).map(({ action }) => action.kind)).toEqual(['write-file', 'restart-miner']);
    });

    it('is none where only the spelling, the order or the notes are others', () => {
      const one =
        '[Dealmaking]\nA = [1, 2]\nB = 2024-01-01T00:00:00Z\nC = 9223372036854775807\n[Dealmaking.D]\nE = 1.5\n';
      const other =
        '# words\n[dealmaking.D]\nE = 1.5\n[dealmaking]\nb = 2024-01-01T00:00:00Z\nA = [ 1, 2 ]\nC = 9223372036854775807\n';
      const look = (config: string): readonly string[] =>
        fields(
          planned(
            machine({ ...known, config: file(config), startedWith: new Secret(one), processes: [kept] }),
            {
              config: {},
            },
          ).miner?.pending,
        );
      expect(look(other)).toEqual([]);
      expect(look(other.replace('1.5', '2').replace('[ 1, 2 ]', '[1]'))).toEqual([
        '[dealmaking.D] E',
        '[dealmaking] A',
      ]);
      expect(look(one.replace('B = 2024-01-01T00:00:00Z\n', ''))).toEqual(['[Dealmaking] B']);
    });
  });

  it('is a step where nobody knows what it runs with and a person asks, which is said no more', () => {
    const seen = machine({ config: file(OFF), writtenAt: 2000, processes: [kept] });
    const plan = planned(seen, { restart: { ...safe.restart, when: 'asked' } });
    expect(steps(plan)).toMatchObject([{ action: { kind: 'restart-miner' }, changes: [] }]);
    expect([plan.miner, codes(plan)]).toEqual([undefined, []]);
  });

  it.each<[string, Partial<MinerMachine>]>([
    ['nothing waits for it', { config: file(OFF), writtenAt: 500, processes: [kept] }],
    ['it does not run', { ...after }],
  ])('is none where %s', (_, seen) => {
    expect(steps(planned(machine(seen), safe))).toEqual([]);
  });

  it('stays pending where nobody keeps it', () => {
    const plan = planned(machine({ ...after, processes: [running()] }), safe);
    expect([steps(plan), codes(plan), plan.miner?.pending]).toEqual([[], ['SF587'], [change]]);
  });

  it('stays pending where it is never asked for', () => {
    const plan = planned(machine({ ...after, processes: [kept] }), {
      restart: { ...safe.restart, when: 'never' },
    });
    expect([steps(plan), codes(plan), plan.miner?.pending]).toEqual([[], [], [change]]);
  });

  it('is none of another miner than the one that is meant', () => {
    const farm = aFarm();
    const seen = inPlace(farm);
    const other = {
      ...seen,
      miner: { ...seen.miner, sectorSize: 2048 },
      minerMachine: machine({ ...after, processes: [kept] }),
    };
    const declared = {
      ...farm,
      miner: { ...farm.miner, host: farm.hosts[0] ?? aHost(), config: {}, ...safe },
    };
    const plan = makePlan(desire(declared, TOKEN, new Map()), other);
    expect([steps(plan), codes(plan)]).toEqual([[], ['SF513']]);
  });
});

describe('a lotus-miner that was replaced on disk', () => {
  const kept = { ...running(), unit: 'lotus-miner.service' };
  const RUNS = '1.36.2+mainnet+git.1111111';

  interface Case {
    readonly onDisk?: string;
    readonly when?: MinerRestart['when'];
    readonly runs?: string;
    /** What the program of the worker is on disk. */
    readonly worker?: string;
    /** The worker runs by another file than its own of now. */
    readonly stale?: boolean;
    /** Somebody else started it, and it runs on like that. */
    readonly foreign?: boolean;
    readonly config?: MinerConfig;
  }

  function look({ onDisk, when = 'never', runs = RUNS, worker, config = {}, ...more }: Case): Plan {
    const { stale = false, foreign = false } = more;
    const env = withoutOurs(desire(aFarm(), TOKEN, new Map()).hosts[0]?.workers[0]?.env ?? []);
    const replaced = onDisk === undefined ? {} : { onDisk };
    const upgraded = (seen: Observation): Observation =>
      changeWorker(
        foreign ? changeWorker(seen, 'worker-1', startedBy({ env })) : seen,
        'worker-1',
        changeProcess((process) => ({
          ...process,
          ...(worker === undefined ? {} : { replaced: { onDisk: worker } }),
          ...(stale ? { environ: new Map([...process.environ, ['TMPDIR', new Secret('/old')]]) } : {}),
        })),
      );
    return planned(machine({ config: file(OFF), writtenAt: 500, processes: [{ ...kept, replaced }] }), {
      config,
      restart: { when, margin: 1 },
      around: (seen) =>
        upgraded(seen.miner.reached ? { ...seen, miner: { ...seen.miner, version: runs } } : seen),
    });
  }

  it.each([
    ['1.37.0+mainnet', '1.37.0'],
    ['1.36.2+mainnet+git.2222222', '1.36.2'],
    [undefined, 'as it is on disk'],
  ])('is a pending restart where it is %s', (onDisk, after) => {
    const plan = look(onDisk === undefined ? {} : { onDisk });
    const change = { field: 'program', before: 'as it was at its start', after };
    expect(plan.miner).toEqual({ host: 'host-1', pending: [change], hidden: [] });
    expect([steps(plan), codes(plan)]).toEqual([[], []]);
    expect(text(plan)).toContain(`[pending miner restart]`);
    expect(text(plan)).toContain(`program: as it was at its start → ${after}`);
  });

  it.each<[MinerRestart['when'], string | undefined, readonly string[]]>([
    // Of the worker, which is not upgraded.
    ['asked', '1.37.0', ['SF596']],
    ['asked', undefined, []],
    ['whenSafe', '1.36.3', []],
  ])('is restarted %s where it is %s', (when, onDisk, said) => {
    const plan = look({ when, ...(onDisk === undefined ? {} : { onDisk }) });
    expect(steps(plan)).toMatchObject([
      { action: { kind: 'restart-miner' }, reason: 'program-replaced', changes: [{ field: 'program' }] },
    ]);
    expect([plan.miner, codes(plan)]).toEqual([undefined, said]);
    expect(text(plan)).toContain('runs an older program than the one on disk');
  });

  it.each([
    ['1.37.0', '1.37.0'],
    [undefined, '1.36.2+mainnet+git.1111111'],
  ])('is restarted where it is %s, and the workers go by %s', (onDisk, version) => {
    const plan = look({ when: 'asked', ...(onDisk === undefined ? {} : { onDisk }) });
    expect(steps(plan)).toMatchObject([{ action: { kind: 'restart-miner', version } }]);
  });

  it.each<[Case]>([[{ onDisk: '1.37.0' }], [{}], [{ onDisk: '1.35.0', config: { tasks: ['C2'] } }]])(
    'is not restarted whenSafe alone where it is %j: its node may have to come first',
    (given) => {
      const plan = look({ ...given, when: 'whenSafe' });
      expect(steps(plan).map(({ action }) => action.kind)).not.toContain('restart-miner');
      expect(codes(plan)).toEqual(['SF658']);
      expect(plan.diagnostics[0]).toMatchObject({
        message: expect.stringContaining('and 1.36.2 runs') as string,
        help: expect.stringContaining('--restart-miner') as string,
      });
      expect(plan.miner?.pending).toContainEqual(expect.objectContaining({ field: 'program' }));
    },
  );

  it.each<[string, Partial<MinerMachine>, string]>([
    ['is no TOML', { config: file('[Storage') }, 'SF580'],
    ['may not be read', { config: { state: 'unreadable', why: 'permission denied' } }, 'SF580'],
    ['is not there', { config: ABSENT }, 'SF581'],
  ])('is pending also where config.toml %s, and not restarted over that', (_, seen, code) => {
    const broken = machine({ ...seen, processes: [{ ...kept, replaced: { onDisk: '1.36.3' } }] });
    const restart = (when: MinerRestart['when']): Plan =>
      planned(broken, { config: {}, restart: { when, margin: 1 } });
    for (const [when, said] of [
      ['never', []],
      ['whenSafe', []],
      ['asked', [code]],
    ] as const) {
      const plan = restart(when);
      expect([steps(plan), codes(plan)]).toEqual([[], said]);
      expect(plan.miner).toMatchObject({ pending: [{ field: 'program' }] });
    }
    expect(codes(planned(machine(seen), { config: {} }))).toEqual([]);
    const farm = aFarm();
    const declared = { ...farm, miner: { ...farm.miner, host: farm.hosts[0] ?? aHost() } };
    expect(notRestarted(declared, restart('asked'))).toEqual([]);
  });

  it('is not one of two, which is said where a restart is asked for', () => {
    const two = machine({
      processes: [
        { ...kept, replaced: {} },
        { ...kept, repo: '/r2' },
      ],
    });
    const plan = planned(two, { config: {}, restart: { when: 'asked', margin: 1 } });
    expect([steps(plan), codes(plan), plan.miner]).toEqual([[], ['SF582'], undefined]);
  });

  it('has its keys of config.toml beside it, for which it is restarted', () => {
    const plan = look({ onDisk: '1.36.3', when: 'whenSafe', config: { tasks: ['C2'] } });
    const restart = steps(plan).find(({ action }) => action.kind === 'restart-miner');
    expect(restart).toMatchObject({ reason: 'program-replaced' });
    expect(restart?.changes.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['[Storage] AllowAddPiece', 'program']),
    );
  });

  it('is followed by workers of its series in the same plan, and by no others', () => {
    const restarts = (plan: Plan): readonly string[] =>
      steps(plan).flatMap(({ action, id }) => (action.kind.startsWith('restart') ? [id] : []));
    const both = look({ onDisk: '1.37.0', when: 'asked', worker: '1.37.1' });
    expect(restarts(both)).toEqual(['worker-1/restart', 'host-1/lotus-miner/restart']);
    expect([both.waves.length, codes(both)]).toEqual([1, []]);
    const late = look({ onDisk: '1.37.0', when: 'asked', worker: '1.36.3' });
    expect([restarts(late), codes(late)]).toEqual([['host-1/lotus-miner/restart'], ['SF596']]);
    expect(late.diagnostics[0]?.message).toMatch(/1\.36\.3, and the miner has 1\.37\.0$/);
    // It stays as it is, or comes after them.
    const stays = look({ onDisk: '1.37.0', when: 'never', worker: '1.37.1' });
    expect([restarts(stays), codes(stays)]).toEqual([[], ['SF596']]);
    const config = { disableBuiltinWindowPoSt: true };
    const last = look({ onDisk: '1.37.0', when: 'asked', worker: '1.37.1', config });
    expect([restarts(last), codes(last)]).toEqual([['host-1/lotus-miner/restart'], ['SF596', 'SF659']]);
  });

  it('leaves workers behind that were not upgraded, which is said, and restarts none of them', () => {
    const restarts = (plan: Plan): readonly string[] =>
      steps(plan).flatMap(({ action, id }) => (action.kind.startsWith('restart') ? [id] : []));
    for (const stale of [true, false]) {
      const plan = look({ onDisk: '1.37.0', when: 'asked', stale });
      expect([restarts(plan), codes(plan)]).toEqual([['host-1/lotus-miner/restart'], ['SF596']]);
      expect(plan.diagnostics[0]).toMatchObject({
        severity: 'warning',
        message:
          'worker-1 is left on 1.36: its lotus-worker is not replaced on disk, and this plan brings lotus-miner up as 1.37.0',
        place: { kind: 'host', host: 'host-1', worker: 'worker-1', path: '/usr/local/bin/lotus-worker' },
      });
    }
    const foreign = look({ onDisk: '1.37.0', when: 'asked', foreign: true });
    expect([restarts(foreign), codes(foreign)]).toEqual([['host-1/lotus-miner/restart'], ['SF596']]);
    const same = look({ onDisk: '1.36.3', when: 'asked', stale: true });
    expect([restarts(same), codes(same)]).toEqual([['worker-1/restart', 'host-1/lotus-miner/restart'], []]);
  });
});

describe('proofs that the miner shall leave to workers', () => {
  const off = { disableBuiltinWindowPoSt: true } as const;
  const kept = { ...running(), unit: 'lotus-miner.service' };
  const safe = { when: 'whenSafe', margin: 600_000 } as const;
  const idle = inPlace(aFarm());
  const [[session = '', first] = []] = idle.miner.workers;
  if (first === undefined) throw new Error('no worker');
  const named = (Hostname: string, Enabled = true) => ({
    ...first,
    Enabled,
    Tasks: ['post/v0/windowproof'],
    Info: { ...first.Info, Hostname },
  });

  interface Case {
    readonly farm?: Farm;
    readonly seen?: Partial<MinerMachine>;
    readonly when?: MinerRestart['when'];
    readonly workers?: ReadonlyMap<string, WorkerStats>;
    readonly config?: MinerConfig;
  }

  function look({ farm = aFarm(), seen = {}, when = 'whenSafe', workers, config = off }: Case): Plan {
    const host = farm.hosts[0] ?? aHost();
    const declared = { ...farm, miner: { ...farm.miner, host, config, restart: { ...safe, when } } };
    const { miner, ...rest } = inPlace(aFarm());
    const observation = {
      ...rest,
      miner: { ...miner, workers: workers ?? miner.workers },
      minerMachine: machine({ processes: [kept], ...seen }),
    };
    return makePlan(desire(declared, TOKEN, new Map()), observation);
  }

  const restartOf = (plan: Plan) => steps(plan).find(({ action }) => action.kind === 'restart-miner')?.action;
  const posting = aFarm({ hosts: [aHost({ workers: [aWorker({ tasks: ['WDP'] })] })] });

  it.each<[string, Case]>([
    ['no worker is registered for it', {}],
    ['one is and is given nothing', { workers: new Map([['post', named('elsewhere', false)]]) }],
    ['the one that is shall seal', { workers: new Map([[session, named('worker-1')]]) }],
    ['one shall be, and seals now', { farm: posting }],
    [
      'the one that is shall be stopped',
      {
        farm: aFarm({ hosts: [aHost({ workers: [aWorker({ tasks: ['WDP'], state: 'stopped' })] })] }),
        workers: new Map([[session, named('worker-1')]]),
      },
    ],
  ])('are left after all workers where %s, which is said', (_, given) => {
    const plan = look(given);
    expect(restartOf(plan)).toMatchObject({ leaves: ['WDP'], last: true });
    const said = plan.diagnostics.filter(({ code }) => code === 'SF659');
    expect(said).toMatchObject([
      { message: expect.stringMatching(/after all workers: .*WindowPoSt/) as string },
    ]);
    expect(text(plan)).toMatch(/after all workers, once one is registered/);
    const saved = planJson(masked(plan, 'salt', false), NOW);
    expect(formatPlan(shownPlan(saved), { style: PLAIN, width: 100, now: NOW })).toBe(text(plan));
  });

  it.each<[string, Case]>([
    [
      'one of the file makes it and goes on',
      { farm: posting, workers: new Map([[session, named('worker-1')]]) },
    ],
    ['one makes it that the file does not know', { workers: new Map([['post', named('elsewhere')]]) }],
  ])('are left before all workers where %s', (_, given) => {
    const plan = look(given);
    expect(restartOf(plan)).toMatchObject({ leaves: ['WDP'] });
    expect(restartOf(plan)).not.toHaveProperty('last');
    expect(codes(plan)).not.toContain('SF659');
    expect(text(plan)).toMatch(/before all workers, as soon/);
  });

  it('are not left by a restart for something else, or that takes them back', () => {
    const on = DEFAULT.replace('#DisableBuiltinWindowPoSt = false', 'DisableBuiltinWindowPoSt = true');
    for (const given of [
      { config: { tasks: [] } },
      { config: { ...off, tasks: [] }, seen: { config: file(on), writtenAt: 500 } },
      { config: { disableBuiltinWindowPoSt: false }, seen: { config: file(on), writtenAt: 500 } },
    ]) {
      const plan = look(given);
      expect(restartOf(plan)).toBeDefined();
      expect(restartOf(plan)).not.toHaveProperty('leaves');
      expect(codes(plan)).not.toContain('SF659');
    }
  });

  it('are perhaps left where nobody knows whether it makes them now', () => {
    const on = DEFAULT.replace('#DisableBuiltinWindowPoSt = false', 'DisableBuiltinWindowPoSt = true');
    const seen = { config: file(on), writtenAt: 2000 };
    expect(restartOf(look({ seen, when: 'asked' }))).toMatchObject({ leaves: ['WDP'], last: true });
  });

  it('are said of a restart that a person has to do', () => {
    const plan = look({ when: 'never' });
    expect(plan.diagnostics.find(({ code }) => code === 'SF659')?.message).toMatch(
      /restart .* that is pending leaves/,
    );
    const made = look({ when: 'never', workers: new Map([['post', named('elsewhere')]]) });
    expect(codes(made)).not.toContain('SF659');
  });
});

describe('a variable of the miner', () => {
  it('that says otherwise is no "nothing to do"', () => {
    const process = running({ LOTUS_STORAGE_ALLOWCOMMIT: '1' });
    const plan = planned(machine({ config: file(OFF), writtenAt: 500, processes: [process] }));
    expect(codes(plan)).toEqual(['SF583']);
    expect(plan.diagnostics[0]?.message).toContain('LOTUS_STORAGE_ALLOWCOMMIT=1');
    expect(plan.miner).toEqual({ host: 'host-1', pending: [], hidden: ['[Storage] AllowCommit'] });
    expect(text(plan)).toMatch(/Variables of lotus-miner outrank \[Storage\] AllowCommit.$/);
  });

  it.each<[MinerRestart['when'], readonly string[]]>([
    ['whenSafe', []],
    ['asked', ['restart-miner']],
  ])('may be gone from the unit since, so that a person can ask for the restart: %s', (when, kinds) => {
    const process = { ...running({ LOTUS_STORAGE_ALLOWCOMMIT: '1' }), unit: 'lotus-miner.service' };
    const seen = machine({ config: file(OFF), writtenAt: 500, processes: [process] });
    const plan = planned(seen, { restart: { when, margin: 1 } });
    expect(steps(plan).map(({ action }) => action.kind)).toEqual(kinds);
    expect([codes(plan), plan.miner?.pending]).toEqual([['SF583'], []]);
  });

  it.each([true, false])('may be a flag, which outranks one: seen %s', (seen) => {
    const { variables: _, ...unseen } = running();
    const own = seen ? running({ LOTUS_API_LISTENADDRESS: '/ip4/9.9.9.9/tcp/1/http' }) : unseen;
    const process = { ...own, apiPort: '2345', unit: 'lotus-miner.service' };
    const restart = { when: 'whenSafe', margin: 1 } as const;
    const plan = planned(machine({ processes: [process] }), {
      config: { listen: '10.0.0.10:2345' },
      restart,
    });
    expect(steps(plan).map(({ action }) => action.kind)).toEqual(['write-file']);
    expect(codes(plan)).toEqual(seen ? ['SF583'] : ['SF584', 'SF583']);
    expect(plan.diagnostics.at(-1)?.message).toMatch(/^--miner-api 2345 .* \[API\] ListenAddress/);
    expect(plan.miner?.hidden).toEqual(['[API] ListenAddress']);
  });

  it('keeps a restart from changing anything', () => {
    const process = running({ LOTUS_STORAGE_ALLOWCOMMIT: 'false' });
    const plan = planned(machine({ processes: [process] }));
    expect([steps(plan).length, plan.miner, codes(plan)]).toEqual([1, undefined, []]);
  });

  it('that cannot be seen is said', () => {
    const { variables: _, ...process } = running();
    expect(codes(planned(machine({ processes: [process] })))).toEqual(['SF584']);
    const done = planned(machine({ config: file(OFF), writtenAt: 500, processes: [process] }));
    expect(text(done)).toMatch(/No changes planned. What lotus-miner goes by is not known.$/);
    expect(codes(planned(machine({ processes: [process] }), { config: {} }))).toEqual([]);
  });
});
