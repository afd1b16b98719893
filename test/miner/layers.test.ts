import { describe, expect, it } from 'vitest';
import { MINER_KEYS, type MinerKeyName } from '../../src/lotus/miner-keys.js';
import { effectiveValue, valueOfVariable } from '../../src/miner/layers.js';
import { wantedKeys } from '../../src/miner/wanted-keys.js';

function key(name: MinerKeyName): (typeof MINER_KEYS)[number] {
  const found = MINER_KEYS.find((one) => one.key === name);
  if (found === undefined) throw new Error(name);
  return found;
}

describe('what the miner goes by', () => {
  const toml = { Storage: { AllowCommit: false } };
  it.each<[MinerKeyName, Record<string, string>, unknown]>([
    ['AllowCommit', {}, false],
    ['AllowCommit', { LOTUS_STORAGE_ALLOWCOMMIT: '1' }, true],
    ['AllowCommit', { LOTUS_STORAGE_ALLOWUNSEAL: 'true' }, false],
    ['AllowUnseal', {}, true],
    ['AllowUnseal', { LOTUS_STORAGE_ALLOWUNSEAL: 'F' }, false],
    ['LocalWorkerName', { LOTUS_STORAGE_LOCALWORKERNAME: '' }, ''],
  ])('%s with %j is %j', (name, variables, expected) => {
    expect(effectiveValue(toml, new Map(Object.entries(variables)), key(name))).toBe(expected);
  });

  it.each<[MinerKeyName, string, unknown]>([
    ['AllowCommit', 't', true],
    ['AllowCommit', 'T', true],
    ['AllowCommit', 'TRUE', true],
    ['AllowCommit', 'tRUE', 'tRUE'],
    ['AllowCommit', 'yes', 'yes'],
    ['AllowCommit', '', ''],
    ['ParallelFetchLimit', '12', 12],
    ['ParallelFetchLimit', '0x10', 16],
    ['ParallelFetchLimit', '1e3', '1e3'],
    ['ParallelFetchLimit', '0X1f', 31],
    ['ParallelFetchLimit', '0b11', 3],
    ['ParallelFetchLimit', '0o17', 15],
    ['ParallelFetchLimit', '017', 15],
    ['ParallelFetchLimit', '-0_17', -15],
    ['ParallelFetchLimit', '+1_000', 1000],
    ['ParallelFetchLimit', '018', '018'],
    ['ParallelFetchLimit', '1__0', '1__0'],
    ['ParallelFetchLimit', '_1', '_1'],
    ['ParallelFetchLimit', '0x', '0x'],
    ['ParallelFetchLimit', '10\n', '10\n'],
    ['Assigner', 'true', 'true'],
  ])('%s by the variable %j is %j', (name, text, expected) => {
    expect(valueOfVariable(key(name), text)).toBe(expected);
  });
});

describe("what the farm's file says", () => {
  const said = (config: Parameters<typeof wantedKeys>[0]): Record<string, unknown> =>
    Object.fromEntries(wantedKeys(config).map((wanted) => [wanted.key.key, wanted.value]));

  it('is nothing of what it does not name', () => {
    expect(said({})).toEqual({});
    expect(said({ disallowRemoteFinalize: false })).toEqual({ DisallowRemoteFinalize: false });
  });

  it('turns off each task that is not listed', () => {
    expect(said({ tasks: ['AP', 'DL'] })).toEqual({
      AllowSectorDownload: true,
      AllowAddPiece: true,
      AllowPreCommit1: false,
      AllowPreCommit2: false,
      AllowCommit: false,
      AllowUnseal: false,
      AllowReplicaUpdate: false,
      AllowProveReplicaUpdate2: false,
      AllowRegenSectorKey: false,
    });
  });

  it('has a key for everything', () => {
    const config = {
      tasks: [],
      listen: '/ip4/10.0.0.1/tcp/2345/http',
      remoteListen: '10.0.0.1:2345',
      parallelFetchLimit: 3,
      assigner: 'spread',
      localWorkerName: 'm',
      disallowRemoteFinalize: true,
      disableBuiltinWindowPoSt: true,
      disableBuiltinWinningPoSt: true,
    };
    expect(Object.keys(said(config))).toEqual(MINER_KEYS.map((one) => one.key));
  });
});
