import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { staff } from '../../../../test/staff.ts';
import { timeRequest as ask, NOW, trackedCompany } from '../../../../test/time.ts';
import type { Client } from '../../../catalogue/client.ts';

describe.each(businessDatabases())(
  'a request for manual time that cannot be approved on $name',
  ({ create }) => {
    let testDatabase: TestDatabase;
    let api: TestApi;
    let builder: Client;
    let executive: Client;
    let reader: Client;

    beforeAll(async () => {
      testDatabase = await create();
      api = await startApi(testDatabase);
      api.context.clock.now = () => new Date(NOW);
      await trackedCompany(api, 12);
      builder = await staff(api, 'b-1@sample-company.example', ['builder'], 'Builder One');
      executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The Executive');
      reader = await staff(api, 'reader@sample-company.example', ['readonly'], 'The Reader');
    });
    afterAll(async () => {
      await api.stop();
      await testDatabase.remove();
    });

    type Given = Parameters<Client['approval']['triage']>[0];
    const inline = (change: object = {}) => api.client.approval.triage(ask('b-3', change) as Given);

    describe('that contradicts the records is handed back by rules over the database', () => {
      test.each([
        ['on a day to come', { date: '2040-11-16', startsAt: undefined }, 'Date'],
        ['on a day long ago', { date: '2040-08-28', startsAt: undefined }, 'Date'],
        ['for time that was tracked', { startsAt: '2040-11-12T14:00:00+01:00' }, 'Overlap'],
        ['that no day could hold', { hours: 20, startsAt: undefined }, 'Overlap'],
      ])('%s', async (_what, change, criterion) => {
        const { decision, proposal, confidence, engine, judgement, approval } = await inline(change);
        expect([decision, proposal, confidence, engine, approval]).toEqual([
          'incomplete',
          null,
          1,
          'rules',
          null,
        ]);
        expect(judgement).toMatchObject({ outcome: null, proposal: null, needsReview: false });
        expect(judgement.incomplete.map(({ title }) => title)).toEqual([criterion]);
      });
    });

    describe('that the rules speak against is proposed to a person, and never rejected by the engine', () => {
      test.each([
        ['on a project that is paused', { projectId: 'p-3' }, 'Project'],
        ['on a project of others', { projectId: 'p-1' }, 'Project'],
        ['beyond the budget of the project', { projectId: 'p-2', hours: 3.5 }, 'Budget'],
      ])('%s', async (_what, change, criterion) => {
        const { decision, proposal, confidence, engine, judgement, approval } = await inline(change);
        expect([decision, proposal, confidence, engine, approval]).toEqual([
          'review',
          'reject',
          1,
          'rules',
          null,
        ]);
        const failed = judgement.criteria.filter(({ score }) => score === 0).map(({ title }) => title);
        expect(failed).toEqual([criterion]);
        expect(judgement.proposal).toMatchObject({ outcome: 'reject', dueAt: '2040-11-16T12:00:00.000Z' });
        expect(judgement.proposal?.reasons[0]).toContain(criterion);
      });

      test('on a day of leave', async () => {
        const given = ask('b-2', { date: '2040-11-08', startsAt: undefined });
        const { proposal, reasoning } = await api.client.approval.triage(given as Given);
        expect([proposal, reasoning]).toEqual(['reject', 'The builder was on leave on that day.']);
      });

      test('beyond the weekly cap of the company', async () => {
        await executive.approval.setSettings({ weeklyCapHours: 13 });
        const { proposal, reasoning } = await inline();
        await executive.approval.setSettings({ weeklyCapHours: 50 });
        expect(proposal).toBe('reject');
        expect(reasoning).toContain('12 tracked');
      });
    });

    describe('is refused', () => {
      test.each([
        ['negative hours', { hours: -1 }, 'hours'],
        ['no hours', { hours: 0 }, 'hours'],
        ['hours that are not in quarters', { hours: 1.1 }, 'hours'],
        ['more than a day', { hours: 25 }, 'hours'],
        ['a day that has 23 hours, whole', { date: '2040-03-25', hours: 24, startsAt: undefined }, 'hours'],
        ['a start on another day', { startsAt: '2040-11-11T23:30:00+00:00', date: '2040-11-11' }, 'startsAt'],
        ['a day in another age', { date: '1926-11-16', startsAt: undefined }, 'date'],
        ['no justification', { justification: '  ' }, 'justification'],
        ['control characters', { justification: 'Call\u0007 with the customer' }, 'justification'],
        ['a very long justification', { justification: 'x'.repeat(4001) }, 'justification'],
      ])('with %s', async (_what, change, field) => {
        const error = await refusal(api.client.approval.submit(ask('b-3', change)));
        expect([error.status, error.document?.errors?.[0]?.field]).toEqual([422, field]);
      });

      test('with a text of a megabyte, for another builder, for no builder, for an unknown project', async () => {
        const huge = api.client.approval.submit(ask('b-3', { justification: 'x'.repeat(4_000_000) }));
        expect((await refusal(huge)).status).toBe(413);
        expect((await refusal(builder.approval.submit(ask('b-3')))).code).toBe('FORBIDDEN');
        expect((await refusal(api.client.approval.submit(ask('b-99')))).code).toBe('NOT_FOUND');
        expect((await refusal(api.client.approval.submit(ask('b-3', { projectId: 'p-9' })))).code).toBe(
          'NOT_FOUND',
        );
        expect((await refusal(reader.approval.submit(ask('b-3')))).code).toBe('FORBIDDEN');
      });
    });
  },
);
