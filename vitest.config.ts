import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const PURE = 'src/{diagnostic,secret,event,lotus,config,farm,desired,host,observed,plan,drain}/**/*.ts';

/** What puts modules in the place of others needs a process of its own; all else shares one, and loads each module once. */
const REPLACING = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('test', file))
  .filter((file) => readFileSync(file, 'utf8').includes('vi.mock('));

/** What goes by a clock, or is seen on the whole machine. */
const ALONE = 'test/integration/alone/**/*.test.ts';

// Nothing is timed here: a machine that is busy may take as long as it needs.
// Some wait for a server or a process: on two processors one test file more than those keeps both busy.
const WORKERS = availableParallelism() + 1;
const UNIT = { testTimeout: 60_000, maxWorkers: WORKERS, sequence: { groupOrder: 0 } };
const INTEGRATION = { testTimeout: 400_000, hookTimeout: 120_000 };

/** It takes as long as two others: begun last, all would wait for it. */
const LONGEST = 'test/e2e/drain.test.ts';

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(isLongest(b)) - Number(isLongest(a)));
  }
}

function isLongest({ moduleId }: TestSpecification): boolean {
  return moduleId.endsWith(LONGEST);
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...UNIT,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/faults/**', 'test/e2e/**', ...REPLACING],
          isolate: false,
        },
      },
      { test: { ...UNIT, name: 'unit-replacing', include: REPLACING } },
      {
        test: {
          ...INTEGRATION,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: [ALONE],
          // Sandboxes wait more than they work, and have ports of their own.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...INTEGRATION,
          name: 'integration-alone',
          include: [ALONE],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 120_000,
          // The matrix waits for workers that it has ended, one after the other.
          maxWorkers: 2,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 400_000,
          // The first lab of a machine is built for minutes.
          hookTimeout: 600_000,
          // Labs share nothing, and wait for boots.
          maxWorkers: WORKERS + 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: [PURE],
      exclude: ['src/config/written.gen.ts'],
      reporter: ['text-summary'],
      thresholds: { branches: 95 },
    },
  },
});
