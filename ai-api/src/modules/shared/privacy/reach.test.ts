import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { builderRow, projectRow, refusal } from '../../../../test/people.ts';
import { confirmPhone } from '../../../../test/phones.ts';
import { erase, exported, exportedText } from '../../../../test/privacy.ts';
import { staff } from '../../../../test/staff.ts';
import { NOW, timeRequest, trackedCompany } from '../../../../test/time.ts';
import { startTwilioRecorder, type TwilioRecorder } from '../../../../test/twilio-recorder.ts';
import { lasting } from '../../../platform/lasting-subject.ts';

const POLL = { timeout: 30_000, interval: 50 };
const WHY = 'The customer has confirmed how long it took.';
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe.each(businessDatabases())('what a privacy request reaches on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let twilio: TwilioRecorder;

  beforeAll(async () => {
    testDatabase = await create();
    twilio = await startTwilioRecorder();
    api = await startApi(testDatabase, twilio.env);
    api.context.clock.now = () => new Date(NOW);
    await trackedCompany(api, 2);
  });
  afterAll(async () => {
    await api?.stop();
    await twilio?.close();
    await testDatabase?.remove();
  });

  const system = () => api.context.database.system('the test looks behind the API');

  /** The traces that a module knows of a person. */
  async function tracesOf(module: string, known: readonly string[]): Promise<readonly string[]> {
    const { tenantId } = await api.client.identity.whoami({});
    const hook = api.context.privacy.disclosures().find((one) => one.module === module);
    return api.context.database.withTenant(
      tenantId,
      async (transaction) => (await hook?.traces?.(transaction, known)) ?? [],
    );
  }

  test('a name that another builder has stays, and the export and the erasure say so', async () => {
    const named = (builder_id: string) => builderRow({ builder_id, name: 'Moss Hollow' });
    await api.client.people.import({
      builders: [named('n-1'), named('n-2')],
      projects: [projectRow({ project_id: 'n-1', builder_id: 'n-2', goal: 'Ask Moss Hollow.' })],
    });
    const files = await exported(api, 'builder:n-1');
    const manifest = JSON.parse(Buffer.from(files['manifest.json'] ?? '').toString());
    expect(manifest.about.names).toEqual(['Moss Hollow']);
    const { notReached } = await erase(api, 'builder:n-1');
    expect(notReached.map(({ what }) => what).join()).toContain('has the same name');
    expect(await api.client.builder.get({ builderId: 'n-2' })).toMatchObject({ name: 'Moss Hollow' });
    expect(await api.client.builder.get({ builderId: 'n-1' })).toMatchObject({
      name: expect.stringMatching(/^Erased person/),
    });
    const { rows } = await sql`select goal from people.projects where project_id = 'n-1'`.execute(system());
    expect(rows).toEqual([{ goal: 'Ask Moss Hollow.' }]);
  });

  test('all judgements of a request for manual time are exported with their facts, and erased', async () => {
    const boss = await staff(api, 'boss@sample-company.example', ['executive'], 'The boss');
    await boss.approval.setSettings({ triage: 'manual', auditShare: 0 });
    const { approvalId } = await api.client.approval.submit(timeRequest('b-1', { startsAt: undefined }));
    const { approval } = await api.client.approval.triage({ approvalId });
    const given = { approvalId, version: approval?.version ?? 0, reason: WHY };
    await boss.approval.override({ ...given, decision: 'approve', hours: 1 });
    const judgements = () =>
      system()
        .selectFrom('judgement.judgements')
        .select(['id', 'facts', 'reason'])
        .where('subject_id', '=', approvalId)
        .orderBy('id')
        .execute();
    const before = await judgements();
    expect(before.length).toBeGreaterThan(1);
    const files = await exported(api, 'builder:b-1');
    const records = JSON.parse(Buffer.from(files['records/approvals.json'] ?? '').toString());
    const exportedFacts: { judgementId: string; facts: object }[] = records[0].judgements;
    const byId = (rows: readonly { id: string; facts: unknown }[]) =>
      Object.fromEntries(rows.map(({ id, facts }) => [id, facts]));
    expect(byId(exportedFacts.map(({ judgementId: id, facts }) => ({ id, facts })))).toEqual(byId(before));
    expect(before.some(({ facts }) => Object.keys(facts as object).length > 0)).toBe(true);
    await erase(api, 'builder:b-1');
    const after = await judgements();
    expect(after).toEqual(before.map(({ id }) => ({ id, facts: {}, reason: null })));
  });

  test('a file that a person uploaded about another one is in the export of that one alone, and stays', async () => {
    const email = 'f-1@people.example';
    await api.client.people.import({
      builders: ['f-1', 'f-2'].map((builder_id) => builderRow({ builder_id, name: `Olive ${builder_id}` })),
    });
    const uploader = await staff(api, email, ['executive', 'ops'], 'Olive f-1');
    const { fileId } = await uploader.file.upload({
      name: 'note.txt',
      category: 'document',
      contentType: 'text/plain',
      base64: base64('About the other one'),
    });
    await expect.poll(async () => (await uploader.file.get({ fileId })).state, POLL).toBe('ready');
    await sql`update files.files set about = ${['builder:f-2']}::text[] where id = ${fileId}`.execute(
      system(),
    );
    expect(await exportedText(api, 'builder:f-1')).not.toContain('About the other one');
    expect(await exportedText(api, 'builder:f-2')).toContain('About the other one');
    await erase(api, 'builder:f-1');
    const kept = await api.client.file.get({ fileId });
    expect(kept.versions[0]).toMatchObject({ uploadedBy: expect.stringMatching(/erased person/i) });
  });

  test('a number that a person confirmed for text messages is replaced in texts', async () => {
    await api.client.people.import({
      builders: [builderRow({ builder_id: 't-1', name: 'Thea Bell' }), builderRow({ builder_id: 't-2' })],
      projects: [
        projectRow({ project_id: 't-1', builder_id: 't-2', goal: 'Call +47 40 00 00 98 or +47400000981.' }),
      ],
    });
    const thea = await staff(api, 't-1@people.example', ['builder'], 'Thea Bell');
    await confirmPhone(thea, twilio, '+4740000098');
    await erase(api, 'builder:t-1');
    const { rows } = await sql<{ goal: string }>`
      select goal from people.projects where project_id = 't-1'`.execute(system());
    expect(rows[0]?.goal).toMatch(/^Call erased number [0-9a-f]{10} or \+47400000981\.$/);
  });

  test('who read what was sent to a number is deleted with the person whose profile has it', async () => {
    const reed = await staff(api, 'reed@people.example', ['builder'], 'Reed Bell');
    const phone = '+4740000096';
    await confirmPhone(reed, twilio, phone);
    const data = { title: 'To the number alone', body: 'Words' };
    const { notifications } = await api.client.notification.notify({ to: phone, data });
    await api.client.notification.get({ notificationId: notifications[0]?.notificationId ?? '' });
    const read = () =>
      sql`select from accesses.accesses where subject = ${`phone:${phone}`}`.execute(system());
    expect((await read()).rows).toHaveLength(1);
    await erase(api, 'email:reed@people.example');
    expect((await read()).rows).toEqual([]);
  });

  test('who read requests about an address or a number is in the list of the person, and goes with the person', async () => {
    const lark = await staff(api, 'lark@people.example', ['builder'], 'Lark Bell');
    const phone = '+4740000095';
    await confirmPhone(lark, twilio, phone);
    const digests = async () => {
      const { rows } = await sql<{ subject: string }>`
        select distinct subject from accesses.accesses
        where subject in (${lasting('email:lark@people.example')}, ${lasting(`phone:${phone}`)})
          and operation = 'privacyRequest.create' and detail = 'export'`.execute(system());
      return rows.length;
    };
    await exported(api, 'email:lark@people.example');
    await exported(api, `phone:${phone}`);
    expect(await digests()).toBe(2);
    const { items } = await lark.access.mine({});
    expect(items.map(({ sentence }) => sentence).join()).toContain(
      'recorded a privacy request about you: export',
    );
    await erase(api, 'email:lark@people.example');
    expect(await digests()).toBe(0);
  });

  test('a number by itself is taken off the profile that has it', async () => {
    const wick = await staff(api, 'wick@people.example', ['builder'], 'Wick Bell');
    await wick.notificationPreference.setProfile({ phone: '+4740000097', zone: 'Europe/Oslo' });
    expect(await exportedText(api, 'phone:+4740000097')).toContain('+4740000097');
    const object = (subject: string) =>
      api.client.privacyRequest.create({
        kind: 'objection',
        subject,
        reason: 'Letter 17',
        verification: 'They answered from the number.',
      });
    // A number leads to no account: an objection of it would have no effect.
    expect(await refusal(object('phone:+4740000097'))).toMatchObject({ code: 'PRIVACY_STATE' });
    expect(await object('email:wick@people.example')).toMatchObject({ state: 'done' });
    await erase(api, 'phone:+4740000097');
    expect(await wick.notificationPreference.get({})).toMatchObject({
      phone: null,
      zone: 'Europe/Oslo',
    });
    const { rows } = await sql`select subjects from privacy.objections`.execute(system());
    expect(JSON.stringify(rows)).toMatch(/user:[0-9a-f-]{36}/);
    expect(JSON.stringify(rows)).not.toMatch(/4740000097|wick@/);
  });

  test('what a key did for a person is theirs', async () => {
    const asker = await staff(api, 'asker@people.example', ['builder'], 'Ask Her');
    await asker.chat.query({ question: 'How many weeks of parental leave are there?' });
    const { items } = await api.client.user.list({ search: 'asker@people.example' });
    const subject = `user:${items[0]?.userId}`;
    expect(await exportedText(api, subject)).toContain('How many weeks of parental leave are there?');
    expect(await tracesOf('knowledge', [items[0]?.userId ?? ''])).toHaveLength(1);
    await erase(api, subject);
    const { rows } =
      await sql`select id from knowledge.conversations where owner like ${`%${items[0]?.userId}`}`.execute(
        system(),
      );
    expect(rows).toEqual([]);
  });

  test('traces are of the builder with the id as it is written, and of a key for them', async () => {
    const { tenantId } = await api.client.identity.whoami({});
    for (const [id, user] of [
      ['trace-1', 'x-77'],
      ['trace-2', 'X-77'],
      ['trace-3', 'a-key for x-77'],
      ['trace-4', 'x-777'],
    ])
      await sql`
        insert into models.traces (id, tenant_id, content, started_at)
        values (${id}, ${tenantId}, ${JSON.stringify({ user })}::jsonb, now())`.execute(system());
    expect((await tracesOf('models', ['x-77'])).toSorted()).toEqual(['trace-1', 'trace-3']);
  });

  test('commits of an address without an account are exported, and lose their author', async () => {
    const repository = uuidv7();
    const commit = uuidv7();
    const { tenantId } = await api.client.identity.whoami({});
    await sql`
      insert into context.repositories (id, tenant_id, host, full_name, name_key)
      values (${repository}, ${tenantId}, 'git.example', 'a/b', 'git.example/a/b')`.execute(system());
    await sql`
      insert into context.commits (id, tenant_id, repository_id, sha, message, author_name, author_email, authored_at,
        committed_at, kind, source)
      values (${commit}, ${tenantId}, ${repository}, ${'a'.repeat(40)}, 'Boil water', 'Out Sider',
        'Outsider@elsewhere.example', now(), now(), 'ordinary', 'push')`.execute(system());
    expect(await exportedText(api, 'email:outsider@elsewhere.example')).toContain('Boil water');
    await erase(api, 'email:outsider@elsewhere.example');
    const { rows } =
      await sql`select author_name, author_email from context.commits where id = ${commit}`.execute(system());
    expect(rows).toEqual([{ author_name: null, author_email: null }]);
  });

  test('the vectors of policies that name a person are forgotten', async () => {
    await api.client.people.import({ builders: [builderRow({ builder_id: 'v-1', name: 'Vera Vetch' })] });
    const { documentId } = await api.client.policy.upload({
      folder: 'policies',
      name: 'kettle.md',
      contentType: 'text/markdown',
      base64: base64('# Kettle\n\nVera Vetch descales the kettle.'),
    });
    await vi.waitFor(
      async () => expect((await api.client.policy.get({ documentId })).state).toBe('indexed'),
      POLL,
    );
    const { tenantId } = await api.client.identity.whoami({});
    const space = uuidv7();
    await sql`
      insert into models.embedding_spaces (id, tenant_id, collection, provider, model, dimensions, state)
      values (${space}, ${tenantId}, 'policies', 'test', 'test', 1, 'active')`.execute(system());
    await sql`
      insert into models.embeddings (tenant_id, space_id, item_id, provider, model, dimensions, content_hash, vector)
      select ${tenantId}, ${space}, id::text, 'test', 'test', 1, 'hash', array[1.0]::real[]
      from knowledge.passages where document_id = ${documentId}`.execute(system());
    await erase(api, 'builder:v-1');
    const { rows } = await sql`select item_id from models.embeddings where space_id = ${space}`.execute(
      system(),
    );
    expect(rows).toEqual([]);
    const passages = await sql<{ text: string }>`
      select text from knowledge.passages where document_id = ${documentId}`.execute(system());
    expect(passages.rows.map(({ text }) => text).join()).toMatch(/Erased person .+ descales the kettle/);
  });
});
