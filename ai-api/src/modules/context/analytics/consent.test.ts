import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { erase, exported } from '../../../../test/privacy.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

const HEADER = 'builder_id,name,email,team,title,status,started_on,weekly_hours,timezone';

describe.each(businessDatabases())('agreeing to analytics on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let now = '2037-11-16T12:00:00.000Z';
  const people: Client[] = [];

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, {}, { clock: { now: () => new Date(now) } });
    const rows = [0, 1, 2, 3, 4, 5].map(
      (n) => `b-${n},Person ${n},p${n}@example.com,Harbour,,active,2037-01-05,40,UTC`,
    );
    await api.client.people.import({ builders: [HEADER, ...rows].join('\n') });
    for (const n of rows.keys()) {
      const { userId } = await api.client.user.create({
        email: `p${n}@example.com`,
        name: `Person ${n}`,
        roles: ['builder'],
      });
      await api.client.user.update({ userId, status: 'active' });
      people.push(createClient(resources, { baseUrl: api.url, apiKey: ADMIN_KEY, actingFor: userId }));
    }
  });
  afterAll(async () => {
    await api?.stop();
    await testDatabase?.remove();
  });

  const talk = async (person: number, at: string) =>
    people[person]?.conversation.create({
      tool: 'claude-code',
      sessionId: `session-${person}-${at}`,
      startedAt: at,
      messages: [{ id: 'q', author: 'human', text: 'How do we rotate the signing keys?', at }],
    });
  /** Conversations of the last whole week, in all figures. */
  async function counted(): Promise<number | null | undefined> {
    await api.client.analytics.compute({ whole: true });
    const { company } = await api.client.analytics.velocity({ weeks: 1 });
    return company.amounts.conversations;
  }
  const everyone = (at: string) => Promise.all(people.map((_person, n) => talk(n, at)));

  test('by default people count unless they object, and may agree before it is needed', async () => {
    expect(await api.client.analyticsBasis.get({})).toEqual({
      basis: 'objection',
      since: null,
      setBy: null,
      agreed: 0,
    });
    expect(await people[0]?.myData.consent({})).toEqual({
      basis: 'objection',
      agreed: false,
      agreedAt: null,
      agreedThrough: null,
    });
    await people[0]?.myData.setConsent({ agree: true });
    await everyone('2037-11-12T09:00:00.000Z');
    expect(await counted()).toBe(6);
  });

  test('from the day on which agreement is needed, only those who agree count', async () => {
    const set = await api.client.analyticsBasis.set({ basis: 'consent' });
    expect(set).toMatchObject({ basis: 'consent', since: now, agreed: 1 });
    for (const person of people.slice(1, 5))
      expect(await person.myData.setConsent({ agree: true })).toMatchObject({ agreed: true, agreedAt: now });
    await Promise.all([1, 2, 3].map(() => people[1]?.myData.setConsent({ agree: true })));
    expect(await api.client.analyticsBasis.get({})).toMatchObject({ agreed: 5 });
    expect(await counted()).toBe(6);
    await everyone('2037-11-18T09:00:00.000Z');
    now = '2037-11-24T12:00:00.000Z';
    expect(await counted()).toBe(5);
    expect((await api.client.analytics.adoption({ weeks: 1 })).company?.members).toBe(5);
  });

  test('who takes it back counts no more from that day on; earlier days stay', async () => {
    expect(await people[0]?.myData.setConsent({ agree: false })).toMatchObject({ agreed: false });
    expect(await counted()).toBe(5);
    await people[5]?.myData.setConsent({ agree: true });
    expect(await counted()).toBe(5);
    await everyone('2037-11-25T09:00:00.000Z');
    now = '2037-12-01T12:00:00.000Z';
    expect(await counted()).toBe(5);
    const rows = await api.context.database
      .system('the test looks at all rows')
      .selectFrom('context.activity_days')
      .select('owner')
      .where(sql<boolean>`day = '2037-11-25'`)
      .execute();
    const { user } = (await people[0]?.identity.whoami({})) ?? {};
    expect(rows).toHaveLength(5);
    expect(rows.map(({ owner }) => owner)).not.toContain(`user:${user?.userId}`);
  });

  test('after the basis is changed back, the days between stay without them', async () => {
    await api.client.analyticsBasis.set({ basis: 'objection' });
    expect(await counted()).toBe(5);
    await everyone('2037-12-03T09:00:00.000Z');
    now = '2037-12-08T12:00:00.000Z';
    expect(await counted()).toBe(6);
  });

  test('an agreement says by which key it came, and none where the person came themselves', async () => {
    const email = 'self@example.com';
    const password = 'a password of the tests';
    const { userId } = await api.client.user.create({ email, name: 'A Self', roles: ['builder'], password });
    const byKey = createClient(resources, { baseUrl: api.url, apiKey: ADMIN_KEY, actingFor: userId });
    const { keyName } = await byKey.identity.whoami({});
    expect(keyName).toBeTruthy();
    expect(await byKey.myData.setConsent({ agree: true })).toMatchObject({ agreedThrough: keyName });
    const { tokens } = await api.client.auth.login({ email, password, use: 'tokens' });
    const self = createClient(resources, { baseUrl: api.url, apiKey: tokens?.accessToken ?? '' });
    expect(await self.myData.consent({})).toMatchObject({ agreed: true, agreedThrough: keyName });
    await self.myData.setConsent({ agree: false });
    expect(await self.myData.setConsent({ agree: true })).toMatchObject({
      agreed: true,
      agreedThrough: null,
    });
  });

  test('the export of a person has their agreements; an erasure leaves none of them, and those of others stay', async () => {
    const erased = people[5] as Client;
    const { user } = await erased.identity.whoami({});
    await erased.myData.setConsent({ agree: true });
    const rowsOf = (subject: string) =>
      api.context.database
        .system('the test looks at all rows')
        .selectFrom('privacy.objections')
        .select(['id', 'subjects'])
        .where(sql<boolean>`subjects::text like ${`%${subject}%`}`)
        .execute();
    const agreements = await rowsOf('b-5');
    expect(agreements.length).toBeGreaterThan(0);
    const others = (await api.client.analyticsBasis.get({})).agreed - 1;
    const files = await exported(api, 'builder:b-5');
    const lines = Buffer.from(files['data/privacy/privacy.objections.jsonl'] ?? '').toString();
    for (const { id } of agreements) expect(lines).toContain(id);
    expect(lines.trim().split('\n')).toHaveLength(agreements.length);

    await erase(api, 'builder:b-5');
    expect(await rowsOf('b-5')).toEqual([]);
    expect(await rowsOf(user?.userId ?? '')).toEqual([]);
    expect((await api.client.analyticsBasis.get({})).agreed).toBe(others);
    expect(await people[1]?.myData.consent({})).toMatchObject({ agreed: true });
  });

  test('only administrators change the basis; a key alone cannot agree; each change is recorded', async () => {
    const change = people[1]?.analyticsBasis.set({ basis: 'objection' });
    expect(await refusal(change as Promise<unknown>)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusal(api.client.myData.setConsent({ agree: true }))).toMatchObject({
      code: 'PERSON_NEEDED',
    });
    for (const operationId of ['analyticsBasis.set', 'myData.setConsent'])
      expect((await api.client.audit.list({ operationId })).items.length).toBeGreaterThan(0);
  });
});
