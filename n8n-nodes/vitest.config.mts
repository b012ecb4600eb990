import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'n8n-nodes',
    include: ['test/**/*.test.mts'],
    globalSetup: ['test/support/setup.mts'],
    silent: 'passed-only',
    // A worker loads n8n's engine once for all its files; it takes seconds and hundreds of megabytes.
    isolate: false,
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
