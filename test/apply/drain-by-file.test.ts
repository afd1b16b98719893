import { describe, expect, it } from 'vitest';
import { perform } from '../../src/apply/perform.js';
import { hostLayout } from '../../src/host/layout.js';
import { parseManifest, THE_FILE, type DrainIntent } from '../../src/host/manifest.js';
import type { ApplyRules } from '../../src/apply/context.js';
import type { ObservedHost } from '../../src/observed/observed.js';
import type { Disruption, Step } from '../../src/plan/plan.js';
import { aJob, aUnit, changeLive, sessionOf } from '../support/observation.js';
import { hostsWithOneWorker, Scene, START } from './scene.js';

const HOME = hostLayout({ config: '/etc/sealfarm', state: '/var/lib/sealfarm' });
const NOTED = `host-1 script ${HOME.manifest}`;

/** What is written to the manifest of host-1 is seen from then on. */
class Draining extends Scene {
  readonly intents: (DrainIntent | undefined)[] = [];

  constructor(rules: Partial<ApplyRules> = {}) {
    super(hostsWithOneWorker(2), rules);
    this.before = (call) => {
      if (call === NOTED && !this.outputs.has(call)) this.#take(this.scripts.at(-1) ?? '');
    };
  }

  get host(): ObservedHost {
    const host = this.observation.hosts.get('host-1');
    if (host?.reached !== true) throw new Error('not reached');
    return host;
  }

  see(host: ObservedHost): void {
    this.observation = { ...this.observation, hosts: new Map([...this.observation.hosts, ['host-1', host]]) };
  }

  /** As it stands on the host before. */
  note(intent: DrainIntent | undefined): void {
    const { manifest } = this.host;
    if (manifest === undefined) throw new Error('no manifest');
    const intents: typeof manifest.intents = intent === undefined ? {} : { 'worker-1': intent };
    this.see({ ...this.host, manifest: { ...manifest, intents } });
  }

  step(stop: boolean, disruption: Disruption = 'empty'): Step {
    const service = this.layout('worker-1');
    return {
      id: 'worker-1/drain',
      host: 'host-1',
      worker: 'worker-1',
      action: { kind: 'drain', service, home: HOME, tasks: ['PC1', 'PC2'], stop },
      disruption,
      reason: 'config-changed',
      changes: [],
    };
  }

  async run(stop: boolean, disruption?: Disruption): Promise<string> {
    const result = await perform(this.context, [], this.step(stop, disruption), '/state/lock');
    return result.ok ? 'ok' : result.diagnostic.code;
  }

  #take(script: string): void {
    const text = Buffer.from(/<<'END'\n([^]*?)END\n/.exec(script)?.[1] ?? '', 'base64').toString('utf8');
    const manifest = parseManifest(text);
    if ('problem' in manifest) throw new Error(manifest.problem);
    this.intents.push(manifest.intents['worker-1']);
    this.see({ ...this.host, manifest, manifestSha256: String(this.intents.length) });
  }
}

const INTENT = { who: THE_FILE, when: START, why: 'state: drained', tasks: ['PC1', 'PC2'] } as const;

describe('a worker that the file wants drained', () => {
  it('is noted, has its tasks switched off, and runs on', async () => {
    const scene = new Draining();
    expect(await scene.run(false)).toBe('ok');
    expect(scene.changes).toEqual([NOTED, 'worker-1 disable PC1', 'worker-1 disable PC2', NOTED]);
    expect(scene.intents).toEqual([INTENT, { ...INTENT, reached: true }]);
    // Once, while its tasks went off.
    expect(scene.events.filter(({ type }) => type === 'step-waiting')).toHaveLength(1);
  });

  it('is not there yet while it has a job, and takes nothing more', async () => {
    const scene = new Draining();
    scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 7)]]]) });
    expect(await scene.run(false)).toBe('SF610');
    expect(scene.live('worker-1')?.tasks).toEqual(new Set());
    expect(scene.intents).toEqual([INTENT]);
  });

  it('is left to get empty by itself where nobody waits', async () => {
    const scene = new Draining({ detach: true });
    scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 7)]]]) });
    expect(await scene.run(false)).toBe('SF630');
    expect(scene.passed).toBeLessThan(scene.context.times.quiet);
  });

  it('is taken up again as it was noted first', async () => {
    const scene = new Draining();
    const first = { ...INTENT, when: '2025-12-31T00:00:00Z' };
    scene.note(first);
    expect(await scene.run(false)).toBe('ok');
    expect(scene.intents).toEqual([{ ...first, reached: true }]);
  });

  it.each([
    ['the file wanted something else of it before', { ...INTENT, why: 'state: stopped' }],
    ['a person has drained it for the same reason', { ...INTENT, who: 'alice@laptop' }],
  ])('is noted anew where %s', async (_, first) => {
    const scene = new Draining();
    scene.note({ ...first, when: '2025-12-31T00:00:00Z' });
    expect(await scene.run(false)).toBe('ok');
    expect(scene.intents).toEqual([INTENT, { ...INTENT, reached: true }]);
  });

  it('is not noted as empty where a person has drained it meanwhile', async () => {
    const scene = new Draining();
    const take = scene.before;
    scene.before = (call, nth) => {
      take(call, nth);
      if (call === 'worker-1 disable PC2') scene.note({ who: 'alice@laptop', when: START });
    };
    expect(await scene.run(false)).toBe('ok');
    expect(scene.intents).toEqual([INTENT]);
  });

  it('is let be where somebody took that back, until the next apply', async () => {
    const scene = new Draining();
    scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 7)]]]) });
    scene.before = (call) => {
      if (call === 'worker-1 disable PC2') scene.note(undefined);
    };
    expect(await perform(scene.context, [], scene.step(false), '/state/lock')).toMatchObject({
      diagnostic: { code: 'SF616', help: 'Apply again to go on with it.' },
    });
  });

  it('is not touched where that cannot be noted', async () => {
    const scene = new Draining();
    scene.outputs.set(NOTED, { status: 3, stderr: 'changed' });
    expect(await scene.run(false)).toBe('SF601');
    expect(scene.changes.filter((call) => call !== NOTED)).toEqual([]);
  });
});

describe('a worker that the file wants stopped', () => {
  it('is emptied, ended and kept from coming back', async () => {
    const scene = new Draining();
    expect(await scene.run(true)).toBe('ok');
    expect(scene.changes.slice(-5)).toEqual([
      'worker-1 disable PC2',
      'worker-1 detach-all',
      'host-1 stop worker-1',
      'host-1 forget worker-1',
      NOTED,
    ]);
    expect(scene.intents.at(-1)).toMatchObject({ why: 'state: stopped', reached: true });
  });

  it('keeps its paths where somebody has taken the lock away by then, which its drain alone does not mind', async () => {
    const [stopped, drained] = [new Draining(), new Draining()];
    for (const scene of [stopped, drained]) scene.outputs.set('host-1 look at lock', { stdout: '' });
    expect(await stopped.run(true)).toBe('SF609');
    expect(stopped.changes.filter((call) => /detach|stop/.test(call))).toEqual([]);
    expect(await drained.run(false)).toBe('ok');
  });

  it('is not stopped by what another worker served at an earlier look', async () => {
    const scene = new Draining();
    const [id = ''] = [...scene.observation.miner.storage.keys()];
    scene.changeMiner({
      sectors: new Map([[id, [{ Miner: 1000, Number: 7, SectorFileType: 6 }]]]),
      jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 8)]]]),
    });
    scene.states.set('s-t01000-7', 'SubmitCommit');
    const shared = scene.live('worker-1')?.paths ?? [];
    scene.change(
      'worker-2',
      changeLive((live) => ({ ...live, paths: [...live.paths, ...shared] })),
    );
    const take = scene.before;
    scene.before = (call, nth) => {
      take(call, nth);
      if (call !== 'worker-1 disable PC2') return;
      scene.change(
        'worker-2',
        changeLive((live) => ({ ...live, paths: [] })),
      );
      scene.changeMiner({ jobs: new Map() });
    };
    expect(await scene.run(true)).toBe('SF610');
    expect(scene.changes).not.toContain('host-1 stop worker-1');
  });

  it('is not stopped while sectors lie there that nobody else serves', async () => {
    const scene = new Draining();
    const [id = ''] = [...scene.observation.miner.storage.keys()];
    scene.changeMiner({ sectors: new Map([[id, [{ Miner: 1000, Number: 7, SectorFileType: 6 }]]]) });
    scene.states.set('s-t01000-7', 'SubmitCommit');
    expect(await scene.run(true)).toBe('SF610');
    expect(scene.changes).not.toContain('host-1 stop worker-1');
  });

  it('is only kept from coming back where it does not run', async () => {
    const scene = new Draining();
    const worker = scene.host.workers.get('worker-1');
    if (worker === undefined) throw new Error('no worker');
    const { process: _, ...stopped } = worker;
    scene.see({ ...scene.host, workers: new Map([['worker-1', { ...stopped, startsAtBoot: true }]]) });
    expect(await scene.run(true, 'none')).toBe('ok');
    expect(scene.changes).toEqual([NOTED, 'host-1 forget worker-1']);
    // Nobody has seen that it is empty.
    expect(scene.intents.at(-1)).not.toHaveProperty('reached');
  });

  it.each([
    ['is ended', false, ['host-1 systemd stop worker-1']],
    ['is let be, which is planned anew,', true, []],
  ])(
    'that had no process when it was planned, a unit between two tries, %s if it runs: %s',
    async (_, runs, ends) => {
      const scene = new Draining();
      const worker = scene.host.workers.get('worker-1');
      if (worker === undefined) throw new Error('no worker');
      const { process, ...stopped } = worker;
      const seen = { ...stopped, unit: aUnit(), ...(runs && process !== undefined ? { process } : {}) };
      scene.see({ ...scene.host, workers: new Map([['worker-1', seen]]) });
      expect(await scene.run(true, 'none')).toBe('ok');
      expect(scene.changes.filter((call) => call.includes(' stop '))).toEqual(ends);
    },
  );
});
