import { describe, expect, it } from 'vitest';
import { perform } from '../../src/apply/perform.js';
import { startWorker } from '../../src/apply/start-worker.js';
import { parseEnvFile } from '../../src/host/env-file.js';
import { hostLayout } from '../../src/host/layout.js';
import { FILE_TYPES } from '../../src/lotus/file-type.js';
import { parseManifest, type Manifest } from '../../src/host/manifest.js';
import type { DepartedWorker, ObservedHost, ObservedStorage } from '../../src/observed/observed.js';
import type { Step } from '../../src/plan/plan.js';
import { aJob, sessionOf } from '../support/observation.js';
import { CANARY } from '../support/farm.js';
import { Scene, START } from './scene.js';

const HOME = hostLayout({ config: '/etc/sealfarm', state: '/var/lib/sealfarm' });

/** The scene's worker-1 is in the file no more; what is written on its host is seen from then on. */
class Leaving extends Scene {
  readonly manifests: Manifest[] = [];

  constructor() {
    super();
    this.before = (call) => {
      if (call === `host-1 script ${HOME.manifest}` && !this.outputs.has(call))
        this.#take(this.scripts.at(-1) ?? '');
    };
    this.#depart();
  }

  get host(): ObservedHost {
    const host = this.observation.hosts.get('host-1');
    if (host?.reached !== true) throw new Error('not reached');
    return host;
  }

  see(host: ObservedHost): void {
    this.observation = { ...this.observation, hosts: new Map([...this.observation.hosts, ['host-1', host]]) };
  }

  get step(): Step {
    return {
      id: 'worker-1/remove-worker',
      host: 'host-1',
      worker: 'worker-1',
      action: { kind: 'remove-worker', service: this.layout('worker-1'), home: HOME, tasks: ['PC1', 'PC2'] },
      disruption: 'empty',
      reason: 'removed-from-config',
      changes: [],
    };
  }

  #depart(): void {
    const { workers } = this.host;
    const worker = workers.get('worker-1');
    if (worker === undefined) throw new Error('no worker');
    const files = this.layout('worker-1');
    const departed = new Map<string, DepartedWorker>([['worker-1', { ...worker, files, repo: '/repo' }]]);
    this.see({ ...this.host, departed });
  }

  #take(script: string): void {
    const text = Buffer.from(/<<'END'\n([^]*?)END\n/.exec(script)?.[1] ?? '', 'base64').toString('utf8');
    const manifest = parseManifest(text);
    if ('problem' in manifest) throw new Error(manifest.problem);
    this.manifests.push(manifest);
    this.see({ ...this.host, manifest, manifestSha256: String(this.manifests.length) });
  }
}

async function removed(scene: Leaving): Promise<string> {
  const result = await perform(scene.context, [], scene.step, '/state/lock');
  return result.ok ? 'ok' : result.diagnostic.code;
}

describe('a worker that is removed', () => {
  it('has its drain noted and its tasks off, is stopped when it is empty, and leaves the manifest last', async () => {
    const scene = new Leaving();
    expect(await removed(scene)).toBe('ok');
    const { envFile, pidFile } = scene.layout('worker-1');
    expect(scene.changes.filter((call) => !call.includes('disable'))).toEqual([
      `host-1 script ${HOME.manifest}`,
      `host-1 script ${envFile}`,
      'worker-1 detach-all',
      'host-1 stop worker-1',
      `host-1 script ${HOME.manifest}`,
      'host-1 remove worker-1',
      `host-1 script ${envFile}`,
      `host-1 script ${HOME.manifest}`,
    ]);
    expect(pidFile).toContain('worker-1');
    const intent = { who: 'sealfarm', when: START, why: 'it is in the file no more', tasks: ['PC1', 'PC2'] };
    expect(scene.manifests.map(({ workers, intents }) => [workers, intents['worker-1']])).toEqual([
      [['worker-1'], intent],
      [['worker-1'], { ...intent, emptied: true }],
      [[], undefined],
    ]);
  });

  it('keeps its paths where somebody has taken the lock away by then', async () => {
    const scene = new Leaving();
    scene.outputs.set('host-1 look at lock', { stdout: '' });
    expect(await removed(scene)).toBe('SF609');
    expect(scene.changes.filter((call) => /detach|stop|remove/.test(call))).toEqual([]);
  });

  it('takes the unit along that is left beside its plain process', async () => {
    const scene = new Leaving();
    const { action } = scene.step;
    if (action.kind !== 'remove-worker') throw new Error('another step');
    const service = { ...action.service, serviceManager: 'systemd' } as const;
    const result = await perform(
      scene.context,
      [],
      { ...scene.step, action: { ...action, service } },
      '/state/lock',
    );
    expect(result.ok).toBe(true);
    expect(scene.changes.filter((call) => /stop|remove/.test(call))).toEqual([
      'host-1 stop worker-1',
      'host-1 remove worker-1',
      'host-1 systemd remove worker-1',
      'host-1 remove worker-1',
    ]);
  });

  it('keeps all of its environment but the tasks, with the secret', async () => {
    const scene = new Leaving();
    await removed(scene);
    const { envFile } = scene.layout('worker-1');
    const script = scene.scripts.find((text) => text.includes(envFile) && text.includes("<<'END'")) ?? '';
    const text = Buffer.from(/<<'END'\n([^]*?)END\n/.exec(script)?.[1] ?? '', 'base64').toString('utf8');
    const env = parseEnvFile(text);
    expect(env.get('MINER_API_INFO')).toContain(CANARY);
    expect(env.get('LOTUS_WORKER_NO_DEFAULT')).toBe('true');
    expect([...env.keys()].filter((name) => name.startsWith('LOTUS_WORKER_PRECOMMIT'))).toEqual([]);
  });

  it('is not stopped while it has a job, and stays noted', async () => {
    const scene = new Leaving();
    scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 7)]]]) });
    expect(await removed(scene)).toBe('SF610');
    expect(scene.changes).not.toContain('host-1 stop worker-1');
    expect(scene.manifests.map(({ workers }) => workers)).toEqual([['worker-1']]);
  });

  it('is taken up again where it was cut off: nothing is written twice', async () => {
    const scene = new Leaving();
    const intent = { who: 'sealfarm', when: START, tasks: [], emptied: true } as const;
    const gone = scene.host.departed?.get('worker-1');
    if (gone === undefined || scene.host.manifest === undefined) throw new Error('nobody left');
    const { process: _, ...stopped } = gone;
    const manifest = { ...scene.host.manifest, intents: { 'worker-1': intent } };
    scene.see({ ...scene.host, manifest, departed: new Map([['worker-1', stopped]]) });
    expect(await removed(scene)).toBe('ok');
    expect(scene.changes).toEqual([
      'host-1 remove worker-1',
      `host-1 script ${scene.layout('worker-1').envFile}`,
      `host-1 script ${HOME.manifest}`,
    ]);
  });

  it('is emptied and stopped anew where a boot has started it since it was', async () => {
    const scene = new Leaving();
    const intent = { who: 'sealfarm', when: START, tasks: [], emptied: true } as const;
    if (scene.host.manifest === undefined) throw new Error('no manifest');
    scene.see({ ...scene.host, manifest: { ...scene.host.manifest, intents: { 'worker-1': intent } } });
    expect(await removed(scene)).toBe('ok');
    const steps = ['worker-1 detach-all', 'host-1 stop worker-1', 'host-1 remove worker-1'];
    expect(scene.changes.filter((call) => steps.includes(call))).toEqual(steps);
  });

  it.each<[what: string, gone: Partial<ObservedStorage>, why: string]>([
    ['is not there', { exists: false }, 'it is not there'],
    ['is not mounted', { sectorStore: { state: 'absent' } }, 'it has no sectorstore.json'],
  ])('is not removed where it has died and its disk %s', async (_, gone, why) => {
    const scene = new Leaving();
    scene.changeMiner({ workers: new Map(), sectors: new Map(), storage: new Map() });
    died(scene, (worker) => ({
      ...worker,
      storage: new Map([...worker.storage].map(([path, one]) => [path, { ...one, ...gone, entries: [] }])),
    }));
    const result = await perform(scene.context, [], scene.step, '/state/lock');
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF607' } });
    expect(result.ok ? '' : result.diagnostic.message).toContain(`since ${why}: worker-1 is not removed`);
    expect(scene.changes.filter((call) => call.includes('remove'))).toEqual([]);
    expect(scene.manifests.at(-1)?.workers).toEqual(['worker-1']);
  });

  /** Its process has ended since the plan was made. */
  function died(
    scene: Leaving,
    change: (worker: DepartedWorker) => DepartedWorker = (worker) => worker,
  ): void {
    const gone = scene.host.departed?.get('worker-1');
    if (gone === undefined) throw new Error('nobody left');
    const { process: _, ...stopped } = gone;
    const seen = new Map([['worker-1', change(stopped)]]);
    scene.see({ ...scene.host, departed: seen, workers: new Map([...scene.host.workers, ...seen]) });
  }

  function withEntries(worker: DepartedWorker): DepartedWorker {
    const storage = [...worker.storage].map(
      ([path, seen]) => [path, { ...seen, entries: ['sealed/s-t01000-7'] }] as const,
    );
    return { ...worker, storage: new Map(storage) };
  }

  it('is started once with its tasks off where it has died with its sectors, so that they leave it', async () => {
    const scene = new Leaving();
    const { observation } = scene;
    const running = scene.host.departed?.get('worker-1');
    if (running === undefined) throw new Error('nobody left');
    scene.changeMiner({ workers: new Map(), sectors: new Map(), storage: new Map() });
    died(scene, withEntries);
    const { before } = scene;
    scene.before = (call, nth) => {
      before(call, nth);
      if (call !== 'host-1 start worker-1') return;
      scene.observation = { ...scene.observation, miner: observation.miner };
      const seen = new Map([['worker-1', running]]);
      scene.see({ ...scene.host, departed: seen, workers: new Map([...scene.host.workers, ...seen]) });
    };
    expect(await removed(scene)).toBe('ok');
    const { envFile } = scene.layout('worker-1');
    expect(
      scene.changes.filter((call) => /start|stop|remove|detach/.test(call) || call.endsWith(envFile)),
    ).toEqual([
      `host-1 script ${envFile}`,
      'host-1 start worker-1',
      'worker-1 detach-all',
      'host-1 stop worker-1',
      'host-1 remove worker-1',
      `host-1 script ${envFile}`,
    ]);
    expect(scene.journal).toContainEqual(
      expect.objectContaining({ step: 'worker-1/start', outcome: 'done' }),
    );
  });

  it('is seen to be back although the file has it no more', async () => {
    const scene = new Leaving();
    scene.see({ ...scene.host, workers: new Map() });
    const target = { host: 'host-1', worker: 'worker-1' };
    expect(await startWorker(scene.context, target, scene.layout('worker-1'))).toMatchObject({ ok: true });
  });

  it('is not removed with its sectors where it has died and does not come up', async () => {
    const scene = new Leaving();
    scene.changeMiner({ workers: new Map(), sectors: new Map(), storage: new Map() });
    died(scene, withEntries);
    expect(await removed(scene)).toBe('SF603');
    expect(scene.changes.filter((call) => call.includes('start'))).toEqual(['host-1 start worker-1']);
    expect(scene.changes.filter((call) => call.includes('remove'))).toEqual([]);
    expect(scene.manifests.map(({ workers }) => workers)).toEqual([['worker-1']]);
  });

  it('is not stopped while files lie on its path that the miner knows nothing of', async () => {
    const scene = new Leaving();
    scene.changeMiner({ sectors: new Map() });
    const gone = scene.host.departed?.get('worker-1');
    if (gone === undefined) throw new Error('nobody left');
    scene.see({ ...scene.host, departed: new Map([['worker-1', withEntries(gone)]]) });
    expect(await removed(scene)).toBe('SF607');
    expect(scene.changes.filter((call) => call.includes('remove') || call.includes('stop'))).toEqual([]);
  });

  it('is removed with files that nobody needs any more, and they stay', async () => {
    const scene = new Leaving();
    scene.states.set('s-t01000-7', 'Removed');
    const gone = scene.host.departed?.get('worker-1');
    if (gone === undefined) throw new Error('nobody left');
    scene.see({ ...scene.host, departed: new Map([['worker-1', withEntries(gone)]]) });
    const id = gone.process?.live.reached === true ? gone.process.live.paths[0]?.ID : undefined;
    if (id === undefined) throw new Error('it has no path');
    scene.changeMiner({
      sectors: new Map([[id, [{ Miner: 1000, Number: 7, SectorFileType: FILE_TYPES.sealed }]]]),
    });
    expect(await removed(scene)).toBe('ok');
    expect(scene.changes).toContain('host-1 remove worker-1');
  });

  it.each<[who: string, urls: readonly string[], listen: string | undefined, code: string]>([
    ['nobody else', ['http://10.0.0.11:3456/remote'], '10.0.0.11:3456', 'SF607'],
    [
      'itself, before it moved to another port',
      ['http://10.0.0.11:3456/remote', 'http://10.0.0.11:9999/remote'],
      '10.0.0.11:3456',
      'SF607',
    ],
    [
      'another machine',
      ['http://10.0.0.11:3456/remote', 'http://10.0.0.10:2345/remote'],
      '10.0.0.11:3456',
      'ok',
    ],
    [
      'a machine of IPv6',
      ['http://[fd00::1]:3456/remote', 'http://[fd00::2]:3456/remote'],
      '[fd00::1]:3456',
      'ok',
    ],
    [
      'itself, before it moved, by IPv6',
      ['http://[fd00::1]:3456/remote', 'http://[fd00:0::1]:9999/remote'],
      '[fd00::1]:3456',
      'SF607',
    ],
    ['itself, which was told to listen on all', ['http://10.0.0.11:3456/remote'], '0.0.0.0:3456', 'SF607'],
    ['itself, where nobody knows its address', ['http://10.0.0.11:3456/remote'], undefined, 'SF607'],
    [
      'somebody, where nobody knows its address',
      ['http://10.0.0.11:3456/remote', 'http://10.0.0.10:1/remote'],
      undefined,
      'ok',
    ],
  ])('with files on a path that is served by %s', async (_, urls, listen, code) => {
    const scene = new Leaving();
    const { storage } = scene.observation.miner;
    scene.changeMiner({
      sectors: new Map(),
      storage: new Map(
        [...storage].map(([id, one]) => [id, { ...one, info: { ...one.info, URLs: [...urls] } }]),
      ),
    });
    const gone = scene.host.departed?.get('worker-1');
    if (gone === undefined) throw new Error('nobody left');
    const full = { ...withEntries(gone), ...(listen === undefined ? {} : { listen }) };
    scene.see({ ...scene.host, departed: new Map([['worker-1', full]]) });
    expect(await removed(scene)).toBe(code);
  });

  it('is removed where it has died and left nothing', async () => {
    const scene = new Leaving();
    scene.changeMiner({ workers: new Map(), sectors: new Map(), storage: new Map() });
    died(scene);
    expect(await removed(scene)).toBe('ok');
    expect(scene.changes).not.toContain('host-1 stop worker-1');
    expect(scene.manifests.at(-1)?.workers).toEqual([]);
  });

  it('is not removed where somebody else has started it meanwhile', async () => {
    const scene = new Leaving();
    died(scene, (worker) => ({ ...worker, startedElsewhere: true }));
    expect(await removed(scene)).toBe('SF514');
    expect(scene.changes.filter((call) => call.includes('remove'))).toEqual([]);
  });

  it('is let be where it is in the file again', async () => {
    const scene = new Leaving();
    const { departed: _, ...host } = scene.host;
    scene.see({ ...host, manifest: { version: 1, farm: 'example', workers: [], intents: {} } });
    expect(await removed(scene)).toBe('ok');
    expect(scene.changes).toEqual([]);
  });

  it('is not taken away where its manifest cannot be written', async () => {
    const scene = new Leaving();
    scene.outputs.set(`host-1 script ${HOME.manifest}`, { status: 3, stderr: 'changed' });
    expect(await removed(scene)).toBe('SF601');
    expect(scene.changes.filter((call) => call.includes('stop') || call.includes('remove'))).toEqual([]);
  });
});
