import { expect, test } from 'vitest';
import { LEVELS, simulateCompanies } from './companies.ts';

const COMPANIES = 1_000;

test.each(LEVELS)('of 1,000 companies no more than allowed break $agreement at $confidence', (level) => {
  const rows = simulateCompanies(7, COMPANIES, level);
  const allowed = 1 - level.confidence;
  for (const { shape, companies, broken } of rows) {
    // Of so many companies of a shape, three standard deviations more than allowed.
    const margin = 3 * Math.sqrt(companies * allowed * (1 - allowed));
    expect(broken, `${shape}: ${broken} of ${companies}`).toBeLessThanOrEqual(companies * allowed + margin);
  }
  const fitted = rows.reduce((sum, row) => sum + row.fitted, 0);
  expect(fitted, 'levels are found at all').toBeGreaterThan(COMPANIES / 25);
});
