import { describe, expect, test } from 'vitest';
import { reworkOf } from './compute/rework.ts';
import { gapsOf } from './gaps/cluster.ts';
import { marksOf, type Question, wordsOf } from './gaps/questions.ts';
import { readSpend } from './spend/import.ts';

const day = (number: number) => new Date(Date.UTC(2026, 10, number));
const patch = (...lines: string[]) => ['@@ -1 +1 @@', ...lines].join('\n');
const file = (path: string, text: string | null, previousPath: string | null = null) => ({
  path,
  previousPath,
  patch: text,
});

describe('rework', () => {
  test('is an added line that is removed again within two weeks', () => {
    const found = reworkOf([
      { id: 'first', at: day(1), files: [file('a.ts', patch('+retry(1);', '+send();'))] },
      { id: 'soon', at: day(10), files: [file('a.ts', patch('-retry(1);', '+retry(2);'))] },
      { id: 'late', at: day(30), files: [file('a.ts', patch('-send();', '-retry(2);'))] },
    ]);
    expect(Object.fromEntries(found)).toEqual({
      first: { followed: 2, reworked: 1 },
      soon: { followed: 1, reworked: 0 },
      late: { followed: 0, reworked: 0 },
    });
  });

  test('follows a file that is renamed, and neither brackets nor the same line of another file', () => {
    const found = reworkOf([
      { id: 'first', at: day(1), files: [file('a.ts', patch('+retry();', '+}'))] },
      { id: 'other', at: day(2), files: [file('b.ts', patch('-retry();'))] },
      { id: 'moved', at: day(3), files: [file('c.ts', null, 'a.ts')] },
      { id: 'again', at: day(4), files: [file('c.ts', patch('-retry();', '-}'))] },
    ]);
    expect(found.get('first')).toEqual({ followed: 1, reworked: 1 });
  });
});

describe('knowledge gaps', () => {
  let asked = 0;
  const question = (owner: string, text: string): Question => ({
    conversationId: `c${asked++}`,
    owner,
    askedAt: day(1),
    words: wordsOf(text),
    marks: marksOf(text),
    vector: null,
  });

  test('are topics of three people, whatever else is asked', async () => {
    const gaps = await gapsOf([
      question('ada', 'How do we rotate the signing keys?'),
      question('bea', 'rotating signing keys in production, how?'),
      question('cyd', 'Where is it written how signing keys are rotated'),
      question('ada', 'Draw a chart of the payments by month'),
      question('bea', 'The upload stops halfway'),
    ]);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]?.members.map(({ question: { owner } }) => owner).sort()).toEqual(['ada', 'bea', 'cyd']);
    expect(gaps[0]?.topic.split(', ').sort()).toEqual(['keys', 'rotate', 'signing']);
  });

  test('are not what one person asks three times', async () => {
    const text = 'How do we rotate the signing keys?';
    expect(await gapsOf([question('ada', text), question('ada', text), question('bea', text)])).toEqual([]);
  });

  test('join questions that name the same error, although their words differ', async () => {
    const [gap] = await gapsOf([
      question('ada', 'TokenExpiredError in the upload worker, session lost'),
      question('bea', 'the worker throws TokenExpiredError on upload'),
      question('cyd', 'TokenExpiredError again: upload'),
    ]);
    expect(gap?.shared).toBe('TokenExpiredError');
  });

  test('find files by their last part and errors by their name', () => {
    expect([...marksOf('src/auth/jwt.ts fails with ECONNRESET and TS2345')].sort()).toEqual([
      'ECONNRESET',
      'TS2345',
      'jwt.ts',
    ]);
  });
});

describe('a usage export', () => {
  const read = (csv: string, more = {}) => readSpend({ csv, unit: 'dollars', ...more });

  test('is added up by day and model for all users', () => {
    const { bills, columns } = read(
      'Date,User,Model,Cost (USD)\n2026-11-16T09:00:00Z,a@example.com,fast,"$1,200.50"\n2026-11-16,b@example.com,fast,0.5\n2026-11-17,b@example.com,slow,',
    );
    expect(columns).toEqual({ day: 'Date', cost: 'Cost (USD)', model: 'Model' });
    expect(bills).toEqual([
      { day: '2026-11-16', model: 'fast', costMicros: 1_201_000_000 },
      { day: '2026-11-17', model: 'slow', costMicros: 0 },
    ]);
  });

  test('may have other names, cents and semicolons', () => {
    const named = { dayColumn: 'Tag', costColumn: 'Betrag' };
    expect(read('Tag;Betrag\n2026-11-16;250', { ...named, unit: 'cents' }).bills).toEqual([
      { day: '2026-11-16', model: '', costMicros: 2_500_000 },
    ]);
    expect(read('day,spend_cents\n2026-11-16,250').bills[0]?.costMicros).toBe(2_500_000);
  });

  test.each([
    [
      'a decimal comma',
      'day;cost\n2026-11-16;12,50\n2026-11-17;1.234,5\n2026-11-18;2.000',
      [12.5, 1234.5, 2000],
    ],
    [
      'thousands',
      'day,cost\n2026-11-16,"1,234"\n2026-11-17,"1,234,567.5"\n2026-11-18,.5',
      [1234, 1234567.5, 0.5],
    ],
    ['signs', 'day\tcost\n2026-11-16\t-$3\n2026-11-17\t2 USD\n2026-11-18\t1.5e-2', [-3, 2, 0.015]],
  ])('may have amounts with %s', (_what, csv, dollars) => {
    expect(read(csv).bills.map(({ costMicros }) => costMicros / 1_000_000)).toEqual(dollars);
  });

  test.each([
    [
      'has commas that may be either',
      'day;cost\n2026-11-16;1,234',
      'It is not clear whether commas are decimal.',
    ],
    ['has an amount beyond every bill', 'day,cost\n2026-11-16,1e99', '1 cells are not valid.'],
    ['has too large a sum', 'day,cost\n2026-11-16,9e8\n2026-11-17,9e8', 'more than a billion dollars'],
    ['has a day of another age', 'day,cost\n0001-01-01,1', '1 cells are not valid.'],
    [
      'has too many models',
      `day,cost,model\n${Array.from({ length: 20_001 }, (_, n) => `2026-11-16,1,m${n}`).join('\n')}`,
      'more than 20000 days and models',
    ],
    ['has no column of the cost', 'date,user\n2026-11-16,a', 'The column of the cost is not found.'],
    ['has cells that are no day and no amount', 'date,cost\n16.11.2026,many', '2 cells are not valid.'],
    ['has an unclosed quote', 'date,cost\n"2026-11-16,1', /^This is not CSV/],
  ])('is refused when it %s', (_what, csv, message) => {
    expect(() => read(csv)).toThrow(message);
  });
});
