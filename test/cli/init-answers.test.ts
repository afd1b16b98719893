import { describe, expect, it } from 'vitest';
import { answersSaid, askAnswers, type Said } from '../../src/cli/init-answers.js';

/** As Lotus makes them: each label is one that DNS could know. */
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJBbGxvdyI6WyJyZWFkIiwid3JpdGUiXX0.c2lnbmF0dXJl';

const NOTHING: Said = { hosts: [], byPattern: false };

/** Asks a person who types these lines, and ends it by Ctrl-D after them. */
async function asking(said: Said, typed: readonly string[]): Promise<unknown> {
  const left = [...typed];
  const asked: string[] = [];
  const wrong: string[] = [];
  const telling = await askAnswers(
    said,
    (question, fallback = '') => {
      asked.push(question);
      const line = left.shift();
      return Promise.resolve(line === '' ? fallback : line);
    },
    (text) => wrong.push(text),
  );
  return { telling, asked: asked.length, wrong };
}

describe('what is said', () => {
  it.each<[what: string, miner: string, answer: object]>([
    ['a host', 'miner-1', { kind: 'host', host: 'miner-1', token: { fromMiner: true } }],
    ['an address', '/ip4/10.0.0.1/tcp/2345/http', { kind: 'api', token: { env: 'SEALFARM_MINER_TOKEN' } }],
    ['none', 'none', { kind: 'none' }],
  ])('of the miner may be %s', (_, miner, answer) => {
    expect(answersSaid({ ...NOTHING, hosts: ['a'], miner })).toMatchObject({
      ok: true,
      told: { hosts: ['a'], answers: { name: 'farm', sectorSize: '32GiB', miner: answer } },
    });
  });

  it('may say where the token is', () => {
    const telling = answersSaid({ ...NOTHING, hosts: ['a'], miner: 'm', minerToken: { file: '/t' } });
    expect(telling).toMatchObject({ told: { answers: { miner: { token: { file: '/t' } } } } });
  });

  it('is missing all at once: SF681', () => {
    const telling = answersSaid(NOTHING);
    expect(telling.ok ? [] : telling.diagnostics.map(({ code }) => code)).toEqual(['SF681', 'SF681']);
  });

  it.each(['token:/ip4/10.0.0.1/tcp/2345/http', '/ip4/10.7.7.7', 'root@m', 'a b', JWT])(
    'of the miner is not %s, which is not shown',
    (miner) => {
      const telling = answersSaid({ ...NOTHING, hosts: ['a'], miner });
      const said = telling.ok ? [] : telling.diagnostics;
      expect(said.map(({ code }) => code)).toEqual(['SF615']);
      expect(JSON.stringify(said)).not.toContain(miner);
    },
  );
});

describe('a token among the hosts', () => {
  it.each([JWT, `${JWT}:/ip4/10.0.0.1/tcp/2345/http`, `root@${JWT}`])('is not shown: %#', async (word) => {
    const telling = answersSaid({ ...NOTHING, hosts: ['a', word], miner: 'none' });
    const said = telling.ok ? [] : telling.diagnostics;
    expect(said.map(({ code }) => code)).toEqual(['SF615']);
    expect(JSON.stringify(said)).not.toContain('eyJ');
    const asked = await asking(NOTHING, [`a ${word}`, 'a', word, 'none', '', '']);
    expect(asked).toMatchObject({ telling: { ok: true, told: { hosts: ['a'] } } });
    expect(JSON.stringify(asked)).not.toContain('eyJ');
  });
});

describe('what is asked', () => {
  it('is all that was not said, each with its usual answer', async () => {
    expect(await asking(NOTHING, ['a, b@c:2', '', '', ''])).toMatchObject({
      telling: {
        told: {
          hosts: ['a', 'b@c:2'],
          answers: { name: 'farm', sectorSize: '32GiB', miner: { kind: 'none' } },
        },
      },
      asked: 4,
      wrong: [],
    });
  });

  it('is nothing where all was said', async () => {
    const said: Said = { ...NOTHING, byPattern: true, name: 'n', miner: 'none', sectorSize: '64GiB' };
    expect(await asking(said, [])).toMatchObject({ telling: { ok: true }, asked: 0 });
  });

  it('is asked again where the answer makes no sense', async () => {
    const typed = ['', 'a:b:c', 'a', 'm m', 'm', '-x', 'x', '33GiB', '64gib'];
    expect(await asking(NOTHING, typed)).toMatchObject({
      telling: { told: { hosts: ['a'], answers: { name: 'x', sectorSize: '64GiB', miner: { host: 'm' } } } },
      asked: 9,
    });
  });

  it.each([0, 1, 2, 3])('ends with the person, after %i answers', async (count) => {
    expect(await asking(NOTHING, ['a', 'none', 'x'].slice(0, count))).toMatchObject({ telling: undefined });
  });
});
