import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { generateTriageSet } from './generate.ts';

test('the labelled set is frozen', () => {
  const set = generateTriageSet('2026-11-21');
  expect(set.requests).toHaveLength(372);
  expect(createHash('sha256').update(JSON.stringify(set)).digest('hex')).toBe(
    '73356fb18910c17c51cda5214e48580dd878f730a710ceb95d853eb36d52c3c3',
  );
});
