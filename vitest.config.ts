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
          testTimeout: 60_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
