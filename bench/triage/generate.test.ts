import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { generateTriageSet } from './generate.ts';

test('the labelled set is frozen', () => {
  const set = generateTriageSet('2026-11-21');
  expect(set.requests).toHaveLength(372);
  expect(createHash('sha256').update(JSON.stringify(set)).digest('hex')).toBe(
    '005ed7e6b1a974c04b4444dab687cdbe2aecb58f614cab39901409dbab101ccb',
  );
});
