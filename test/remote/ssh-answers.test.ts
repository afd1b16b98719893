import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import { SshAnswers } from '../../src/remote/ssh-answers.js';
import type { SshOptions } from '../../src/remote/ssh-config.js';

let folder: string;
let configFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealfarm-answers-'));
  configFile = join(folder, 'config');
  await writeFile(configFile, 'Host special\n User ops\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Says what ssh was asked, and what came of it. */
function asking(answer: (address: string) => Result<SshOptions> = named) {
  const answers = new SshAnswers();
  const asked: string[] = [];
  const to = (address: string, ...rest: readonly string[]): Promise<Result<SshOptions>> =>
    answers.to({ address, rest, configFile }, () => {
      asked.push(address);
      return Promise.resolve(answer(address));
    });
  return { asked, to };
}

function named(address: string): Result<SshOptions> {
  return success(
    new Map([
      ['host', [address]],
      ['hostname', [address]],
      ['user', [address === 'special' ? 'ops' : 'me']],
    ]),
  );
}

describe('what ssh says', () => {
  it('is asked for once for hosts that are alike, each under its own name', async () => {
    const { asked, to } = asking();
    const said = await Promise.all(['one', 'two', 'special', '10.0.0.3'].map((address) => to(address)));
    expect(asked).toEqual(['one', 'special']);
    expect(said).toEqual(['one', 'two', 'special', '10.0.0.3'].map(named));
  });

  it('is asked for again with other words', async () => {
    const { asked, to } = asking();
    await to('one', '-p', '22');
    await to('two', '-p', '2222');
    await to('three', '-p', '22');
    expect(asked).toEqual(['one', 'two']);
  });

  it('is asked for again where it was an error, which names its host', async () => {
    const { asked, to } = asking((address) =>
      failure({ code: 'SF415', severity: 'error', message: `wrong for ${address}` }),
    );
    const [, second] = [await to('one'), await to('two')];
    expect(asked).toEqual(['one', 'two']);
    expect(second).toMatchObject({ diagnostic: { message: 'wrong for two' } });
  });
});
