import { expect, test } from 'vitest';
import { costOf, readPrices } from './ledger/prices.ts';
import { laterOf, usageOf } from './reported-usage.ts';

test('reports of one stream are totals, of which the last counts', () => {
  const start = usageOf({ input_tokens: 472, output_tokens: 8 });
  const end = usageOf({ input_tokens: 472, output_tokens: 89 });
  const late = usageOf({ input_tokens: 0, output_tokens: 89 });
  expect(laterOf(start, end)).toEqual({ tokensIn: 472, tokensOut: 89 });
  expect(laterOf(start, late)).toEqual({ tokensIn: 472, tokensOut: 89 });
  expect(laterOf(start, null)).toEqual({ tokensIn: 472, tokensOut: 8 });
});

test('tokens written into the cache cost what the provider asks for them', () => {
  const usage = usageOf({
    input_tokens: 92_040,
    output_tokens: 20,
    input_token_details: { cache_read: 90_000, cache_creation: 2_000 },
  });
  expect(usage).toEqual({ tokensIn: 92_040, tokensOut: 20, tokensCached: 90_000, tokensCacheWritten: 2_000 });
  expect(costOf(readPrices(), 'anthropic', 'claude-sonnet-4-5', usage ?? { tokensIn: 0, tokensOut: 0 })).toBe(
    34_920,
  );
});
