import { describe, expect, it } from 'vitest';
import { checkLive } from '../../../src/check/live-checks.js';
import { resourcesFromEnvironment } from '../../../src/lotus/resource-env.js';
import { Secret } from '../../../src/secret/secret.js';
import { CANARY, farmOf } from '../../support/farm.js';
import { healthy, liveCodes, theFinding, withRegistered, type Seen } from '../../support/facts.js';
import { changeProcess, changeWorker, file, stopped } from '../../support/observation.js';

/** With this line in the environment file of the usual worker. */
function inFile(line: string, seen = healthy()): Seen {
  const observation = changeWorker(seen.observation, 'worker-1', (worker) => {
    const before = worker.envFile.state === 'present' ? worker.envFile.text.reveal() : '';
    return { ...worker, envFile: file(`${before}${line}\n`, '600') };
  });
  return { ...seen, observation };
}

function inProcess(name: string, value: string, seen = healthy()): Seen {
  const observation = changeWorker(
    seen.observation,
    'worker-1',
    changeProcess((process) => ({
      ...process,
      environ: new Map([...process.environ, [name, new Secret(value)]]),
    })),
  );
  return { ...seen, observation };
}

describe('a variable in the environment file', () => {
  it.each<[line: string, ...said: string[]]>([
    ['PC1_32G_MAX_CONCURRENT=4'],
    ['PC1_32G_MAX_CONCURRENT=four', 'SF522 error'],
    ['PC1_32G_MAX_CONCURRENT=', 'SF522 error'],
    ['PC1_MAX_CONCURRENT=4'],
    ['PC1_32GB_MAX_CONCURRENT=4', 'SF521 warning'],
    ['PRU2_32G_MAX_CONCURRENT=1', 'SF521 warning'],
    ['PC1_32G_MIN_MEMORY=60GiB', 'SF522 error'],
    ['C2_32G_GPU_UTILIZATION=0.5'],
    ['DC_MAX_CONCURRENT=4'],
    ['DC_32G_MAX_CONCURRENT=4', 'SF521 warning'],
    ['PC1_32G_MAX_CONCURENT=4', 'SF521 warning'],
    ['RUST_LOG=four'],
    ['FIL_PROOFS_USE_MULTICORE_SDR=1\nFIL_PROOFS_MULTICORE_SDR_PRODUCERS=2'],
    ['FIL_PROOFS_USE_MULTICORE_SDR=1\nFIL_PROOFS_MULTICORE_SDR_PRODUCERS=two', 'SF522 error'],
    ['FIL_PROOFS_USE_MULTICORE_SDR=1\nFIL_PROOFS_MULTICORE_SDR_PRODUCERS=', 'SF522 error'],
    // Then nobody reads it.
    ['FIL_PROOFS_MULTICORE_SDR_PRODUCERS=two'],
  ])('%s', (line, ...said) => {
    expect(liveCodes(inFile(line))).toEqual(said);
  });

  it('is named with what is meant by PRU2', () => {
    expect(theFinding(inFile('PRU2_32G_MAX_CONCURRENT=1'))).toMatchObject({
      message: 'Lotus ignores PRU2_32G_MAX_CONCURRENT in worker.env',
      help: expect.stringContaining('limits: { PR2: … }') as string,
      place: { path: '/etc/sealfarm/workers/worker-1/worker.env' },
    });
  });

  it('is named with what is meant by a size for DC', () => {
    expect(theFinding(inFile('DC_32G_MAX_CONCURRENT=1')).help).toContain('limits: { DC: … }');
  });

  it('is no limit at all where the limit is no number', () => {
    expect(theFinding(inFile('PC1_32G_MAX_CONCURRENT=four')).message).toContain('no limit at all');
    expect(theFinding(inFile('PC1_32G_MIN_MEMORY=much')).message).not.toContain('limit');
  });

  it('is seen in the running process too, and said once', () => {
    const name = 'PC1_32G_MAX_CONCURRENT';
    expect(theFinding(inProcess(name, 'four')).message).toContain('in the running process');
    expect(theFinding(inProcess(name, 'five', inFile(`${name}=four`))).message).toContain(
      'in worker.env and the running process',
    );
    expect(theFinding(inProcess(name, '4', inFile(`${name}=four`))).message).toMatch(/in worker\.env:/);
  });

  it('is seen where the worker does not run', () => {
    const seen = inFile('PC1_32G_MAX_CONCURRENT=four');
    expect(liveCodes({ ...seen, observation: changeWorker(seen.observation, 'worker-1', stopped) })).toEqual([
      'SF522 error',
    ]);
  });

  it('never shows its value', () => {
    const seen = inProcess('PC1_32GB_MAX_CONCURRENT', CANARY, inFile(`PC1_32G_MAX_CONCURRENT=${CANARY}`));
    expect(checkLive(seen)).toHaveLength(2);
    expect(JSON.stringify(checkLive(seen))).not.toContain(CANARY);
  });
});

describe('the limits in effect', () => {
  const GiB = 2 ** 30;
  const farm = farmOf({
    limits: new Map([['PC1', 4]]),
    resources: new Map([['PC2', { MinMemory: 20 * GiB }]]),
  });
  const registered = (env: Readonly<Record<string, string>>): Seen =>
    withRegistered(healthy(farm), 'worker-1', { Resources: resourcesFromEnvironment(env) });
  const DECLARED = { PC1_32G_MAX_CONCURRENT: '4', PC2_32G_MIN_MEMORY: String(20 * GiB) };

  it.each<[what: string, env: Readonly<Record<string, string>>, said: string | undefined]>([
    ['as declared', DECLARED, undefined],
    ['others for another size', { ...DECLARED, PC1_64G_MAX_CONCURRENT: '9' }, undefined],
    ['another limit', { ...DECLARED, PC1_32G_MAX_CONCURRENT: '2' }, 'PC1_32G_MAX_CONCURRENT is 2, not 4'],
    ['no limit', { PC2_32G_MIN_MEMORY: DECLARED.PC2_32G_MIN_MEMORY }, 'PC1_32G_MAX_CONCURRENT is 0, not 4'],
    [
      'a limit that nobody declared',
      { ...DECLARED, C2_MAX_CONCURRENT: '1' },
      'C2_32G_MAX_CONCURRENT is 1, not 0',
    ],
    [
      // 15 GiB, what Lotus takes where nothing is said, against 20 GiB.
      'another resource',
      { PC1_32G_MAX_CONCURRENT: '4' },
      'PC2_32G_MIN_MEMORY is 16106127360, not 21474836480',
    ],
  ])('are %s', (_, env, said) => {
    const seen = registered(env);
    if (said === undefined) expect(liveCodes(seen)).toEqual([]);
    else
      expect(theFinding(seen)).toMatchObject({
        code: 'SF536',
        severity: 'warning',
        message: `Lotus goes by other numbers than declared: ${said}`,
      });
  });
});
