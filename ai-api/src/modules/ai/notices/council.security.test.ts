import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, SAMPLE_WEEK, sampleCompany, startApi, type TestApi } from '../../../../test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../../../test/databases.ts';
import { evaluate } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import type { Operation } from '../../../contract/operation.ts';

const COUNCIL = 'council@sample-company.example';
const UUID = '01890000-0000-7000-8000-000000000000';
/** Their own account, sessions and data. */
const OF_ONESELF = /^(auth|identity|myData)\.|^access\.mine$/;
/** What the role is for. */
const READABLE = [
  'explanation.check',
  'notice.get',
  'notice.list',
  'notice.listVersions',
  'notice.preview',
  'performance.shift',
  'promise.check',
];

const operations = Object.values(resources).flatMap(
  ({ id, operations }) =>
    Object.entries(operations).map(([key, op]) => [`${id}.${key}`, op]) as [string, Operation][],
);

describe('a works council', () => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let council: Client;
  let boss: Client;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    api = await startApi(testDatabase);
    await api.client.people.import(sampleCompany());
    boss = await staff(api, 'boss@sample-company.example', ['executive'], 'Rowan Ledger');
    council = await staff(api, COUNCIL, ['council'], 'The council');
    for (const { kind } of (await boss.notice.list({})).items) {
      const { digest } = await boss.notice.preview({ kind });
      await boss.notice.publish({ kind, digest });
      await boss.notice.recordInformed({ kind, on: '2026-01-05', how: 'On paper' });
    }
    await boss.oversight.set({
      ...{ kind: 'evaluation', gradeFloor: 'C' },
      reason: 'Rowan Ledger agreed on this with the works council.',
    });
    await evaluate(api.client);
  }, 120_000);
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  test('may call the few operations that name it, and no other', async () => {
    const declared = operations.filter(([, { access }]) => access.includes('council')).map(([id]) => id);
    expect(declared.filter((id) => !OF_ONESELF.test(id)).toSorted()).toEqual(READABLE);
    const headers = {
      authorization: `Bearer ${ADMIN_KEY}`,
      'ai-manager-acting-for': COUNCIL,
      'content-type': 'application/json',
    };
    const letIn = [];
    for (const [id, { access, method, path }] of operations) {
      if (access === 'public' || declared.includes(id)) continue;
      const body = method === 'GET' || method === 'DELETE' ? null : '{"nothing takes":"this"}';
      const url = `${api.url}${path.replaceAll(/\{\w+\}/g, UUID)}`;
      const { status } = await fetch(url, { method, headers, body });
      if (status !== 403) letIn.push([id, status]);
    }
    expect(letIn).toEqual([]);
  });

  test('reads promises, notices, who decides and figures of fairness, and no name or address of a person', async () => {
    const { items } = await council.notice.list({});
    expect(items.find(({ kind }) => kind === 'evaluation')).toMatchObject({
      decides: { mode: 'on', gradeFloor: 'C' },
      ...{ informedOtherwise: items[0]?.builders, notInformed: 0, isCurrent: false },
    });
    const promises = await council.promise.check({});
    expect(promises.promises.length).toBeGreaterThan(2);
    const shift = await council.performance.shift({ week: SAMPLE_WEEK });
    expect(shift).toMatchObject({ week: SAMPLE_WEEK, before: null, shift: { status: 'not enough data' } });
    const answers: unknown[] = [items, promises, shift];
    for (const { kind } of items) {
      answers.push(await council.notice.get({ kind }));
      answers.push(await council.notice.listVersions({ kind }));
      answers.push(await council.notice.preview({ kind }));
    }
    const text = JSON.stringify(answers).toLowerCase();
    const { items: builders } = await api.client.builder.list({ limit: 500 });
    expect(builders.length).toBeGreaterThan(70);
    const named = [...builders, { name: 'Rowan Ledger', email: 'boss@sample-company.example' }].filter(
      ({ name, email }) => text.includes(name.toLowerCase()) || text.includes(email.toLowerCase()),
    );
    expect(named).toEqual([]);
  });

  test('is a role that users are given', async () => {
    const { userId } = await api.client.user.create({
      ...{ email: 'second@sample-company.example', name: 'The second' },
      roles: ['council'],
    });
    expect(await api.client.user.get({ userId })).toMatchObject({ roles: ['council'] });
    expect((await council.identity.whoami({})).roles).toEqual(['council']);
  });
});
