import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentWordsOf, stemOf } from '../../../../platform/text/words.ts';
import { coverageOf } from './coverage.ts';
import { isFit } from './fusion.ts';
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
    const { shares, strangeness } = await coverageOf(
      'How many vacation days?',
      [
        compared('Vacation days lapse; so many days.'),
        compared('Holidays of three weeks.'),
        compared('Kettles are descaled.'),
      ],
      () => 1,
    );
    const [all, near, far] = shares;
    expect(strangeness).toBe(0);
    expect(all).toBe(1);
    expect(near).toBeGreaterThan(far ?? 1);
    expect(near).toBeLessThan(1);
    expect(far).toBeLessThan(0.4);
  });

  test('a question of words that no passage is near is strange to all of them, and is shown none', async () => {
    const passages = [
      compared('Files are kept on the shared drive. Check that nobody else edits one.'),
      compared('Laptops are handed out on the first day.'),
    ];
    const fitOf = async (question: string) => {
      const { shares, strangeness } = await coverageOf(question, passages, () => 1);
      const passage = { ...passages[0], coverage: shares[0] ?? 0, strangeness, similarity: 0.2, share: 0.5 };
      const found = { id: 'a', document_id: 'a', version: 1, page: null, folder: 'sops' as const };
      return { strangeness, isShown: isFit({ ...found, ...compared(''), ...passage }, 'static', 'shown') };
    };
    const strange = await fitOf('python check file is readonly');
    const own = await fitOf('who checks files on the shared drive');
    expect(strange.strangeness).toBeGreaterThan(own.strangeness);
    expect([strange.isShown, own.isShown]).toEqual([false, true]);
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
        const { shares, strangeness } = await coverageOf(question, [compared(text, [heading])], () => 2);
        const [coverage] = shares;
        expect(strangeness).toBeGreaterThanOrEqual(0);
        expect(coverage).toBeGreaterThanOrEqual(0);
        expect(coverage).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });
});
