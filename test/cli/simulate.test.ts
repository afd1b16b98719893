import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-code.js';
import { run } from '../../src/cli/program.js';
import { commandScene } from '../support/command.js';

/** One worker does all, one PC1 of 4 hours at a time: 6 sectors a day. */
const FILE = `version: 1
farm: north
sectorSize: 32GiB
miner: { api: /ip4/10.0.0.10/tcp/2345/http, token: { env: MINER } }
hosts:
  all:
    address: 10.0.0.1
    hardware: { cpus: 64, memory: 512GiB, gpus: 1, disk: 15TiB }
    workers:
      all: { tasks: [addpiece, precommit1, precommit2, commit], limits: { PC1: 1 }, storage: [{ path: /s, seal: true }] }
`;

const scene = commandScene(FILE);

/** Another file beside the first. */
function other(name: string, from: string, to: string): string {
  const path = join(scene.folder, name);
  writeFileSync(path, FILE.replace(from, to));
  return path;
}

async function simulate(...args: readonly string[]): Promise<number> {
  [scene.out, scene.err] = [[], []];
  return run(['simulate', '--config', scene.config, '--no-color', ...args]);
}

interface Answer {
  readonly sectorsPerDay: number;
  readonly stages: readonly { readonly task: string }[];
  readonly whatIf?: readonly { readonly task: string; readonly to: number }[];
  readonly layouts: readonly { readonly file: string; readonly sectorsPerDay: number }[];
  readonly diagnostics: readonly { readonly code: string; readonly message: string }[];
}

function answer(): Answer {
  return JSON.parse(scene.out.join('')) as Answer;
}

/** The diagnostics, for programs. */
function allSaid(): readonly string[] {
  return answer().diagnostics.map(({ code, message }) => `${code} ${message}`);
}

function said(): string {
  return allSaid()[0] ?? '';
}

describe('sealfarm simulate', () => {
  it('says how much the farm seals, what holds it up, and what another limit would bring', async () => {
    expect(await simulate('--jitter', '0')).toBe(EXIT.done);
    // One PC1 after the other, 4 hours each.
    expect(scene.out.join('')).toMatch(/^Farm north: 6 sectors a day \(192 GiB\)\n7 days, always another sector to begin: /);
    expect(scene.out.join('')).toContain(
      '\nPC1 is the bottleneck: 100 % of the time its workers could take no more, because of its limit.\n',
    );
    expect(scene.out.join('')).toMatch(/\nPC1 +1 of 1 +100 % +limit /);
    expect(scene.out.join('')).toMatch(/\nWith one limit changed:\n {2}PC1 1 → 2 {2}on all {2}12 sectors a day {2}\+100 %\n$/);
    expect(scene.err).toEqual([]);
  }); // prettier-ignore

  it('seals a number of sectors, and tries no other limits where nobody wants it', async () => {
    expect(await simulate('--jitter', '0', '--sectors', '1', '--no-what-if')).toBe(EXIT.done);
    // AP 5 m, PC1 4 h, PC2 25 m, 75 m, C1 1 m, C2 30 m, FIN 1 m, and 32.1 GiB to the miner in 27.6 s: 377.5 m
    expect(scene.out.join('')).toMatch(/^Farm north: 3\.81 sectors a day \(122 GiB\)\n1 sector, finished after 6\.3 hours\.\n/);
    expect(scene.out.join('')).not.toContain('With one limit');
    expect(scene.out.join('')).not.toContain('--what-if');
  }); // prettier-ignore

  it.each<[durations: string, start: RegExp]>([
    ['PC1=2h', /^Farm north: 12 sectors a day/],
    ['pc1=8h, C2=0s', /^Farm north: 3 sectors a day/],
  ])('goes by the durations %s', async (durations, start) => {
    expect(await simulate('--jitter', '0', '--days', '8', '--no-what-if', '--durations', durations)).toBe(
      EXIT.done,
    );
    expect(scene.out.join('')).toMatch(start);
  });

  it('tells programs everything', async () => {
    expect(await simulate('--json', '--jitter', '0')).toBe(EXIT.done);
    expect(answer()).toMatchObject({
      formatVersion: 1,
      farm: 'north',
      settings: { horizon: 604_800_000, bandwidth: 1_250_000_000, jitter: 0, seed: 1 },
      sectorsPerDay: 6,
      bottleneck: { task: 'PC1', binds: 'max-concurrent' },
      stuck: [],
    });
    expect(answer().stages.map(({ task }) => task)).toEqual(['AP', 'PC1', 'PC2', 'C1', 'C2', 'FIN', 'GET']);
    // PC1 has no limit below 1.
    expect(answer().whatIf).toEqual([{ task: 'PC1', workers: ['all'], from: 1, to: 2, sectorsPerDay: 12 }]);
    expect(await simulate('--json', '--no-what-if')).toBe(EXIT.done);
    expect(answer()).not.toHaveProperty('whatIf');
    expect(answer()).toHaveProperty('settings.jitter', 0.05);
  });

  it('says the same twice, and something else with another seed', async () => {
    await simulate('--json', '--seed', '7');
    const first = scene.out.join('');
    await simulate('--json', '--seed', '7');
    expect(scene.out.join('')).toBe(first);
    await simulate('--json', '--seed', '8');
    expect(scene.out.join('').replace('"seed":8', '"seed":7')).not.toBe(first);
  });

  it('tries other limits where it would take long only if it is asked to', async () => {
    // Eight other limits: 2501 sectors are 20008 in all.
    writeFileSync(scene.config, FILE.replace('PC1: 1', 'AP: 2, PC1: 2, PC2: 2, C2: 2'));
    const quick = 'AP=1s,PC1=1s,PC2=1s,WaitSeed=1s,C1=1s,C2=1s,FIN=1s,GET=1s';
    const many = ['--sectors', '2501', '--days', '1', '--durations', quick];
    expect(await simulate(...many)).toBe(EXIT.done);
    expect(scene.out.join('')).toMatch(/\nNot tried: other limits, in 8 more runs; --what-if does it\.\n$/);
    expect(await simulate(...many, '--what-if')).toBe(EXIT.done);
    expect(scene.out.join('')).toContain('\nWith one limit changed:\n');
    expect(await simulate(...many.with(1, '2500'))).toBe(EXIT.done);
    expect(scene.out.join('')).toContain('\nWith one limit changed:\n');
  }, 60_000);

  it('holds two files against each other', async () => {
    const second = other('second.yaml', 'PC1: 1', 'PC1: 2');
    expect(await simulate('--jitter', '0', '--compare', second)).toBe(EXIT.done);
    expect(scene.out.join('')).toMatch(/\nsectors a day +6 +12\n/);
    expect(scene.out.join('')).toContain(`\n\n${second}\nPC1 is the bottleneck: `);
    expect(await simulate('--jitter', '0', '--json', '--compare', second)).toBe(EXIT.done);
    expect(answer().layouts.map(({ file, sectorsPerDay }) => [file, sectorsPerDay])).toEqual([
      [scene.config, 6],
      [second, 12],
    ]);
  });

  it('warns of durations that are those of a GPU where there is none', async () => {
    writeFileSync(scene.config, FILE.replace('gpus: 1', 'gpus: 0'));
    expect(await simulate('--sectors', '1', '--no-what-if')).toBe(EXIT.done);
    expect(scene.err.join('')).toMatch(/^warning SF619: PC2 and C2 are taken to last as long as on a GPU, and there is none for all\n/);
    expect(await simulate('--sectors', '1', '--no-what-if', '--durations', 'C2=6h')).toBe(EXIT.done);
    expect(scene.err.join('')).toBe('');
  }); // prettier-ignore

  it('shows a layout that cannot work', async () => {
    writeFileSync(scene.config, FILE.replace(', commit', ''));
    expect(await simulate('--sectors', '2')).toBe(EXIT.done);
    expect(scene.out.join('')).toContain('\n2 sectors wait for C2 for ever: no worker does it.\n');
  });

  it.each<[args: readonly string[], message: string]>([
    [['--durations', 'PC1=4'], "--durations: PC1: '4' is no duration such as 90s, 25m or 4h"],
    [['--compare', 'other.yaml', '--what-if'], '--compare and --what-if do not go together'],
    [['--days', '0'], "option '--days <number>' argument '0' is invalid. Write a whole number from 1 to 3650."],
    [['--bandwidth', 'fast'], "option '--bandwidth <size>' argument 'fast' is invalid. Write bytes a second as a size such as 1.25GB."],
    [['--bandwidth', '0'], "option '--bandwidth <size>' argument '0' is invalid. Write bytes a second as a size such as 1.25GB."],
  ])('refuses %j', async (args, message) => {
    expect(await simulate('--json', ...args)).toBe(EXIT.usage);
    expect(said()).toBe(`SF615 ${message}`);
  }); // prettier-ignore

  it('fails where nobody knows the hardware', async () => {
    const hardware = / {4}address.*\n.*hardware:.*\n/.exec(FILE)?.[0] ?? '';
    const unknown = other('unknown.yaml', hardware, '    address: 127.0.0.1\n    ssh: { port: 1 }\n');
    const why = [expect.stringMatching(/^SF4/) as string, 'SF617 nobody knows what the machine of all has'];
    expect(await run(['--json', '--config', unknown, 'simulate'])).toBe(EXIT.failed);
    expect(allSaid()).toEqual(why);
    expect(await simulate('--json', '--compare', unknown)).toBe(EXIT.failed);
    expect(allSaid()).toEqual(why);
  });

  it('says what is wrong with either file', async () => {
    const wrong = other('wrong.yaml', 'farm: north', 'fram: north');
    expect(await simulate('--json', '--compare', wrong)).toBe(EXIT.badConfig);
    expect(await run(['--json', '--config', wrong, 'simulate'])).toBe(EXIT.badConfig);
  });
});
