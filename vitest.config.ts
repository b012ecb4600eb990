import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', './scripts/plain-reporter.ts'],
    maxWorkers: 2,
    projects: [
      'n8n-nodes',
      {
        test: {
          name: 'platform',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', 'n8n-host/**', 'n8n-nodes/**'],
          globalSetup: ['ai-api/test/real-postgres.ts'],
          // Real servers and processes on a shared machine: CI tries once more, and says so in its report.
          retry: process.env.CI ? 1 : 0,
          testTimeout: 60_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
