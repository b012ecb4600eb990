import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groundedSentence } from './index.ts';

const PASSAGES = [
  {
    title: 'Journeys',
    heading: ['Journeys', 'Receipts'],
    text: 'Receipts are due within 30 days of travel. Cash is never accepted. The lead may agree to more, unless the quarter has ended.',
  },
  {
    title: 'Journeys',
    heading: ['Journeys', 'Flights'],
    text: 'Book economy class for flights below six hours.',
  },
  { title: 'Probation', heading: ['Probation'], text: 'It lasts at least four months.' },
  { title: 'Guests', heading: ['Guests'], text: 'When a client invites, two people travel.' },
];

const told = (sentence: string, quote: string, passage = 1) =>
  groundedSentence({ sentence, passage, quote }, PASSAGES);

describe('a sentence of an answer', () => {
  test.each([
    ['the same words', 'Receipts are due within 30 days.', 'due within 30 days', 1],
    ['other case and white space', 'Receipts are due within thirty days.', 'DUE  within\n30 days', 1],
    [
      'a number in words',
      'Flights below 6 hours are in economy class.',
      'economy class for flights below six hours',
      2,
    ],
    ['what only the heading names', 'Probation lasts at least four months.', 'lasts at least four months', 3],
    ['the same denial', 'Cash is not accepted.', 'Cash is never accepted', 1],
  ])('is accepted with %s', (_what, sentence, quote, passage) => {
    expect(told(sentence, quote, passage)).toMatchObject({
      text: sentence,
      citation: passage,
      verbatim: false,
    });
  });

  test.each([
    ['another figure', 'Receipts are due within 60 days.', 'due within 30 days', 1],
    ['another unit', 'Receipts are due within 30 weeks.', 'due within 30 days', 1],
    [
      'a figure of another sentence',
      'Receipts are due within four days.',
      'Receipts are due within 30 days',
      1,
    ],
    ['another bound', 'Probation lasts at most four months.', 'lasts at least four months', 3],
    ['a denial', 'Receipts are not due within 30 days.', 'Receipts are due within 30 days', 1],
    ['a denial left out', 'Cash is accepted.', 'Cash is never accepted', 1],
    ['an exception left out', 'The lead may agree to more.', 'The lead may agree to more', 1],
    [
      'an order for a permission',
      'The lead must agree to more, unless the quarter has ended.',
      'The lead may agree',
      1,
    ],
    ['a condition left out', 'Two people travel.', 'two people travel', 4],
    [
      'a restriction of its own',
      'Receipts are due only within 30 days.',
      'Receipts are due within 30 days',
      1,
    ],
    [
      'more than its source says',
      'Receipts of hotels are due within 30 days.',
      'Receipts are due within 30 days',
      1,
    ],
    [
      'somebody else',
      'The manager may agree to more, unless the quarter has ended.',
      'The lead may agree',
      1,
    ],
    [
      'an opposite',
      'Book economy class for flights above six hours.',
      'class for flights below six hours',
      2,
    ],
  ])('gives way to the document’s own for %s', (_what, sentence, quote, passage) => {
    const grounded = told(sentence, quote, passage);
    expect(grounded).toMatchObject({ citation: passage, verbatim: true });
    expect(PASSAGES[passage - 1]?.text).toContain(grounded?.text);
  });

  test.each([
    ['no such words', 'Receipts are due within 30 days.', 'receipts are due soon', 1],
    ['too few words', 'Receipts are due within 30 days.', '30 days', 1],
    ['words that are cut', 'Receipts are due within 30 days.', 'ue within 30 day', 1],
    ['no such passage', 'Receipts are due within 30 days.', 'due within 30 days', 9],
    ['something else', 'Dogs sleep in the kitchen.', 'Receipts are due within 30 days', 1],
  ])('is left out with %s', (_what, sentence, quote, passage) => {
    expect(told(sentence, quote, passage)).toBeNull();
  });

  test('never states a figure, a unit or a denial that its passage does not have', () => {
    const piece = fc.constantFrom(
      ...'receipts are is due within after 30 thirty 31 sixty days weeks dollars $ % of travel cash never not no accepted lead may must agree more unless quarter has ended half twice and the 3.5 without nobody'.split(
        ' ',
      ),
    );
    const quotes = fc.constantFrom(
      'Receipts are due within 30 days of travel',
      'Cash is never accepted',
      'may agree to more',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 9 }), quotes, (words, quote) => {
        const grounded = told(`${words.join(' ')}.`, quote);
        if (!grounded || grounded.verbatim) return;
        const figures = words.filter((word) => ['31', 'sixty', '3.5', 'half', 'twice'].includes(word));
        const units = words.filter((word) => ['weeks', 'dollars', '$', '%'].includes(word));
        const denials = words.filter((word) => ['never', 'not', 'no', 'without', 'nobody'].includes(word));
        expect([...figures, ...units]).toEqual([]);
        if (!quote.includes('never')) expect(denials).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
