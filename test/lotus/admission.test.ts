import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ActiveTask } from '../../src/lotus/admission.js';
import {
  activeResources,
  admissibleCount,
  admit,
  IDLE,
  utilization,
  withTask,
} from '../../src/lotus/admission.js';
import type { TaskResources, WorkerResources } from '../../src/lotus/api.js';
import { defaultResources } from '../../src/lotus/resources.js';
import type { SectorSize } from '../../src/lotus/sector-size.js';
import type { TaskCode } from '../../src/lotus/task.js';

const GiB = 2 ** 30;

function worker(
  ram: number,
  options: { swap?: number; cpus?: number; gpus?: number; used?: number; swapUsed?: number } = {},
): WorkerResources {
  return {
    MemPhysical: ram * GiB,
    MemSwap: (options.swap ?? 0) * GiB,
    MemUsed: (options.used ?? 0) * GiB,
    MemSwapUsed: (options.swapUsed ?? 0) * GiB,
    CPUs: options.cpus ?? 64,
    GPUs: Array.from({ length: options.gpus ?? 0 }, (_, index) => `GPU ${index}`),
    Resources: {},
  };
}

function one(code: TaskCode, change: Partial<TaskResources> = {}, size: SectorSize = '32GiB'): ActiveTask {
  return { code, need: { ...defaultResources(code, size), ...change } };
}

describe('admissibleCount', () => {
  it.each([
    ['PC1 on 512 GiB with swap', one('PC1'), worker(512, { swap: 128 }), 9, 'memory'],
    ['PC1 on 512 GiB without', one('PC1'), worker(512), 7, 'virtual-memory'],
    ['PC1 where others use half', one('PC1'), worker(512, { used: 300 }), 7, 'virtual-memory'],
    ['PC1 where others use most', one('PC1'), worker(512, { used: 440, swapUsed: 20 }), 0, 'virtual-memory'],
    ['PC1 limited to four', one('PC1', { MaxConcurrent: 4 }), worker(512), 4, 'max-concurrent'],
    ['PC1 of 64 GiB', one('PC1', {}, '64GiB'), worker(512, { swap: 256 }), 4, 'memory'],
    ['PC1 with four threads', one('PC1', { MaxParallelism: 4 }), worker(2048, { cpus: 10 }), 2, 'threads'],
    ['PC1 on eight CPUs', one('PC1'), worker(2048, { cpus: 8 }), 8, 'threads'],
    ['C2 on 128 GiB', one('C2'), worker(128), 0, 'virtual-memory'],
    ['C2 on 128 GiB and 54 GiB swap', one('C2'), worker(128, { swap: 54 }), 1, 'virtual-memory'],
    ['C2 one byte short', one('C2'), worker(182 - 1 / GiB), 0, 'virtual-memory'],
    ['C2 at exactly 182 GiB', one('C2'), worker(182), 1, 'virtual-memory'],
    ['C2 on two GPUs', one('C2'), worker(1024, { gpus: 2 }), 2, 'gpus'],
    ['C2 without a GPU runs on the CPU', one('C2'), worker(1024), 1, 'threads'],
    ['PC2 on two GPUs with ten CPUs', one('PC2'), worker(512, { gpus: 2, cpus: 10 }), 1, 'threads'],
    ['half a GPU each', one('PC2', { GPUUtilization: 0.5 }), worker(512, { gpus: 1 }), 2, 'gpus'],
  ])('%s', (_, task, resources, count, scarce) => {
    expect(admissibleCount(task, resources)).toEqual({ count, scarce });
  });

  it('ends for a task that takes nothing', () => {
    expect(admissibleCount(one('FIN'), worker(1), 50)).toEqual({ count: 50 });
  });
});

describe('admit', () => {
  it('counts the memory of every kind together', () => {
    const big = worker(256, { swap: 256 });
    const three = activeResources([one('PC1'), one('PC1'), one('PC1')], big);
    expect(admit(one('PC1'), big, three)).toMatchObject({ admitted: true });
    expect(admit(one('C2'), big, withTask(three, one('PC1'), big))).toEqual({
      admitted: false,
      scarce: 'memory',
      needed: 62 * GiB,
      available: 32 * GiB,
    });
  });

  it('shares one GPU between kinds', () => {
    const single = worker(1024, { gpus: 1 });
    const busy = withTask(IDLE, one('PC2'), single);
    expect(admit(one('C2'), single, busy)).toMatchObject({ scarce: 'gpus', needed: 1, available: 0 });
    expect(admit(one('PC1'), single, busy)).toEqual({ admitted: true });
  });

  it('lets what takes no GPU run beside too many GPU tasks, such as those of an older session', () => {
    const single = worker(1024, { gpus: 1 });
    const over = activeResources([one('PC2'), one('PC2')], single);
    expect(admit(one('AP'), single, over)).toEqual({ admitted: true });
    expect(admit(one('C2'), single, over)).toMatchObject({ scarce: 'gpus', available: -1 });
  });

  it('counts a limit for its own kind only', () => {
    const big = worker(2048, { swap: 64 });
    const limited = one('PC1', { MaxConcurrent: 1 });
    const busy = withTask(withTask(IDLE, one('AP'), big), limited, big);
    expect(admit(limited, big, busy)).toMatchObject({ scarce: 'max-concurrent', needed: 2, available: 1 });
    expect(admit(one('AP'), big, busy)).toEqual({ admitted: true });
  });

  it('never promises more memory than there is', () => {
    const kinds: readonly TaskCode[] = ['AP', 'PC1', 'PC2', 'C1', 'C2', 'GET'];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1024 }),
        fc.integer({ min: 0, max: 256 }),
        fc.integer({ min: 1, max: 128 }),
        fc.integer({ min: 0, max: 4 }),
        fc.array(fc.constantFrom(...kinds), { maxLength: 40 }),
        (ram, swap, cpus, gpus, wishes) => {
          const host = worker(ram, { swap, cpus, gpus });
          let active = IDLE;
          for (const code of wishes) {
            if (admit(one(code), host, active).admitted) active = withTask(active, one(code), host);
          }
          expect(active.memUsedMin).toBeLessThanOrEqual(host.MemPhysical);
          expect(active.memUsedMax).toBeLessThanOrEqual(host.MemPhysical + host.MemSwap);
          expect(active.cpuUse).toBeLessThanOrEqual(cpus);
          if (gpus > 0) expect(active.gpuUsed).toBeLessThanOrEqual(gpus);
        },
      ),
    );
  });
});

describe('utilization', () => {
  it.each([
    ['CPUs', worker(1024, { cpus: 4 }), [one('AP')], 0.25],
    ['memory', worker(112, { swap: 1000 }), [one('PC1')], 0.5],
    ['memory and swap', worker(64, { swap: 64 }), [one('PC1', { MinMemory: 0 })], 0.5],
    ['GPUs', worker(1024, { gpus: 2 }), [one('PC2')], 0.5],
    ['what others use', worker(100, { used: 40 }), [], 0.4],
  ])('is the fraction of %s', (_, host, tasks, expected) => {
    expect(utilization(host, activeResources(tasks, host))).toBeCloseTo(expected);
  });
});
