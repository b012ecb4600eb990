import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assign } from './resolve.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });

describe('the side of an experiment that a subject is on', () => {
  test('is always the same, and grows with the share alone', () => {
    fc.assert(
      fc.property(text, text, share, share, (experiment, subject, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        expect(assign(experiment, subject, less)).toBe(assign(experiment, subject, less));
        if (assign(experiment, subject, less) === 'treatment')
          expect(assign(experiment, subject, more)).toBe('treatment');
      }),
    );
  });

  test('follows the share over many subjects', () => {
    fc.assert(
      fc.property(fc.uuid(), share, (experiment, wanted) => {
        const size = 4000;
        const subjects = Array.from({ length: size }, (_, index) => `b-${index}`);
        const treated = subjects.filter(
          (subject) => assign(experiment, subject, wanted) === 'treatment',
        ).length;
        const deviation = Math.sqrt((wanted * (1 - wanted)) / size);
        expect(Math.abs(treated / size - wanted)).toBeLessThan(6 * deviation);
      }),
      { numRuns: 30 },
    );
  });

  test('in one experiment is independent of another', () => {
    const subjects = Array.from({ length: 4000 }, (_, index) => `b-${index}`);
    const both = subjects.filter(
      (subject) => assign('a', subject, 0.5) === 'treatment' && assign('b', subject, 0.5) === 'treatment',
    );
    expect(Math.abs(both.length / subjects.length - 0.25)).toBeLessThan(0.05);
  });
});
