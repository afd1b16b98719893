import { describe, expect, it } from 'vitest';
import { parseSource, sourceFiles, type SourceFile } from './support/source-files.js';

/**
 * The house, from the roof down. A room knows the rooms named behind it and no other; `types of` means that
 * only `import type` is allowed. Everything is further down than who uses it, so there is no circle.
 */
const HOUSE = `
  cli         everything
  view        check simulate flow capacity event plan drain desired observed host farm lotus secret diagnostic
  sandbox     scheduler host miner lotus diagnostic

  apply       probe remote rpc event plan drain desired observed host farm lotus secret diagnostic
  probe       remote rpc event observed log host farm lotus secret diagnostic
  rpc         remote lotus secret diagnostic
  remote      types-of-farm secret diagnostic
  secrets     farm secret diagnostic
  git

  propose     import check observed farm config lotus diagnostic
  import      observed host farm config lotus secret diagnostic
  check       flow capacity observed host farm config lotus secret diagnostic
  simulate    flow capacity scheduler desired farm lotus diagnostic
  flow        capacity farm lotus diagnostic
  capacity    desired farm lotus secret diagnostic
  event       plan drain host diagnostic
  plan        desired observed miner host lotus secret diagnostic
  drain       observed farm lotus diagnostic
  desired     miner host farm lotus secret diagnostic
  observed    miner host farm lotus secret diagnostic
  log         host secret diagnostic
  host        farm lotus secret diagnostic
  miner       farm lotus diagnostic
  farm        config lotus diagnostic
  scheduler   lotus diagnostic
  config      secret diagnostic
  lotus       diagnostic
  secret
  diagnostic
`;

const ROOMS = new Map(
  HOUSE.split('\n')
    .map((line) => line.trim().split(/ +/))
    .filter(([room]) => room !== undefined && room !== '')
    .map(([room = '', ...knows]) => [room, new Set(knows)]),
);

/** Rooms without clock, I/O and randomness. */
const PURE = [
  'diagnostic',
  'secret',
  'event',
  'propose',
  'import',
  'check',
  'simulate',
  'flow',
  'capacity',
  'scheduler',
  'lotus',
  'config',
  'farm',
  'host',
  'miner',
  'desired',
  'observed',
  'log',
  'plan',
  'drain',
];

/** All that a pure room may take from Node. */
const PURE_MODULES = ['node:crypto', 'node:util'];

/** Packages that belong to some rooms alone. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  ssh2: ['remote', 'sandbox'],
  execa: ['remote', 'sandbox', 'secrets'],
  listr2: ['view'],
  diff: ['view'],
  commander: ['cli'],
  'smol-toml': ['miner'],
  '@decimalturn/toml-patch': ['miner'],
};

const MOST_LINES = 250;

function wrongArrows({ path, room, imports }: SourceFile): readonly string[] {
  const knows = ROOMS.get(room) ?? new Set();
  if (knows.has('everything')) return [];
  return imports
    .filter(({ kind, target }) => kind === 'room' && target !== room)
    .filter(({ target, typeOnly }) => !knows.has(target) && !(typeOnly && knows.has(`types-of-${target}`)))
    .map(({ target }) => `${path} → ${target}/`);
}

function wrongPackages({ path, room, imports }: SourceFile): readonly string[] {
  return imports
    .filter(({ kind, target }) => kind === 'package' && PACKAGES[target]?.includes(room) === false)
    .map(({ target }) => `${path} → ${target}`);
}

function impurities({ path, room, imports, effects }: SourceFile): readonly string[] {
  if (!PURE.includes(room)) return [];
  const modules = imports.filter(({ kind, target }) => kind === 'node' && !PURE_MODULES.includes(target));
  return [...modules.map(({ target }) => target), ...effects].map((effect) => `${path}: ${effect}`);
}

function wrongEffects({ path, room, effects }: SourceFile): readonly string[] {
  const ownProcess = room === 'sandbox' && path.endsWith('-main.ts');
  return effects
    .filter((effect) => effect === 'console' || effect === 'process.exit')
    .filter((effect) => room !== 'cli' && !(effect === 'process.exit' && ownProcess))
    .map((effect) => `${path}: ${effect}`);
}

function tooLong({ path, lines }: SourceFile): readonly string[] {
  return lines > MOST_LINES && !path.endsWith('.gen.ts') ? [`${path}: ${lines} lines`] : [];
}

describe('the house', () => {
  const files = sourceFiles();

  it('is drawn with every arrow pointing down', () => {
    const order = [...ROOMS.keys()];
    const upward = [...ROOMS].flatMap(([room, knows]) =>
      [...knows]
        .map((known) => known.replace('types-of-', ''))
        .filter((known) => known !== 'everything' && order.indexOf(known) <= order.indexOf(room))
        .map((known) => `${room} → ${known}`),
    );
    expect(upward).toEqual([]);
  });

  it('has no room that is not drawn', () => {
    expect(files.filter(({ room }) => !ROOMS.has(room)).map(({ path }) => path)).toEqual([]);
  });

  it('has no arrow that is not drawn', () => {
    expect(files.flatMap(wrongArrows)).toEqual([]);
  });

  it('keeps each package in its rooms', () => {
    expect(files.flatMap(wrongPackages)).toEqual([]);
  });

  it('has no clock, I/O or randomness in its pure rooms', () => {
    expect(files.flatMap(impurities)).toEqual([]);
  });

  it('prints and exits in cli/ only', () => {
    expect(files.flatMap(wrongEffects)).toEqual([]);
  });

  it(`has no file of more than ${MOST_LINES} lines`, () => {
    expect(files.flatMap(tooLong)).toEqual([]);
  });
});

describe('the guard of the house', () => {
  it.each<[what: string, path: string, text: string, check: (file: SourceFile) => readonly string[]]>([
    ['a wrong arrow', 'plan/x.ts', `import { a } from '../config/a.js';`, wrongArrows],
    ['a wrong arrow of types', 'apply/x.ts', `import type { A } from '../config/a.js';`, wrongArrows],
    ['a value where types are allowed', 'remote/x.ts', `import { a } from '../farm/a.js';`, wrongArrows],
    ['an arrow by re-export', 'lotus/x.ts', `export { a } from '../farm/a.js';`, wrongArrows],
    ['an arrow by import()', 'probe/x.ts', `await import('../sandbox/a.js');`, wrongArrows],
    ['an arrow by a type', 'rpc/x.ts', `type A = import('../farm/a.js').A;`, wrongArrows],
    [
      'an arrow from a folder in a room',
      'farm/rules/x.ts',
      `import { a } from '../../plan/a.js';`,
      wrongArrows,
    ],
    ['a package', 'apply/x.ts', `import { Client } from 'ssh2';`, wrongPackages],
    ['a part of a package', 'probe/x.ts', `import 'listr2/dist/x.js';`, wrongPackages],
    ['the file system', 'plan/x.ts', `import { readFileSync } from 'node:fs';`, impurities],
    ['the clock', 'drain/x.ts', 'const now = Date.now();', impurities],
    ['the calendar', 'plan/x.ts', 'const now = new Date();', impurities],
    ['dice', 'lotus/x.ts', 'const luck = Math.random();', impurities],
    ['a drawn ID', 'plan/x.ts', `import { randomUUID } from 'node:crypto';`, impurities],
    ['printing', 'apply/x.ts', 'console.log(1);', wrongEffects],
    ['exiting', 'sandbox/x.ts', 'process.exit(1);', wrongEffects],
    ['a long file', 'plan/x.ts', '\n'.repeat(251), tooLong],
  ])('sees %s', (_, path, text, check) => {
    expect(check(parseSource(path, text))).not.toEqual([]);
  });

  it.each<[what: string, path: string, text: string, check: (file: SourceFile) => readonly string[]]>([
    ['types of farm', 'remote/x.ts', `import type { Host } from '../farm/farm.js';`, wrongArrows],
    ['its own room', 'plan/x.ts', `import { a } from './a.js';`, wrongArrows],
    ['a given date', 'plan/x.ts', 'const date = new Date(text);', impurities],
    ['a checksum', 'observed/x.ts', `import { createHash } from 'node:crypto';`, impurities],
    ['the end of a sandbox process', 'sandbox/worker-main.ts', 'process.exit(1);', wrongEffects],
    ['a generated file', 'config/schema.gen.ts', '\n'.repeat(900), tooLong],
  ])('allows %s', (_, path, text, check) => {
    expect(check(parseSource(path, text))).toEqual([]);
  });
});
