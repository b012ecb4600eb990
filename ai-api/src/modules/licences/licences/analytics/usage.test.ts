import { describe, expect, test } from 'vitest';
import { concurrency, peakByHour, seatsForShare, timeAtSeats } from './usage.ts';

const HOUR = 3_600_000;
const between = (from: number, to: number) => ({ from: from * HOUR, to: to * HOUR });

describe('usage of seats', () => {
  const sessions = [between(1, 4), between(2, 3), between(3, 5)];

  test('changes where sessions begin and end, and not where one follows another', () => {
    expect(concurrency(sessions)).toEqual([
      { at: HOUR, seats: 1 },
      { at: 2 * HOUR, seats: 2 },
      { at: 4 * HOUR, seats: 1 },
      { at: 5 * HOUR, seats: 0 },
    ]);
  });

  test('adds up to the whole window, its idle time included', () => {
    const time = timeAtSeats(concurrency(sessions), between(0, 6));
    expect([...time].sort()).toEqual([
      [0, 2 * HOUR],
      [1, 2 * HOUR],
      [2, 2 * HOUR],
    ]);
  });

  test('counts only what lies in the window', () => {
    expect([...timeAtSeats(concurrency(sessions), between(2.5, 3.5))]).toEqual([[2, HOUR]]);
  });

  test('has its peak in each hour that a session touches', () => {
    const peaks = peakByHour(concurrency([between(1.5, 3.25), between(2.5, 2.75)]), between(0, 6));
    expect([...peaks]).toEqual([
      [HOUR, 1],
      [2 * HOUR, 2],
      [3 * HOUR, 1],
    ]);
  });

  test('says how many seats would have served a share of the requests', () => {
    const morning = Array.from({ length: 99 }, (_, n) => between(n, n + 0.5));
    expect(seatsForShare(morning, 0.99)).toBe(1);
    expect(seatsForShare([...morning, between(3, 3.5)], 0.99)).toBe(2);
    expect(seatsForShare([...morning, between(3, 3.5), between(3, 3.5)], 0.99)).toBe(3);
    expect(seatsForShare([], 0.99)).toBe(0);
  });
});
