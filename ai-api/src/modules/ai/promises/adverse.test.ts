import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { projectRow } from '../../../../test/people.ts';
import { evaluate, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import { timeRequest } from '../../../../test/time.ts';
import type { Client } from '../../../catalogue/client.ts';

const WHY = 'I looked at the calendar and at the commits.';
const PERSON = '0190a000-0000-7000-8000-000000000001';

describe.each(businessDatabases())('the promise that a person decides, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let executive: Client;
  let builder: Client;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The executive');
    const other = await staff(api, 'other@sample-company.example', ['executive'], 'The other');
    builder = await staff(api, 'b-1@sample-company.example', ['builder'], 'Builder One');
    const small = { builder_id: 'b-4', stage: 'validation', tam_usd: '1000000', stage_history: null };
    await api.client.people.import({
      ...smallCompany(4),
      projects: [projectRow({ project_id: 'held', ...small }), projectRow({ project_id: 'open', ...small })],
    });
    await api.client.tenant.update({ answerWindowHours: 0 });
    await api.client.approval.setSettings({ triage: 'manual' });
    await evaluate(api.client);
    // What people decide against people, each in the way that is meant.
    const { approvalId, version } = await request();
    await executive.approval.override({ approvalId, version, decision: 'reject', reason: WHY });
    await executive.plan.create(planFor('b-3'));
    const gate = await api.client.stageGate.evaluate({ projectId: 'held' });
    await executive.stageGate.confirm({ evaluationId: gate.evaluationId, version: gate.version });
    const lowered = await week('b-2');
    await executive.evaluation.override({ ...lowered, grade: 'E', reason: WHY });
    const contested = await builder.contest.create({
      judgementId: (await week('b-1')).judgementId,
      reason: 'The tracker lost two days of that week.',
    });
    const seen = { contestId: contested.contestId, version: contested.version };
    await other.contest.decide({ ...seen, decision: 'uphold', reason: WHY });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const request = () => {
    const date = new Date().toISOString().slice(0, 10);
    return api.client.approval.submit(timeRequest('b-3', { date, startsAt: undefined }));
  };
  const planFor = (builderId: string) => ({
    builderId,
    reason: 'Four weeks below the goals that were agreed.',
    goals: [{ goalId: 'g-1', title: 'Ship the import', measure: 'It runs in production' }],
    startsOn: '2026-11-16',
    endsOn: '2026-12-31',
  });
  const week = async (builderId: string) => {
    const { items } = await api.client.evaluation.list({ builderId });
    const { evaluationId = '' } = items[0] ?? {};
    const { judgement } = await api.client.evaluation.get({ evaluationId });
    return { evaluationId, judgementId: judgement?.judgementId ?? '' };
  };
  async function promised() {
    const { promises } = await api.client.promise.check({});
    return promises.find(({ id }) => id === 'adverse-needs-a-person');
  }
  const owner = () => api.context.database.system('the test tampers as the owner');
  const tenant = sql`(select id from identity.tenants limit 1)`;

  test('holds, and says of which outcomes', async () => {
    const found = await promised();
    expect(found).toMatchObject({ holds: true, broken: 0 });
    for (const counted of [
      'requests rejected or cut 1',
      'plans opened or ended as not met 1',
      'gates held 1',
      'contests decided 1',
      'grades of kind evaluation that were lowered or below the floor 1',
    ])
      expect(found?.note).toContain(counted);
  });

  /** A row of each sort that names a person, as who writes to the database would, and that no person decided. */
  const PLANTED: [string, () => Promise<RawBuilder<unknown>[]>, RegExp][] = [
    [
      'a rejection without a judgement',
      async () => {
        const { approvalId } = await request();
        return [
          sql`update approvals.approvals set state = 'rejected', engine = 'human', decided_by = 'The executive',
            decided_user = ${PERSON}, decided_at = now() where id = ${approvalId}::uuid`,
          sql`update approvals.approvals set state = 'withdrawn' where id = ${approvalId}::uuid`,
        ];
      },
      /^Without a person: requests rejected or cut 1, the newest of \d{4}-\d{2}-\d{2}\./,
    ],
    [
      'hours that were cut',
      async () => {
        const { approvalId } = await request();
        return [
          sql`update approvals.approvals set state = 'approved', engine = 'rules', decided_hours = 0.25,
            decided_at = now() where id = ${approvalId}::uuid`,
          sql`update approvals.approvals set state = 'withdrawn' where id = ${approvalId}::uuid`,
        ];
      },
      /^Without a person: requests rejected or cut 1/,
    ],
    [
      'a plan',
      async () => [
        sql`insert into performance.pips (id, tenant_id, builder_id, reason, goals, starts_on, ends_on, created_by)
          values (${PERSON}::uuid, ${tenant}, 'b-2', ${WHY}, '[]', '2026-11-16', '2026-12-31', 'The executive')`,
        sql`delete from performance.pips where id = ${PERSON}::uuid`,
      ],
      /^Without a person: plans opened or ended as not met 1/,
    ],
    [
      'a plan that ended as not met',
      async () => [
        sql`update performance.pips set status = 'not_met', closed_by = 'The executive', closed_at = now()`,
        sql`update performance.pips set status = 'active', closed_by = null, closed_at = null`,
      ],
      /^Without a person: plans opened or ended as not met 1/,
    ],
    [
      'a gate that holds a project',
      async () => {
        const { judgement } = await api.client.stageGate.evaluate({ projectId: 'open' });
        const own = sql`where id = ${judgement.judgementId}::uuid`;
        return [
          sql`update judgement.judgements set outcome = 'hold', engine = 'human', decided_by = 'The executive',
            decided_user = ${PERSON}, reason = ${WHY} ${own}`,
          sql`update judgement.judgements set outcome = null, engine = 'rules', decided_by = null,
            decided_user = null, reason = null ${own}`,
        ];
      },
      /^Without a person: gates held 1/,
    ],
    [
      'a contest that is decided',
      async () => {
        const third = await staff(api, 'b-3@sample-company.example', ['builder'], 'Builder Three');
        const { contestId } = await third.contest.create({
          judgementId: (await week('b-3')).judgementId,
          reason: 'The tracker lost two days of that week.',
        });
        const own = sql`where id = ${contestId}::uuid`;
        return [
          sql`update contests.contests set state = 'upheld', decided_by = 'The executive',
            decided_user = ${PERSON}, decision_reason = ${WHY}, closed_at = now() ${own}`,
          sql`delete from contests.contests ${own}`,
        ];
      },
      /^Without a person: contests decided 1/,
    ],
    [
      'a grade of an engine below the floor',
      async () => {
        await executive.oversight.set({ kind: 'evaluation', gradeFloor: 'C', reason: WHY });
        const { judgementId } = await week('b-4');
        const own = sql`where id = ${judgementId}::uuid`;
        const { judgement } = await api.client.evaluation.get({
          evaluationId: (await week('b-4')).evaluationId,
        });
        return [
          sql`update judgement.judgements set grade = 'D', created_at = clock_timestamp() ${own}`,
          sql`update judgement.judgements set grade = ${judgement?.grade ?? ''} ${own}`,
        ];
      },
      /^Without a person: grades of kind evaluation that were lowered or below the floor 1/,
    ],
    [
      'a grade that a key lowered',
      async () => {
        const { judgementId } = await week('b-2');
        const own = sql`where id = ${judgementId}::uuid`;
        return [
          sql`update judgement.judgements set decided_user = null, decided_by = 'n8n' ${own}`,
          sql`update judgement.judgements set decided_user = ${PERSON}, decided_by = 'The executive' ${own}`,
        ];
      },
      /^Without a person: grades of kind evaluation that were lowered or below the floor 1/,
    ],
    [
      'a grade that is not the one of its judgement',
      async () => {
        const { evaluationId } = await week('b-4');
        const { judgement } = await api.client.evaluation.get({ evaluationId });
        const own = sql`where id = ${evaluationId}::uuid`;
        return [
          sql`update evaluations.evaluations set grade = 'E' ${own}`,
          sql`update evaluations.evaluations set grade = ${judgement?.grade ?? ''} ${own}`,
        ];
      },
      /^Without a person: grades that no judgement gave 1/,
    ],
  ];

  test.each(PLANTED)('is broken by %s, and holds again without it', async (_, plant, note) => {
    const [fault, mended] = await plant();
    await fault?.execute(owner());
    const broken = await promised();
    expect(broken).toMatchObject({ holds: false, broken: 1 });
    expect(broken?.note).toMatch(note);
    await mended?.execute(owner());
    expect(await promised()).toMatchObject({ holds: true, broken: 0 });
  });
});
