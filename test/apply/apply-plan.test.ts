import { beforeEach, describe, expect, it } from 'vitest';
import { applyPlan } from '../../src/apply/apply-plan.js';
import type { ApplyContext } from '../../src/apply/context.js';
import { hostLayout } from '../../src/host/layout.js';
import { newSectorStore } from '../../src/lotus/sectorstore.js';
import {
  disturbs,
  type Action,
  type Disruption,
  type Plan,
  type Step,
  type Turn,
} from '../../src/plan/plan.js';
import { Secret } from '../../src/secret/secret.js';
import { aStorage, CANARY } from '../support/farm.js';
import { aDiagnostic, aJob, sessionOf, unreached } from '../support/observation.js';
import { hostsWithOneWorker, Scene, START } from './scene.js';

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});

/** `n` is host and worker; 0 as worker means the host itself. */
function step(n: number, action: Action, disruption: Disruption, ofHost = false): Step {
  const subject = 'path' in action ? `:${action.path}` : 'task' in action ? `:${action.task}` : '';
  const base = { host: `host-${n}`, action, disruption, reason: 'config-changed', changes: [] } as const;
  return ofHost
    ? { ...base, id: `host-${n}/${action.kind}${subject}` }
    : { ...base, id: `worker-${n}/${action.kind}${subject}`, worker: `worker-${n}` };
}

function write(n: number, name: string, ofHost = false): Step {
  const content = new Secret(CANARY);
  const action = { kind: 'write-file', path: `/etc/${name}`, mode: '600', content, backups: '/b' } as const;
  return step(n, action, 'none', ofHost);
}

function enable(n: number): Step {
  return step(n, { kind: 'enable-task', task: 'C2' }, 'live');
}

function restart(n: number): Step {
  const name = `worker-${n}`;
  const action = { kind: 'restart', service: scene.layout(name), expect: scene.expectation(name) } as const;
  return step(n, action, 'restart');
}

function start(n: number): Step {
  const name = `worker-${n}`;
  const action = { kind: 'start', service: scene.layout(name), expect: scene.expectation(name) } as const;
  return step(n, action, 'none');
}

/** Its restarts go one after the other. */
function plan(...hosts: readonly (readonly Step[])[]): Plan {
  const turns = hosts.flatMap((steps) => turnsOf(steps));
  return {
    formatVersion: 1,
    farm: 'example',
    hosts: hosts.map((steps, index) => {
      const host = scene.farm.hosts[index];
      if (host === undefined) throw new Error('no host');
      return { host: host.name, layout: hostLayout(host.paths), reached: true, steps };
    }),
    waves: turns.map((turn) => ({ canary: false, turns: [turn] })),
    heldBack: [],
    diagnostics: [],
    drained: [],
  };
}

function turnsOf(steps: readonly Step[]): readonly Turn[] {
  return steps.filter(disturbs).map(({ host, worker = '', id }) => ({
    host,
    worker,
    steps: [id],
    putOff: [],
    alone: [],
  }));
}

/** `done`, `failed` and `skipped` by the steps' ids. */
function apply(...hosts: readonly (readonly Step[])[]) {
  return applied(plan(...hosts));
}

async function applied(plan: Plan) {
  const { done, failed, skipped } = await applyPlan(scene.context, plan);
  return {
    done: done.map(({ id }) => id),
    failed: failed.map(({ step: { id }, diagnostic }) => `${id} ${diagnostic.code}`),
    skipped: skipped.map(({ id }) => id),
  };
}

function skippedBecause(): string | undefined {
  const skipped = scene.events.find(({ type }) => type === 'step-skipped');
  return skipped?.type === 'step-skipped' ? skipped.diagnostic.message : undefined;
}

function events(): readonly string[] {
  return scene.events.map((event) => `${event.type} ${'step' in event ? event.step.id : ''}`);
}

describe('a plan', () => {
  it('of nothing does nothing', async () => {
    expect(await apply([], [])).toEqual({ done: [], failed: [], skipped: [] });
    expect(scene.calls).toEqual([]);
    expect(scene.events).toEqual([]);
  });

  it('is carried out in order, told and written down', async () => {
    expect(await apply([write(1, 'a'), enable(1)])).toEqual({
      done: ['worker-1/write-file:/etc/a', 'worker-1/enable-task:C2'],
      failed: [],
      skipped: [],
    });
    expect(scene.calls).toEqual([
      'host-1 script /etc/a', 'host-1 journal', 'worker-1 enable C2', 'host-1 journal',
    ]); // prettier-ignore
    expect(events()).toEqual([
      'step-started worker-1/write-file:/etc/a', 'step-done worker-1/write-file:/etc/a',
      'step-started worker-1/enable-task:C2', 'step-done worker-1/enable-task:C2',
    ]); // prettier-ignore
    const line = {
      at: START,
      who: 'alice@laptop',
      run: 'run-1',
      command: 'apply',
      reason: 'config-changed',
      outcome: 'done',
    };
    expect(scene.journal).toEqual([
      { ...line, step: 'worker-1/write-file:/etc/a' },
      { ...line, step: 'worker-1/enable-task:C2' },
    ]);
    expect(JSON.stringify([scene.events, scene.journal])).not.toContain(CANARY);
  });

  it.each([
    [false, { commit: 'c0ffee' }],
    [true, { commit: 'c0ffee', dirty: true }],
  ])('is written down with the commit that asks for it, dirty %s', async (dirty, expected) => {
    Object.assign(scene.context, { commit: { id: 'c0ffee', dirty } });
    await apply([write(1, 'a')]);
    expect(scene.journal).toMatchObject([expected]);
    expect(Object.keys(scene.journal[0] ?? {}).includes('dirty')).toBe(dirty);
  });

  it('restarts one worker after the other, when all else is done on all hosts', async () => {
    expect((await apply([restart(1), write(1, 'a')], [restart(2), write(2, 'b')])).skipped).toEqual([]);
    const at = (call: string): number => scene.calls.indexOf(call);
    expect(Math.max(at('host-1 script /etc/a'), at('host-2 script /etc/b'))).toBeLessThan(
      at('worker-1 disable PC1'),
    );
    expect(at('host-1 start worker-1')).toBeLessThan(at('worker-2 disable PC1'));
    expect(events().slice(-6)).toEqual([
      'step-started worker-1/restart', 'step-waiting worker-1/restart', 'step-done worker-1/restart',
      'step-started worker-2/restart', 'step-waiting worker-2/restart', 'step-done worker-2/restart',
    ]); // prettier-ignore
  });

  it('leaves out the rest of a worker whose step failed, not of its host or of others', async () => {
    scene.outputs.set('host-1 script /etc/a', { status: 1, stderr: `no room ${CANARY}\n` });
    const other = { ...write(1, 'c'), id: 'worker-9/write', worker: 'worker-9' };
    expect(await apply([write(1, 'a'), enable(1), restart(1), other], [write(2, 'b'), restart(2)])).toEqual({
      done: ['worker-2/write-file:/etc/b', 'worker-9/write', 'worker-2/restart'],
      failed: ['worker-1/write-file:/etc/a SF602'],
      skipped: ['worker-1/enable-task:C2', 'worker-1/restart'],
    });
    expect(scene.changes).not.toContain('worker-1 disable PC1');
    const skipped = scene.events.find(({ type }) => type === 'step-skipped');
    expect(skipped).toMatchObject({
      diagnostic: {
        code: 'SF613',
        message: 'worker-1/enable-task:C2 was not begun: worker-1/write-file:/etc/a failed',
      },
    });
    expect(scene.journal).toContainEqual({
      at: START,
      who: 'alice@laptop',
      run: 'run-1',
      command: 'apply',
      step: 'worker-1/write-file:/etc/a',
      reason: 'config-changed',
      outcome: 'failed',
      why: 'cannot write /etc/a on host-1: no room (secret)',
    });
  });

  it("leaves out all of a host whose own step failed, not another's", async () => {
    scene.outputs.set('host-1 script /etc/host', { status: 1 });
    expect(
      await apply([write(1, 'host', true), write(1, 'a'), restart(1)], [write(2, 'b'), restart(2)]),
    ).toEqual({
      done: ['worker-2/write-file:/etc/b', 'worker-2/restart'],
      failed: ['host-1/write-file:/etc/host SF602'],
      skipped: ['worker-1/write-file:/etc/a', 'worker-1/restart'],
    });
  });

  it("goes on with the host's own steps when a worker's failed", async () => {
    scene.outputs.set('host-1 script /etc/a', { status: 1 });
    const { done } = await apply([write(1, 'a'), write(1, 'host', true)]);
    expect(done).toEqual(['host-1/write-file:/etc/host']);
  });

  it('starts nobody on a host where one that was to go could not be removed', async () => {
    const home = hostLayout({ config: '/etc/sealfarm', state: '/var/lib/sealfarm' });
    const action = { kind: 'remove-worker', service: scene.layout('worker-1'), home, tasks: [] } as const;
    const gone: Step = { ...step(1, action, 'none'), id: 'old/remove-worker', worker: 'old' };
    const { hosts } = scene.observation;
    scene.observation = { ...scene.observation, hosts: new Map([...hosts, ['host-1', unreached()]]) };
    const made = await apply([gone, start(1), write(1, 'c')], [start(2)]);
    expect(made.failed).toEqual([expect.stringContaining('old/remove-worker')]);
    expect(made.skipped).toEqual(['worker-1/start']);
    expect(made.done).toContain('worker-1/write-file:/etc/c');
  });

  it('stops the wave after a failed restart', async () => {
    scene.outputs.set('host-1 stop worker-1', { status: 1 });
    expect(await apply([restart(1)], [restart(2)])).toEqual({
      done: [],
      failed: ['worker-1/restart SF605'],
      skipped: ['worker-2/restart'],
    });
    expect(scene.changes.filter((call) => call.includes('worker-2'))).toEqual([]);
  });

  describe('in waves', () => {
    /** Waves of workers by their numbers; each worker is on the host of its number. */
    function waves(canary: boolean, ...numbers: readonly (readonly number[])[]): Plan {
      const made = plan(...scene.farm.hosts.map((_, index) => [restart(index + 1)]));
      const turnOf = (n: number): readonly Turn[] => turnsOf(made.hosts[n - 1]?.steps ?? []);
      return {
        ...made,
        waves: numbers.map((wave, index) => ({
          canary: canary && index === 0,
          turns: wave.flatMap(turnOf),
        })),
      };
    }

    beforeEach(() => {
      scene = new Scene(hostsWithOneWorker(4));
    });

    it('restarts the workers of a wave side by side, and the next wave when all are back', async () => {
      expect((await applied(waves(false, [1, 2], [3, 4]))).done).toHaveLength(4);
      const at = (call: string): number => scene.calls.indexOf(call);
      expect(at('worker-2 disable PC1')).toBeLessThan(at('host-1 stop worker-1'));
      expect(at('worker-1 disable PC1')).toBeLessThan(at('host-2 stop worker-2'));
      expect(Math.max(at('host-1 start worker-1'), at('host-2 start worker-2'))).toBeLessThan(
        Math.min(at('worker-3 disable PC1'), at('worker-4 disable PC1')),
      );
    });

    describe('that take hours', () => {
      const asked: (readonly string[])[] = [];
      const looking = (plan: Plan, heldBack: readonly string[]) => {
        asked.length = 0;
        const context: ApplyContext = {
          ...scene.context,
          waveNow: (wave) => {
            asked.push(wave.turns.map(({ worker }) => worker));
            const isHeld = ({ worker }: Turn): boolean => heldBack.includes(worker);
            const turns = wave.turns.filter((turn) => !isHeld(turn));
            return Promise.resolve({
              waves: turns.map((turn) => ({ canary: false, turns: [turn] })),
              heldBack: wave.turns.filter(isHeld),
            });
          },
        };
        return applyPlan(context, plan);
      };
      /** A worker that is busy for two minutes. */
      const busyFor = (n: number): void => {
        scene.changeMiner({ jobs: new Map([[sessionOf(`worker-${n}`), [aJob('PC1', 7)]]]) });
        scene.before = () => {
          if (scene.passed > 59_000) scene.changeMiner({ jobs: new Map() });
        };
      };

      it('the next one is taken as the farm is by then', async () => {
        busyFor(1);
        const { done, skipped } = await looking(waves(false, [1], [2, 3], [4]), ['worker-3']);
        expect(asked).toEqual([['worker-2', 'worker-3']]);
        expect(done.map(({ id }) => id)).toEqual([
          'worker-1/restart',
          'worker-2/restart',
          'worker-4/restart',
        ]);
        expect(skipped.map(({ id }) => id)).toEqual(['worker-3/restart']);
        expect(skippedBecause()).toBe('worker-3/restart was not begun: rollout.minAvailable holds it back');
      });

      it('nobody looks where all goes fast, or has come to its end', async () => {
        await looking(waves(false, [1], [2], [3, 4]), []);
        expect(asked).toEqual([]);
        scene = new Scene(hostsWithOneWorker(4));
        busyFor(1);
        scene.outputs.set('host-1 start worker-1', { status: 1 });
        await looking(waves(false, [1], [2]), []);
        expect(asked).toEqual([]);
      });
    });

    it('ends a wave in which a restart fails, and begins no other', async () => {
      scene.outputs.set('host-1 stop worker-1', { status: 1 });
      expect(await applied(waves(false, [1, 2], [3], [4]))).toEqual({
        done: ['worker-2/restart'],
        failed: ['worker-1/restart SF605'],
        skipped: ['worker-3/restart', 'worker-4/restart'],
      });
    });

    it('stops no worker that gets quiet when another one of its wave did not come back', async () => {
      scene.outputs.set('host-1 start worker-1', { status: 1 });
      scene.changeMiner({ jobs: new Map([[sessionOf('worker-2'), [aJob('PC1', 7)]]]) });
      scene.before = (call) => {
        // Its job ends after the other has failed.
        if (call === 'host-1 journal') scene.changeMiner({ jobs: new Map() });
      };
      expect(await applied(waves(false, [1, 2], [3], [4]))).toEqual({
        done: [],
        failed: ['worker-1/restart SF602'],
        skipped: ['worker-2/restart', 'worker-3/restart', 'worker-4/restart'],
      });
      expect(scene.calls).not.toContain('host-2 stop worker-2');
      expect(scene.tasksOf('worker-2')).toEqual(['PC1', 'PC2']);
      expect(skippedBecause()).toBe('worker-2/restart was not begun: worker-1/restart failed');
    });

    it('leaves to the next run what comes after a worker that has work, when nobody waits', async () => {
      scene = new Scene(hostsWithOneWorker(4), { detach: true });
      scene.changeMiner({ jobs: new Map([[sessionOf('worker-2'), [aJob('PC1', 7)]]]) });
      const { done, failed, skipped, pending } = await applyPlan(
        scene.context,
        waves(true, [1], [2, 3], [4]),
      );
      expect(done.map(({ id }) => id)).toEqual(['worker-1/restart', 'worker-3/restart']);
      expect([failed, skipped]).toEqual([[], []]);
      expect(pending.map(({ id }) => id)).toEqual(['worker-2/restart', 'worker-4/restart']);
      expect(scene.tasksOf('worker-2')).toEqual([]);
      expect(scene.tasksOf('worker-4')).toEqual(['PC1', 'PC2']);
      expect(events()).toContain('step-pending worker-2/restart');
      expect(scene.journal).toContainEqual(
        expect.objectContaining({ step: 'worker-2/restart', outcome: 'pending' }),
      );
    });

    it('leaves all others when the canary has work, and nobody waits', async () => {
      scene = new Scene(hostsWithOneWorker(4), { detach: true });
      scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 7)]]]) });
      const { done, failed, skipped, pending } = await applyPlan(scene.context, waves(true, [1], [2, 3, 4]));
      expect([done, failed, skipped]).toEqual([[], [], []]);
      expect(pending).toHaveLength(4);
    });

    it('goes on with nobody when the canary does not come back', async () => {
      scene.outputs.set('host-1 start worker-1', { status: 1 });
      const { done, skipped } = await applied(waves(true, [1], [2, 3, 4]));
      expect(done).toEqual([]);
      expect(skipped).toHaveLength(3);
      expect(skippedBecause()).toBe('worker-2/restart was not begun: the canary worker-1 has not come back');
    });

    it('goes on with nobody when the canary could not even begin', async () => {
      const whole = waves(true, [1], [2, 3, 4]);
      const without = whole.hosts.map((host, index) => (index === 0 ? { ...host, steps: [] } : host));
      expect((await applied({ ...whole, hosts: without })).skipped).toHaveLength(3);
    });

    it('needs no worker of a wave that is no canary', async () => {
      const whole = waves(false, [1], [2, 3, 4]);
      const without = whole.hosts.map((host, index) => (index === 0 ? { ...host, steps: [] } : host));
      expect((await applied({ ...whole, hosts: without })).done).toHaveLength(3);
    });

    it('leaves out what is held back', async () => {
      const whole = waves(false, [1, 2, 3], [4]);
      const [one, ...others] = whole.waves.toReversed();
      expect(await applied({ ...whole, waves: others, heldBack: one?.turns ?? [] })).toMatchObject({
        skipped: ['worker-4/restart'],
      });
      expect(skippedBecause()).toBe('worker-4/restart was not begun: rollout.minAvailable holds it back');
    });

    it('does nothing that is in no wave', async () => {
      expect((await applied(waves(false, [1]))).done).toEqual(['worker-1/restart']);
    });

    it('begins no wave after an interruption', async () => {
      scene.before = (call) => {
        if (call === 'host-1 start worker-1') scene.interrupt.abort();
      };
      const { done, skipped } = await applied(waves(true, [1], [2], [3, 4]));
      expect({ done, skipped: skipped.length }).toEqual({ done: ['worker-1/restart'], skipped: 3 });
      expect(skippedBecause()).toBe('worker-2/restart was not begun: interrupted');
    });
  });

  it('begins nothing when it is interrupted before', async () => {
    scene.interrupt.abort();
    expect(await apply([write(1, 'a'), restart(1)], [enable(2)])).toEqual({
      done: [],
      failed: [],
      skipped: ['worker-1/write-file:/etc/a', 'worker-2/enable-task:C2', 'worker-1/restart'],
    });
    expect(scene.calls).toEqual([]);
    expect(scene.events[0]).toMatchObject({
      type: 'step-skipped',
      diagnostic: { message: 'worker-1/write-file:/etc/a was not begun: interrupted' },
    });
  });

  it('ends the step at hand and begins no other when it is interrupted', async () => {
    scene.before = (call) => {
      if (call === 'host-1 script /etc/a') scene.interrupt.abort();
    };
    const { done, skipped } = await apply([write(1, 'a'), enable(1)]);
    expect({ done, skipped }).toEqual({
      done: ['worker-1/write-file:/etc/a'],
      skipped: ['worker-1/enable-task:C2'],
    });
  });

  it('is carried out though the journal cannot be written', async () => {
    scene.failing.set('host-1 journal', aDiagnostic('no room'));
    expect((await apply([write(1, 'a'), enable(1)])).done).toHaveLength(2);
  });
});

describe('a step', () => {
  it('that finds a file changed meanwhile says so', async () => {
    scene.outputs.set('host-1 script /etc/a', {
      status: 3,
      stderr: '/etc/a is not the file that was read\n',
    });
    expect((await apply([write(1, 'a')])).failed).toEqual(['worker-1/write-file:/etc/a SF601']);
  });

  it('on a worker that could not be called fails', async () => {
    const context = { ...scene.context, apis: new Map() };
    const { failed } = await applyPlan(context, plan([enable(1)]));
    expect(failed).toMatchObject([{ diagnostic: { code: 'SF508', message: 'worker-1 cannot be called' } }]);
  });

  it('that the host did not get fails with what the connection says', async () => {
    scene.failing.set('host-1 script /etc/a', aDiagnostic('gone'));
    expect((await apply([write(1, 'a')])).failed).toEqual(['worker-1/write-file:/etc/a SF404']);
  });

  it('starts a worker', async () => {
    expect((await apply([start(1)])).done).toEqual(['worker-1/start']);
    expect(scene.calls).toEqual(['host-1 start worker-1', 'look host-1', 'host-1 journal']);
  });

  it('makes a path', async () => {
    await apply([step(1, { kind: 'create-path', path: '/mnt/new' }, 'none')]);
    expect(scene.scripts).toEqual(["set -eu\nmkdir -p '/mnt/new'\n"]);
  });

  it.each([
    { id: undefined, written: 'new-id' },
    { id: 'known-id', written: 'known-id' },
  ])('gives a path its identity $written, where it has none yet', async ({ id, written }) => {
    const { maxStorage: MaxStorage, weight: Weight } = aStorage();
    const lists = {
      Groups: ['g'],
      AllowTo: [],
      AllowTypes: [],
      DenyTypes: [],
      AllowMiners: [],
      DenyMiners: [],
    };
    const settings = { Weight, MaxStorage, CanSeal: true, CanStore: false, ...lists };
    const action = { kind: 'create-sectorstore', path: '/mnt/new', settings, backups: '/b' } as const;
    await apply([step(1, id === undefined ? action : { ...action, id }, 'none')]);
    const [script = ''] = scene.scripts;
    expect(script).toContain("target='/mnt/new/sectorstore.json'");
    expect(script).toContain('!= absent ]');
    const content = Buffer.from(/<<'END'\n([^]*)END\n/.exec(script)?.[1] ?? '', 'base64').toString();
    expect(content).toBe(newSectorStore(written, settings));
  });
});
