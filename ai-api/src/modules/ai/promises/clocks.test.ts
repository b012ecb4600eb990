import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { evaluate, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import { NOW, trackedCompany } from '../../../../test/time.ts';
import type { Client } from '../../../catalogue/client.ts';
import { HOUR_MS } from '../../../platform/durations.ts';

const WHY = 'The tracker lost two days of that week.';

describe.each(businessDatabases())('whatever the clock says, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let executive: Client;
  let builder: Client;
  let tenantId: string;
  let proposals = 0;
  let start = new Date(NOW).getTime();

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    api.context.clock.now = () => new Date(start);
    await trackedCompany(api, 4);
    const { metrics } = smallCompany(4);
    await api.client.people.import({ metrics });
    ({ tenantId } = await api.client.identity.whoami({}));
    executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The Executive');
    builder = await staff(api, 'b-1@sample-company.example', ['builder'], 'Builder One');
    await executive.approval.setSettings({ triage: 'manual', auditShare: 0 });
    await executive.oversight.set({ kind: 'evaluation', gradeFloor: 'A', reason: WHY });
    await api.client.tenant.update({ answerWindowHours: 0 });
    await evaluate(api.client);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  /** Everything that waits for a person: it is about the time of now, so that nothing is impossible. */
  async function waiting(): Promise<void> {
    const day = new Date(api.context.clock.now().getTime() - 48 * HOUR_MS).toISOString().slice(0, 10);
    const { approvalId } = await api.client.approval.submit({
      ...{ builderId: 'b-2', projectId: 'p-3', date: day, hours: 1, category: 'meeting' },
      justification: 'Call with the pilot customer about the contract.',
    });
    const { approval } = await api.client.approval.triage({ approvalId });
    expect(approval?.proposal).toBe('reject');
    proposals += 1;
  }

  /** All work by the clock that knows of deadlines. */
  async function workByTheClock(): Promise<void> {
    const { approvals, stageGates, contests, evaluations, levels } = api.context;
    await approvals.meetDeadlines(tenantId);
    await stageGates.remind(tenantId);
    await contests.meetDeadlines(tenantId);
    await evaluations.openWeeks(tenantId);
    await levels.refitAll(tenantId);
  }

  test('nothing adverse happens by it: proposals, low grades and contests wait for a person', async () => {
    const { items } = await api.client.evaluation.list({ builderId: 'b-1' });
    const { evaluationId = '' } = items[0] ?? {};
    const { judgement } = await api.client.evaluation.get({ evaluationId });
    const seen = { evaluationId, judgementId: judgement?.judgementId ?? '' };
    await executive.evaluation.override({ ...seen, grade: 'C', reason: WHY });
    const graded = await api.client.evaluation.get({ evaluationId });
    await builder.contest.create({ judgementId: graded.judgement?.judgementId ?? '', reason: WHY });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 4 }), async (hours) => {
        await waiting();
        for (const later of hours) {
          const at = start + later * HOUR_MS;
          api.context.clock.now = () => new Date(at);
          await workByTheClock();
        }
        start += (24 + Math.max(0, ...hours)) * HOUR_MS;
        api.context.clock.now = () => new Date(start);
        const { states } = await api.client.approval.counts({});
        expect(states).toMatchObject({ rejected: 0 });
        expect((await api.client.approval.counts({})).proposals.waiting).toBe(proposals);
        expect((await api.client.contest.list({})).items).toMatchObject([{ state: 'open' }]);
        const { promises } = await api.client.promise.check({});
        expect(promises.find(({ id }) => id === 'adverse-needs-a-person')).toMatchObject({
          holds: true,
          broken: 0,
        });
      }),
      { numRuns: Number(process.env.CLOCKS ?? 8) },
    );
    const { items: weeks } = await api.client.evaluation.list({ limit: 10 });
    const low = weeks.filter(({ grade }) => grade !== null && 'BCDE'.includes(grade));
    // The one that the executive gave.
    expect(low.map(({ builderId }) => builderId)).toEqual(['b-1']);
  });
});
