import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'n8n-nodes',
    include: ['test/**/*.test.mts'],
    globalSetup: ['test/support/setup.mts'],
    silent: 'passed-only',
    // One worker loads n8n's engine once for all files; it takes seconds and hundreds of megabytes.
    maxWorkers: 1,
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
