import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm, Worker } from '../../src/farm/farm.js';
import type { Observation } from '../../src/observed/observed.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { steps, type Plan } from '../../src/plan/plan.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aWorker, TOKEN } from '../support/farm.js';
import { HostModel } from '../support/host-model.js';
import { changeProcess, changeWorker, inPlace, stopped } from '../support/observation.js';
import { codes, plan, summary } from '../support/plan.js';

type Ports = Readonly<Record<string, number>>;

/** A farm of one host, with these workers and their ports. */
function farmWith(ports: Ports, more: Readonly<Record<string, Partial<Worker>>> = {}): Farm {
  const workers = Object.entries(ports).map(([name, port]) =>
    aWorker({ name, listen: { host: '10.0.0.11', port }, storage: [], ...more[name] }),
  );
  return aFarm({ hosts: [aHost({ workers })] });
}

function restarted(made: Plan): readonly (string | undefined)[] {
  return steps(made).flatMap(({ action, worker }) =>
    action.kind === 'restart' || action.kind === 'start' ? [worker] : [],
  );
}

describe('a port that another worker of the host has', () => {
  it('is waited for, and nothing is written meanwhile: SF578', () => {
    const made = plan(farmWith({ a: 2, b: 3 }), inPlace(farmWith({ a: 1, b: 2 })));
    expect(restarted(made)).toEqual(['b']);
    expect(steps(made).map(({ worker }) => worker)).toEqual(['b', 'b']);
    expect(made.diagnostics).toMatchObject([
      {
        code: 'SF578',
        severity: 'warning',
        message: 'a gets 10.0.0.11:2 when b has let go of it: until then nothing is done to it',
        place: { worker: 'a' },
      },
    ]);
  });

  it('is waited for by a worker that is new, or down', () => {
    const seen = changeWorker(inPlace(farmWith({ a: 9, b: 2 })), 'a', stopped);
    const made = plan(farmWith({ a: 2, b: 3 }), seen);
    expect([restarted(made), codes(made)]).toEqual([['b'], ['SF578 warning']]);
  });

  it('is no concern of a worker that is not started anew', () => {
    const made = plan(farmWith({ a: 2, b: 3 }), inPlace(farmWith({ a: 1, b: 2 })), ['a']);
    expect([restarted(made), codes(made)]).toEqual([['b'], []]);
  });

  it('of a worker that is to stop is waited for, even if that is to get the port of the other', () => {
    const farm = farmWith({ a: 2, b: 1 }, { b: { state: 'stopped' } });
    const made = plan(farm, inPlace(farmWith({ a: 1, b: 2 })));
    expect(summary(made).filter((line) => !line.startsWith('write-file'))).toEqual([
      'drain: empty, config-changed',
    ]);
    expect(codes(made)).toEqual(['SF578 warning']);
  });

  it.each([
    ['on all addresses', '0.0.0.0:2', ['SF578 warning']],
    ['on another address', '10.0.0.12:2', []],
    ['by a name of which nobody knows the address', 'localhost:2', []],
  ])('may be had %s', (_, listens, said) => {
    const seen = changeWorker(
      inPlace(farmWith({ a: 1, b: 2 })),
      'b',
      changeProcess((process) => ({
        ...process,
        environ: new Map([...process.environ, ['LOTUS_WORKER_LISTEN', new Secret(listens)]]),
      })),
    );
    expect(codes(plan(farmWith({ a: 2, b: 3 }), seen))).toEqual(said);
  });

  it('is free for the worker that has it itself', () => {
    const made = plan(farmWith({ a: 1 }, { a: { env: new Map([['A', 'b']]) } }), inPlace(farmWith({ a: 1 })));
    expect([restarted(made), codes(made)]).toEqual([['a'], []]);
  });
});

describe('a circle', () => {
  it('is refused, with the way out: SF579', () => {
    const made = plan(farmWith({ a: 2, b: 1 }), inPlace(farmWith({ a: 1, b: 2 })));
    expect(summary(made)).toEqual([]);
    expect(made.diagnostics).toMatchObject([
      {
        code: 'SF579',
        severity: 'error',
        message:
          'a cannot listen on 10.0.0.11:2 before b has let go of it, and a, b wait for each other: nothing is done to them',
        help: expect.stringContaining('so that b waits for it no more') as string,
      },
      { code: 'SF579', place: { worker: 'b' } },
    ]);
  });

  it('keeps who waits for one of it waiting, and nobody else', () => {
    const made = plan(
      farmWith({ a: 2, b: 3, c: 1, d: 6, e: 4 }),
      inPlace(farmWith({ a: 1, b: 2, c: 3, d: 4, e: 5 })),
    );
    expect(codes(made)).toEqual(['SF579 error', 'SF579 error', 'SF579 error', 'SF578 warning']);
    expect(restarted(made)).toEqual(['d']);
    expect(made.diagnostics[0]?.help).toContain('so that c waits for it no more');
  });
});

it('of a worker that gets another name is its own, and another one waits for it', () => {
  const before = inPlace(farmWith({ a: 1, b: 2 }));
  const host = before.hosts.get('host-1');
  const old = host?.reached === true ? host.workers.get('b') : undefined;
  if (host?.reached !== true || old === undefined) throw new Error('not seen');
  const { process: _, ...down } = old;
  const { repo, files } = { ...desire(farmWith({ b: 2 }), TOKEN, new Map()).hosts[0]?.workers[0] };
  if (repo === undefined || files === undefined) throw new Error('no worker');
  const workers = new Map([...host.workers, ['new-b', down] as const].filter(([name]) => name !== 'b'));
  const departed = new Map([['b', { ...old, files, repo }]]);
  const seen: Observation = {
    ...before,
    hosts: new Map([['host-1', { ...host, workers, departed, forgotten: ['b'] }]]),
  };
  const as = (port: number): Farm =>
    farmWith({ a: 2, 'new-b': port }, { 'new-b': { renamedFrom: 'b', repo } });
  expect([restarted(plan(as(3), seen)), codes(plan(as(3), seen))]).toEqual([['new-b'], ['SF578 warning']]);
  expect(codes(plan(as(1), seen))).toEqual(['SF579 error', 'SF579 error']);
});

/** Who can move at all, each to its port as soon as that is free. */
function moved(before: Ports, after: Ports): Ports {
  const now = new Map(Object.entries(before));
  for (let moving = true; moving;) {
    moving = false;
    for (const [name, port] of Object.entries(after)) {
      const free = ![...now].some(([other, taken]) => other !== name && taken === port);
      if (now.get(name) === port || !free) continue;
      now.set(name, port);
      moving = true;
    }
  }
  return Object.fromEntries(now);
}

describe('ports that change places', () => {
  const POOL = [1, 2, 3, 4, 5, 6];
  const NAMES = ['a', 'b', 'c', 'd'];
  const drawn = fc.record({
    before: fc.shuffledSubarray(POOL, { minLength: 4 }),
    after: fc.shuffledSubarray(POOL, { minLength: 4 }),
    first: fc.integer({ min: 0, max: 4 }),
  });

  function ports(list: readonly number[], count = NAMES.length): Ports {
    return Object.fromEntries(NAMES.slice(0, count).map((name, index) => [name, list[index] ?? 0]));
  }

  function listening(model: HostModel): Ports {
    const found = [...model.processes].map(([name, { environ }]) => {
      const [, port] = (environ.get('LOTUS_WORKER_LISTEN') ?? '').split(':');
      return [name, Number(port)] as const;
    });
    return Object.fromEntries(found);
  }

  it('never meet, and go as far as they can', () => {
    fc.assert(
      fc.property(drawn, ({ before, after, first }) => {
        const [old, wanted] = [ports(before, first), ports(after)];
        const model = new HostModel(desire(farmWith(old), TOKEN, new Map()));
        const settle = (): Plan => {
          // Each round moves one of them at least.
          for (const _ of NAMES)
            for (const step of steps(makePlan(model.desired, model.observe()))) model.apply(step);
          return makePlan(model.desired, model.observe());
        };
        settle();
        expect(listening(model)).toEqual(old);
        model.edit(desire(farmWith(wanted), TOKEN, new Map()));
        const left = settle();
        const reachable = moved(old, wanted);
        expect(listening(model)).toEqual(reachable);
        expect(steps(left)).toEqual([]);
        const waiting = NAMES.filter((name) => reachable[name] !== wanted[name]);
        expect(left.diagnostics.flatMap(({ place }) => (place?.kind === 'host' ? place.worker : []))).toEqual(
          waiting,
        );
      }),
      { numRuns: 200 },
    );
  });
});
