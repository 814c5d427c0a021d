import { defineConfig } from 'vitest/config';

/**
 * Four projects: `unit` needs nothing but this machine's user and ends within two minutes;
 * `hosts` needs root and makes lab hosts; `chaos` too, and interrupts what they are told to do; `bench` prints ratios and is never a gate.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          // Nothing here takes seconds; a machine with other work to do is no failure.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'hosts',
          include: ['test/**/*.hosts.ts'],
          testTimeout: 600_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
          // A host's boot shares the machine with whatever else runs on it; a test that fails twice has failed.
          retry: 1,
        },
      },
      {
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.chaos.ts'],
          hookTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'bench',
          include: ['test/bench/**/*.bench.ts'],
          testTimeout: 1_200_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
