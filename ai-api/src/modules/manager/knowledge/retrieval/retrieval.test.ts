import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentWordsOf, stemOf } from '../../../../platform/text/words.ts';
import { coverageOf } from './coverage.ts';
import { createWordIndex } from './word-index.ts';

const stemsOf = (text: string) => contentWordsOf(text).map(stemOf);
const passages = (...texts: string[]) => texts.map((text, index) => ({ id: `${index}`, heading: [], text }));

describe('an index of words', () => {
  test('ranks the passage with the rarer word first, however the word is bent', () => {
    const index = createWordIndex();
    index.add('a', 'policies', 'Rules', [
      ...passages('A day is a day.', 'Every day counts.', 'Days of leave lapse in April.', 'One day more.'),
    ]);
    const [first] = index.search(stemsOf('Which day does leave lapse?'), undefined, 3);
    expect(first).toMatchObject({ id: '2', share: 1 });
  });

  test('finds by headings and the title too, and only in the folder that is asked for', () => {
    const index = createWordIndex();
    index.add('a', 'policies', 'Journeys', [{ id: 'hotel', heading: ['Hotels'], text: 'Ninety dollars.' }]);
    index.add('b', 'sops', 'Kitchen', [{ id: 'sink', heading: [], text: 'Hotels have none.' }]);
    const found = (question: string, folder?: string) =>
      index.search(stemsOf(question), folder, 5).map(({ id }) => id);
    expect(found('hotel', 'policies')).toEqual(['hotel']);
    expect(found('journey')).toEqual(['hotel']);
    expect(found('hotel').toSorted()).toEqual(['hotel', 'sink']);
    expect(found('the of and')).toEqual([]);
  });

  test('knows nothing any more of what was taken out', () => {
    const text = fc.array(fc.constantFrom('leave', 'pay', 'badge', 'dog', 'travel'), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), fc.array(text, { maxLength: 5 }), (kept, gone) => {
        const of = (texts: string[][], prefix: string) =>
          texts.map((words, index) => ({ id: `${prefix}${index}`, heading: [], text: words.join(' ') }));
        const never = createWordIndex();
        never.add('kept', 'policies', '', of(kept, 'k'));
        const changed = createWordIndex();
        changed.add('gone', 'policies', '', of(gone, 'g'));
        changed.add('kept', 'policies', '', of(kept, 'k'));
        changed.remove('gone');
        const question = ['leave', 'badge', 'dog'].map(stemOf);
        expect(changed.search(question, undefined, 20)).toEqual(never.search(question, undefined, 20));
      }),
    );
  });
});

describe('how much of a question a passage covers', () => {
  const compared = (text: string, heading: string[] = [], title = '') => ({ text, heading, title });

  test('is 1 where every word occurs, and little where none is near', async () => {
    const [all, near, far] = await coverageOf(
      'How many vacation days?',
      [
        compared('Vacation days lapse; so many days.'),
        compared('Holidays of three weeks.'),
        compared('Kettles are descaled.'),
      ],
      () => 1,
    );
    expect(all).toBe(1);
    expect(near).toBeGreaterThan(far ?? 1);
    expect(near).toBeLessThan(1);
    expect(far).toBeLessThan(0.4);
  });

  test('never leaves 0 to 1', async () => {
    const words = fc
      .array(
        fc.oneof(
          fc.constantFrom('leave', 'holiday', 'zxqv', 'the', '42', "lead's"),
          fc.string({ maxLength: 9 }),
        ),
      )
      .map((parts) => parts.join(' '));
    await fc.assert(
      fc.asyncProperty(words, words, words, async (question, text, heading) => {
        const [coverage] = await coverageOf(question, [compared(text, [heading])], () => 2);
        expect(coverage).toBeGreaterThanOrEqual(0);
        expect(coverage).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });
});
