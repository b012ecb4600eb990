import { describe, expect, test } from 'vitest';
import { transformOf } from './transform-of.ts';

const AT = '2026-11-16T09:00:00.000Z';

describe('a transformation for operations', () => {
  test('counts what a privacy request erased, without what it only found or noted', () => {
    const { card } = transformOf('privacyRequest')({
      requestId: '1',
      subject: 'builder:b-001',
      requestedBy: 'Ada',
      verification: 'By letter.',
      steps: [
        { step: 'count', counts: { tables: 40, traces: 3 } },
        { step: 'erase people', counts: { 'people.leave': 2, 'people.superbuilders': 1 } },
        { step: 'audit entry', counts: { entry: 9000 } },
        { step: 'audit', counts: { payloads: 4 } },
      ],
    });
    expect(card).toContain('7 records in 3 places.');
  });

  test.each([
    [{}, true],
    [{ extendedAt: AT }, false],
    [{ endedAt: AT }, false],
    [{ isOverdue: true }, false],
  ])(
    'lets the deadline of a request be extended once, while it is open and in time: %j',
    (more, canExtend) => {
      const request = { requestId: '1', kind: 'export', endedAt: null, extendedAt: null, isOverdue: false };
      const { rows } = transformOf('privacyRequests')({ items: [{ ...request, dueAt: AT, ...more }] });
      expect(rows[0]).toMatchObject({ canExtend });
    },
  );

  test('says for how long data is kept, and which shorter period waits for what', () => {
    const kind = {
      kind: 'k',
      title: 'T',
      minDays: 1,
      maxDays: 3650,
      planDays: null,
      follows: null,
      ranAt: null,
    };
    const { rows } = transformOf('retentionKinds')({
      items: [
        { ...kind, days: null, inForceDays: null },
        { ...kind, days: 30, inForceDays: null, inForceFrom: null, planDays: 365 },
        { ...kind, days: 30, inForceDays: 90, inForceFrom: AT },
        { ...kind, days: 90, inForceDays: 90, follows: 'audit-content' },
      ],
    });
    expect(rows.map(({ days }: { days: string }) => days)).toEqual([
      'for ever',
      'for ever; 30 days after a dry run',
      expect.stringMatching(/^90 days; 30 days from 16 Nov/),
      '90 days',
    ]);
    expect(rows[1].plan).toBe('365 days');
    expect(rows[3].limits).toBe('with the audit trail');
  });

  test('gives what a preview counted to the form that sets the days, and says when a hold stops all', () => {
    const one = { kind: 'questions', title: 'Questions', days: 30, before: AT, count: 1204, oldest: AT };
    const seen = transformOf('retentionPreview')({ items: [one], total: 1204, holds: [] });
    expect(seen).toMatchObject({ kind: 'questions', days: 30, count: 1204 });
    expect(seen.card).toContain('1,204 records from before');
    const due = transformOf('retentionDue');
    expect(due({ items: [one], total: 1204, holds: [] }).card).toContain('deletes 1,204 records');
    expect(due({ items: [one], total: 1204, holds: ['<b>A case</b>'] }).card).toMatch(
      /Nothing is deleted while a legal hold lasts\..*&#60;b&#62;A case/,
    );
  });

  test('shows what a compliance report does not cover, and links to its files', () => {
    const { card } = transformOf('complianceReport')({
      reportId: 'r',
      kind: 'soc2-events',
      basis: 'SOC 2',
      controls: ['CC6.1'],
      covers: 'Changes.',
      notCovered: 'What is <not> recorded.',
      madeBy: 'Ada',
      madeAt: AT,
      expiresAt: AT,
      files: [{ name: 'events.csv', bytes: 2048, url: 'https://files.example/1?a=1&b=2' }],
    });
    expect(card).toContain('SOC 2: extract of events');
    expect(card).toContain('What is &#60;not&#62; recorded.');
    expect(card).toContain('href="https://files.example/1?a=1&#38;b=2"');
    const { rows } = transformOf('complianceReports')({
      items: [
        {
          reportId: 'r',
          kind: 'gdpr-events',
          from: AT,
          to: null,
          controls: [],
          fileCount: 2,
          madeBy: 'Ada',
          madeAt: AT,
        },
      ],
    });
    expect(rows[0]).toMatchObject({ title: 'GDPR: extract of events', period: 'from 2026-11-16' });
  });

  test('shows where data stays, where to go, and which providers are outside the region', () => {
    const data = {
      dataRegion: 'eu-west-1',
      chosenAt: AT,
      storedElsewhere: false,
      installationRegion: 'us-east-1',
      isHere: false,
      url: 'https://eu.example.com',
      choices: [],
      providers: [
        { name: 'openai:gpt', purpose: 'model', regions: ['us-east-1', 'us-west-2'], usable: false },
        { name: 'static:glove', purpose: 'embeddings', regions: null, usable: true },
      ],
    };
    const { card, providers } = transformOf('dataRegion')(data);
    expect(card).toContain('Go to https://eu.example.com.');
    expect(providers).toEqual([
      {
        name: 'openai:gpt',
        purpose: 'model',
        regions: 'us-east-1, us-west-2',
        state: 'outside the region',
      },
      { name: 'static:glove', purpose: 'embeddings', regions: 'in the API', state: 'ready' },
    ]);
    const choices = [{ region: 'us-east-1', url: 'https://us.example.com', isHere: true }];
    const open = transformOf('dataRegion')({ ...data, dataRegion: null, isHere: true, choices });
    expect(open.choices).toMatchObject([{ label: 'us-east-1 (here)', value: 'us-east-1' }]);
    expect(open.card).toContain('No region chosen');
  });

  test('shows what is used of a plan in the units of people, and when it starts again', () => {
    const items = [
      {
        quota: 'storage',
        unit: 'bytes',
        period: 'now',
        used: 1610612736,
        limit: 53687091200,
        percent: 3,
        state: 'ok',
        resetsAt: null,
      },
      {
        quota: 'models',
        unit: 'micros',
        period: 'month',
        used: 4200000,
        limit: 5000000,
        percent: 84,
        state: 'warning',
        resetsAt: AT,
      },
      {
        quota: 'searches',
        unit: 'searches',
        period: 'day',
        used: null,
        limit: null,
        percent: null,
        state: 'not counted',
        resetsAt: AT,
      },
    ];
    const { rows } = transformOf('planUsage')({ items }) as { rows: Record<string, string>[] };
    expect(rows.map(({ what, used, limit, percent }) => [what, used, limit, percent])).toEqual([
      ['Storage', '1.5 GB', '50 GB', '3 %'],
      ['Models, this month', '$4.20', '$5.00', '84 %'],
      ['Searches', '—', 'no limit', '—'],
    ]);
  });

  test('offers the plans that can be bought, and says until when a failed payment can be made', () => {
    const plan = (name: string, more: object) => ({
      plan: name,
      name,
      priceMicros: 0,
      isCurrent: false,
      canBuy: true,
      limits: [],
      ...more,
    });
    const { choices, rows } = transformOf('planOptions')({
      items: [
        plan('starter', { canBuy: false }),
        plan('pro', { priceMicros: 15000000 }),
        plan('enterprise', { isCurrent: true, priceMicros: null }),
      ],
    }) as { choices: { value: string }[]; rows: { price: string }[] };
    expect([choices.map(({ value }) => value), rows.map(({ price }) => price)]).toEqual([
      ['pro'],
      ['free', '$15.00', 'agreed'],
    ]);
    const company = {
      plan: 'pro',
      name: 'Pro',
      billing: 'stripe',
      priceMicros: 15000000,
      subscription: 'past_due',
      graceEndsAt: AT,
    };
    const { payment } = transformOf('companyPlan')(company) as { payment: string };
    expect(payment).toContain('A payment failed');
    expect(payment).toContain('Pay until 16 Nov');
  });

  test('draws the peaks of licences hour by hour, with no use where none is listed', () => {
    const usage = (licenceId: string, more: object = {}) => ({
      licenceId,
      licence: licenceId,
      product: 'drawing-pro',
      maxSeats: 4,
      utilisation: 0.25,
      peakSeats: 3,
      peakDemand: 3,
      minutesFull: 0,
      sessions: 5,
      leakedShare: 0,
      denials: {},
      seatsFor99Percent: 3,
      reservedIdle: 0,
      timeAtSeats: [],
      ...more,
    });
    const hour = (licenceId: string, at: string, peak: number) => ({
      licenceId,
      hour: `2026-11-16T${at}:00:00.000Z`,
      peak,
      denials: 0,
    });
    const { peaks, fullCard, rows } = transformOf('licenceUsage')({
      from: '2026-11-10',
      to: '2026-11-16',
      licences: [usage('a', { seatsFor99Percent: 6, reservedIdle: 1.52 }), usage('b')],
      hours: [hour('a', '08', 3), hour('b', '09', 2), hour('a', '11', 1)],
    }) as { peaks: string; fullCard: string; rows: { reserved: string }[] };
    const { data } = JSON.parse(peaks) as { data: { x: string[]; y: number[] }[] };
    const x = ['08', '09', '10', '11'].map((at) => `2026-11-16 ${at}:00`);
    expect(data).toMatchObject([
      { x, y: [3, 0, 0, 1] },
      { x, y: [0, 2, 0, 0] },
    ]);
    expect(fullCard).toContain('1 licence is short of seats');
    expect(rows.map(({ reserved }) => reserved)).toEqual(['1.5', '—']);
  });

  test('draws denials day by day, with none where none is listed', () => {
    const denial = (day: string, code: string) => ({
      denialId: day,
      code,
      user: null,
      device: 'abcdefghijk',
      licence: 'Design team',
      product: 'drawing-pro',
      attempts: 1,
      firstAt: `2026-11-${day}T09:00:00.000Z`,
    });
    const { byDay } = transformOf('licenceDenials')({
      items: [denial('18', 'NO_SEATS'), denial('16', 'USER_LIMIT')],
    }) as { byDay: string };
    const { data } = JSON.parse(byDay) as { data: unknown[] };
    const x = ['2026-11-16', '2026-11-17', '2026-11-18'];
    expect(data).toMatchObject([
      { name: 'no seats', x, y: [0, 0, 1] },
      { name: 'user limit', x, y: [1, 0, 0] },
    ]);
  });
});
