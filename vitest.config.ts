import { defineConfig } from 'vitest/config';

const PURE = 'src/{diagnostic,secret,event,lotus,config,farm,desired,host,observed,plan,drain}/**/*.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/faults/**', 'test/e2e/**'],
          // Nothing is timed here: a machine that is busy may take as long as it needs.
          testTimeout: 60_000,
          // Left to itself Vitest spares a processor, which on two of them is half of the machine.
          maxWorkers: '100%',
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 240_000,
          // The first lab of a machine is built for minutes.
          hookTimeout: 600_000,
          fileParallelism: false,
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
