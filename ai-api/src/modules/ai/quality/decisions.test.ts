import { expect, test } from 'vitest';
import { mergeConfigs } from './configs.ts';
import { measureQuality } from './measures.ts';
import type { FinishedScore } from './store.ts';

/** A finished review of a decision, and whether the reviewer would have decided the same. */
const decided = (n: number, outcome: string | null, same: boolean, confidence = 0.9): FinishedScore => ({
  reviewId: `review-${n}`,
  kind: 'approval',
  prompt: null,
  grade: 'insufficient evidence',
  outcome,
  confidence,
  reviewer: 'user:1',
  config: 'same decision',
  dataType: 'BOOLEAN',
  numberValue: Number(same),
  textValue: null,
});

test('a kind that decides is measured by its decisions, in the place of grades', () => {
  // 20 approved and 20 rejected by the system; of each the reviewer would have decided 2 otherwise.
  const rows = Array.from({ length: 40 }, (_, n) => decided(n, n < 20 ? 'approve' : 'reject', n % 10 !== 0));
  const [group] = measureQuality(rows, mergeConfigs([]));
  expect(group?.system.share).toMatchObject({ state: 'measured', value: 0.9, count: 40 });
  // Chance agrees half of the time with even margins: (0.9 - 0.5) / (1 - 0.5).
  expect(group?.system.kappa.value).toBeCloseTo(0.8, 9);
  expect(group?.system.weightedKappa.state).toBe('not enough data');
  expect(group?.calibration.brier.value).toBeCloseTo(0.9 * 0.01 + 0.1 * 0.81, 9);
  expect(group?.calibration.ece.value).toBeCloseTo(0, 9);
});

test('what the system left to a person says nothing about its decisions', () => {
  const rows = Array.from({ length: 40 }, (_, n) => decided(n, n < 30 ? 'approve' : null, true));
  const [group] = measureQuality(rows, mergeConfigs([]));
  expect(group?.system.pairs).toBe(30);
  expect(group?.system.kappa).toMatchObject({ state: 'undefined', value: null });
  expect(group?.system.kappa.note).toContain('All answers are the same');
});
