import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claimOf } from '../../../../../test/model-recorder.ts';
import { holdClaims } from './hold.ts';
import type { ClaimRecords } from './records.ts';

const DAY = '2026-11-17';

function recordOf(recordId: string, title: string, change: Partial<ClaimRecords['records'][number]> = {}) {
  const timed = { startedAt: `${DAY}T15:00:00Z`, endedAt: `${DAY}T17:00:00Z` };
  return {
    recordId,
    kind: 'meeting' as const,
    reference: null,
    title,
    projectId: null,
    day: DAY,
    ...timed,
    isOwn: true,
    ...change,
  };
}
const untimed = { startedAt: null, endedAt: null };
const TICKET = { kind: 'ticket', reference: 'LIF-412', ...untimed } as const;

const RECORDS: ClaimRecords = {
  zone: 'utc',
  day: { from: `${DAY}T00:00:00.000Z`, until: '2026-11-18T00:00:00.000Z' },
  form: null,
  projectId: 'p-1',
  records: [
    recordOf('m-1', 'Larkspur pilot: acceptance review'),
    recordOf('t-1', 'Import drops rows with two currencies', TICKET),
  ],
  projects: [
    { projectId: 'p-1', name: 'Paper Otter' },
    { projectId: 'p-2', name: 'Blue Heron' },
  ],
  colleagues: [{ name: 'Quill Marrow', team: 'Orchard', isMember: true }],
  tracked: [{ from: `${DAY}T08:00:00Z`, until: `${DAY}T14:00:00Z` }],
};

function hold(claims: ReturnType<typeof claimOf>[], change: Partial<ClaimRecords> = {}, hours = 2) {
  return holdClaims(claims, 0, { request: { day: DAY, hours } }, { ...RECORDS, ...change });
}
const one = (claim: ReturnType<typeof claimOf>, change: Partial<ClaimRecords> = {}, hours = 2) => {
  const { claims, facts } = hold([claim], change, hours);
  return { verdict: claims[0]?.verdict, record: claims[0]?.record, note: claims[0]?.note, facts };
};

describe('work that a text names', () => {
  test.each([
    ['by its reference', 'ticket', 'Debugged lif-412 until it worked'],
    ['by most words of its title', 'activity', 'Reviewed the acceptance of the Larkspur pilot'],
    ['in German, by its reference', 'activity', 'Fehler zu LIF-412 gesucht und behoben'],
    ['in Japanese, by its reference', 'ticket', 'LIF-412の不具合を調査しました'],
  ])('is borne out %s', (_how, kind, quote) => {
    const { verdict, facts } = one(claimOf(kind, quote));
    expect(verdict).toBe('supported');
    expect(facts).toMatchObject({ activity: true, supported: 1, contradicted: 0, coversHours: true });
    expect(facts.borneOut).toContain(`“${quote}”`);
  });

  test('is borne out by titles of any script', () => {
    const records = [recordOf('m-2', '倉庫スキャナーの打ち合わせ')];
    expect(one(claimOf('meeting', '倉庫スキャナーについて打ち合わせをした'), { records }).verdict).toBe(
      'supported',
    );
  });

  test.each([
    ['shares some words of a title only', {}, 'Steered the Larkspur pilot'],
    ['has a reference within another word', {}, 'Fixed LIF-4123 today'],
    [
      'is recorded without the builder',
      { records: [recordOf('t', 'Rows', { ...TICKET, isOwn: false })] },
      'LIF-412',
    ],
    [
      'is a ticket of another day',
      { records: [recordOf('t', 'Rows', { ...TICKET, day: '2026-11-12' })] },
      'LIF-412',
    ],
    ['is recorded nowhere', { records: [] }, 'Restored the staging database'],
  ])('is not borne out where it %s', (_why, change, quote) => {
    expect(one(claimOf('activity', quote), change)).toMatchObject({
      verdict: 'unknown',
      facts: { supported: 0 },
    });
  });

  test('is contradicted where its time is tracked already, is not the time of the form, or is of another day', () => {
    const words = claimOf('meeting', 'Larkspur pilot acceptance review');
    const tracked = [{ from: `${DAY}T08:00:00Z`, until: `${DAY}T18:00:00Z` }];
    expect(one(words, { tracked })).toMatchObject({
      verdict: 'contradicted',
      facts: { timeOther: true, supported: 0 },
    });
    const form = { from: `${DAY}T20:00:00Z`, until: `${DAY}T22:00:00Z` };
    expect(one(words, { form })).toMatchObject({ verdict: 'contradicted', facts: { timeOther: true } });
    const moved = { startedAt: '2026-11-16T15:00:00Z', endedAt: '2026-11-16T17:00:00Z', day: '2026-11-16' };
    const records = [recordOf('m-1', 'Larkspur pilot: acceptance review', moved)];
    expect(one(words, { records })).toMatchObject({ verdict: 'contradicted', facts: { dayOther: true } });
  });

  test('covers the hours by untracked time of its records only', () => {
    const words = claimOf('meeting', 'Larkspur pilot acceptance review');
    const tracked = [{ from: `${DAY}T08:00:00Z`, until: `${DAY}T16:00:00Z` }];
    expect(one(words, { tracked }).facts).toMatchObject({
      supported: 1,
      supportedHours: 1,
      coversHours: false,
    });
    expect(one(words, {}, 3).facts).toMatchObject({ supportedHours: 2, coversHours: false });
    expect(one(words, {}, 2.5).facts).toMatchObject({ coversHours: true });
  });
});

describe('projects and colleagues', () => {
  test('prove nothing where they fit, and another project contradicts the form', () => {
    expect(one(claimOf('project', 'for Paper Otter'))).toMatchObject({
      verdict: 'fits',
      facts: { supported: 0 },
    });
    expect(one(claimOf('project', 'for Blue Heron'))).toMatchObject({
      verdict: 'contradicted',
      facts: { projectOther: true },
    });
    expect(one(claimOf('project', 'for Blue Heron'), { projectId: null }).verdict).toBe('unknown');
    expect(one(claimOf('colleague', 'with Quill Marrow'))).toMatchObject({
      verdict: 'fits',
      facts: { supported: 0 },
    });
    expect(one(claimOf('colleague', 'with Nobody Known'))).toMatchObject({
      verdict: 'unknown',
      facts: { unknown: 1 },
    });
  });
});

describe('what a text says about time', () => {
  test.each([
    ['half an hour', { hours: 0.5 }, 'contradicted'],
    ['it took half an hour', { hours: 2 }, 'fits'],
    ['eine Stunde', { hours: 1 }, 'contradicted'],
    ['all afternoon', { hours: 3.5 }, 'fits'],
    ['90 minutes', {}, 'contradicted'],
    ['2 Stunden', {}, 'fits'],
    ['1½ h', {}, 'contradicted'],
    ['2時間', {}, 'fits'],
    ['٢ ساعات', { hours: 2 }, 'fits'],
    ['45 of something', { hours: 2 }, 'unknown'],
    ['on 17.11.', {}, 'fits'],
    ['on 16.11.2026', {}, 'contradicted'],
    ['11/17', {}, 'fits'],
    ['am Montag', { date: '2026-11-16' }, 'contradicted'],
    ['on the 18th', { date: '2026-11-17' }, 'unknown'],
    ['from 15:00 to 17:00', {}, 'fits'],
    ['from 10:00 to 12:00', {}, 'contradicted'],
    ['some time', {}, 'unknown'],
  ])('“%s” with %o %s', (quote, time, verdict) => {
    expect(one(claimOf('time', quote, time)).verdict).toBe(verdict);
  });

  test('may give the whole in parts', () => {
    const parts = [claimOf('time', '30 minutes'), claimOf('time', '1.5 hours')];
    expect(hold(parts).claims.map(({ verdict }) => verdict)).toEqual(['fits', 'fits']);
    expect(hold(parts, {}, 4).facts).toMatchObject({ hoursOther: true, contradicted: 2 });
  });
});

const kinds = [
  'activity',
  'project',
  'time',
  'colleague',
  'meeting',
  'ticket',
  'document',
  'reason',
  'contradiction',
];
const anyClaim = fc.record({
  kind: fc.constantFrom(...kinds),
  quote: fc.oneof(
    fc.string({ minLength: 1, maxLength: 80 }),
    fc.constantFrom('LIF-412', 'Paper Otter', '2 hours'),
  ),
  date: fc.option(fc.string({ maxLength: 10 })),
  from: fc.option(fc.constantFrom('09:00', '25:00', 'x')),
  until: fc.option(fc.constantFrom('17:00', '9', '')),
  hours: fc.option(fc.double({ min: 0, max: 1000, noNaN: true })),
});

test('nothing that a model says bears anything out without a record that the words name', () => {
  fc.assert(
    fc.property(fc.array(anyClaim, { maxLength: 20 }), (claims) => {
      const held = hold(claims, { records: [] });
      expect(held.facts).toMatchObject({ supported: 0, coversHours: false });
      expect(held.claims).toHaveLength(claims.length);
      const all = hold(claims);
      const named = all.claims.filter(({ verdict }) => verdict === 'supported');
      for (const { words } of named) expect(words.toLowerCase()).toMatch(/lif-412|larkspur|import/);
    }),
  );
});
