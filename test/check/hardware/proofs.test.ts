import { describe, expect, it } from 'vitest';
import { codes, found, LARGE, messages, oneHost } from './one-host.js';

const PC1 = (more = ''): string => `tasks: [PC1, AP], limits: { PC1: 1 }${more}`;
const ENV = (variables: string): string => `, env: { ${variables} }`;

/** Without folders for caches, which `oneHost` gives all workers. */
function bare(text: string): string {
  return text.replace('parameterCache: /p, parentCache: /q', '');
}

describe('SF261: proof parameters without a folder', () => {
  it.each<[tasks: string, ...said: string[]]>([
    ['[PC2, C2]', 'SF261 11 C2'],
    ['[PR2]', 'SF261 11 PR2'],
    ['[WDP]', 'SF261 11 WDP'],
    ['[WNP]', 'SF261 11 WNP'],
    ['[PC2, RU]'],
  ])('%s', (tasks, ...said) => {
    const text = oneHost(undefined, `tasks: ${tasks}`);
    expect(codes(bare(text))).toEqual(said);
    expect(codes(text)).toEqual([]);
    expect(codes(bare(text).replace('32GiB', '512MiB'))).toEqual([]);
  });

  it('says where they go', () => {
    expect(found(bare(oneHost(LARGE, 'tasks: [C2, PR2]')))).toMatchObject([
      {
        severity: 'warning',
        message:
          'without parameterCache w1 fetches over 100 GiB for C2 and PR2 into /var/tmp/filecoin-proof-parameters before it listens',
      },
    ]);
  });
});

describe('SF262: parents cache without a folder', () => {
  it('is a note on PC1', () => {
    const text = oneHost(undefined, PC1());
    expect(codes(bare(text))).toEqual(['SF262 11 PC1']);
    expect(found(bare(text))).toMatchObject([
      {
        severity: 'note',
        message: 'without parentCache PC1 on w1 keeps over 50 GiB of parents in /var/tmp/filecoin-parents',
      },
    ]);
    expect(codes(text)).toEqual([]);
    expect(codes(bare(text).replace('32GiB', '2KiB'))).toEqual([]);
  });
});

describe('SF263: proof settings that differ', () => {
  it.each<[first: string, again: string, ...said: string[]]>([
    [ENV('FIL_PROOFS_MAXIMIZE_CACHING: 1'), ENV('FIL_PROOFS_MAXIMIZE_CACHING: 0'), 'SF263 12 0'],
    [ENV('FIL_PROOFS_MAXIMIZE_CACHING: 1'), '', 'SF263 11 1'],
    [ENV('FIL_PROOFS_A: 1, FIL_PROOFS_B: 2'), ENV('FIL_PROOFS_A: 2'), 'SF263 11 2', 'SF263 12 2'],
    [ENV('BELLMAN_CPU_UTILIZATION: 0.5'), ENV('BELLMAN_CPU_UTILIZATION: 0'), 'SF263 12 0'],
    [ENV('BELLMAN_CUSTOM_GPU: "A:1"'), ENV('BELLMAN_CUSTOM_GPU: "B:2"')],
    [ENV('RUST_GPU_TOOLS_CUSTOM_GPU: "A:1"'), ''],
    [ENV('RUST_LOG: info'), ENV('RUST_LOG: debug')],
    [ENV('FIL_PROOFS_A: 1'), ENV('FIL_PROOFS_A: 1')],
    [', multicoreSdr: true', ', multicoreSdr: { producers: 2 }', 'SF263 12 { producers: 2 }'],
    [', multicoreSdr: true', ', multicoreSdr: { producers: 3 }'],
    // The second has it from defaults, so that the worker itself is shown.
    [', parentCache: /fast', '', 'SF263 12 w2'],
    [', parameterCache: /fast', ', parameterCache: /slow', 'SF263 12 /slow'],
  ])('%s and %s', (first, again, ...said) => {
    expect(codes(oneHost(undefined, PC1(first), PC1(again)))).toEqual(said);
  });

  it.each<[hardware: string | undefined, workers: string[]]>([
    [undefined, [PC1(ENV('FIL_PROOFS_A: 1')), `tasks: [AP]${ENV('FIL_PROOFS_A: 2')}`]],
    // Idle both
    [undefined, [`tasks: []${ENV('FIL_PROOFS_A: 1')}`, `tasks: []${ENV('FIL_PROOFS_A: 2')}`]],
  ])('lets be what is not alike: %s with %j', (hardware, workers) => {
    expect(codes(oneHost(hardware, ...workers))).toEqual([]);
  });

  it('does not ask for folders that have a check of their own', () => {
    const text = bare(oneHost(undefined, PC1(', parentCache: /fast'), PC1()));
    expect(codes(text)).toEqual(['SF262 12 PC1']);
  });

  it('says each setting once, with the first two that differ', () => {
    const one = PC1(ENV('FIL_PROOFS_A: 1'));
    const text = oneHost(undefined, one, one, PC1(ENV('FIL_PROOFS_A: 2')), PC1(ENV('FIL_PROOFS_A: 3')));
    expect(messages('SF263', text)).toEqual([
      "w1 and w3 do the same tasks, but differ in FIL_PROOFS_A: '1' and '2'",
    ]);
    expect(messages('SF263', oneHost(undefined, PC1(), one))).toEqual([
      "w1 and w2 do the same tasks, but differ in FIL_PROOFS_A: not set and '1'",
    ]);
  });

  it.each<[hardware: string, ...said: string[]]>([
    ['cpus: 64, memory: 512GiB', 'SF263'],
    ['cpus: 64, memory: 512GiB, disk: 15TiB', 'SF263'],
    ['cpus: 64, memory: 503.4GiB, swap: 64GiB', 'SF263'],
    ['cpus: 64, memory: 256GiB'],
    ['cpus: 64, memory: 384GiB'],
    ['cpus: 64, memory: 768GiB'],
    ['cpus: 64, memory: 512GiB, l3Groups: 8'],
  ])('compares machines of one kind alone: %s', (hardware, ...said) => {
    const other = `  h2:
    address: 10.0.0.2
    hardware: { ${hardware} }
    workers: { x1: { ${PC1(ENV('FIL_PROOFS_A: 2'))} } }
`;
    const text = oneHost('cpus: 64, memory: 512GiB', PC1(ENV('FIL_PROOFS_A: 1'))) + other;
    expect(found(text).map(({ code }) => code)).toEqual(said);
  });
});
