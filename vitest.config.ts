import { defineConfig } from 'vitest/config';
import LongestFirst from './scripts/test/longest-first.ts';

export default defineConfig({
  test: {
    reporters: ['default', './scripts/test/plain-reporter.ts'],
    // Two cores are what CI has: of three workers one mostly waits. n8n-nodes/vitest.config.mts has the same, so that both projects run side by side.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      'n8n-nodes',
      {
        test: {
          name: 'platform',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', 'n8n-host/**', 'n8n-nodes/**'],
          globalSetup: ['ai-api/test/setup.ts'],
          // A worker loads the platform once for all its files.
          isolate: false,
          // Real servers and processes on a shared machine: CI tries once more, and says so in its report.
          retry: process.env.CI ? 1 : 0,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
