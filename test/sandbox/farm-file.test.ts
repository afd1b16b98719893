import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatConfig } from '../../src/config/format-config.js';
import { farmFile } from '../../src/sandbox/farm-file.js';
import { hostLayouts } from '../../src/sandbox/layout.js';
import { DEFAULT_SPEED } from '../../src/sandbox/speed.js';

interface Written {
  readonly storageGroups: Readonly<Record<string, unknown>>;
  readonly hosts: Readonly<
    Record<
      string,
      {
        address: string;
        hardware: unknown;
        workers: Record<string, { profile: string; binary: string; storage: Record<string, unknown>[] }>;
      }
    >
  >;
}

function written(hosts: number, dir?: string): Written {
  return parse(text(hosts, dir)) as Written;
}

function text(hosts: number, dir = '/tmp/farm'): string {
  const state = {
    hosts,
    ports: { ssh: 22, worker: 3456, miner: 2345 },
    minerAddress: '127.0.0.10',
    speed: DEFAULT_SPEED,
    processes: {},
  };
  return farmFile(dir, hostLayouts(dir, hosts), state);
}

function settingsOf(farm: Written): string[] {
  return Object.values(farm.hosts).flatMap(({ workers }) =>
    Object.entries(workers).map(([name, { profile, storage }]) => {
      const { groups, allowTo } = storage[0] ?? {};
      return `${name} ${profile} ${JSON.stringify(groups ?? [])} → ${JSON.stringify(allowTo)}`;
    }),
  );
}

const group = (number: number): string => `["example-seal-group-${number}"]`;

describe('farmFile', () => {
  it("is the guide's case for three hosts", () => {
    expect(settingsOf(written(3))).toEqual([
      `worker-1 pc1-pc2 ${group(1)} → ${group(1)}`,
      `worker-2 pc1-pc2 ${group(2)} → ${group(2)}`,
      `worker-3 pc1 [] → ${group(1)}`,
    ]);
  });

  it('is in the order of `fmt`', () => {
    expect(formatConfig(text(4))).toBe(text(4));
  });

  it('goes on in threes', () => {
    const farm = written(7);
    expect(settingsOf(farm).slice(3)).toEqual([
      `worker-4 pc1-pc2 ${group(3)} → ${group(3)}`,
      `worker-5 pc1-pc2 ${group(4)} → ${group(4)}`,
      `worker-6 pc1 [] → ${group(3)}`,
      `worker-7 pc1-pc2 ${group(5)} → ${group(5)}`,
    ]);
    expect(Object.keys(farm.storageGroups)).toHaveLength(5);
    expect(farm.hosts['host-7']?.address).toBe('127.0.0.17');
  });

  it('declares the simulated machines', () => {
    const machine = { cpus: 64, memory: '512GiB', gpus: 2, disk: '16TiB' };
    expect(Object.values(written(2).hosts).map(({ hardware }) => hardware)).toEqual([machine, machine]);
  });

  it('keeps a folder with strange characters', () => {
    const farm = written(1, '/tmp/a, b: {c} #d');
    expect(farm.hosts['host-1']?.workers['worker-1']?.binary).toBe(
      '/tmp/a, b: {c} #d/hosts/host-1/bin/lotus-worker',
    );
  });
});
