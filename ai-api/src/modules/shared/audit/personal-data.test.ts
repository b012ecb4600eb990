import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { builderRow, projectRow, projectWeekRow, refusal, weekRow } from '../../../../test/people.ts';
import { erase, exported, exportedText } from '../../../../test/privacy.ts';
import { personAs } from '../../../../test/reviewers.ts';
import { evaluate, everyItem } from '../../../../test/runs.ts';
import { systemActor } from '../audit/index.ts';
import { type ChainedEntry, GENESIS, hashEntry } from './chain.ts';
import { ensurePartitions } from './retention.ts';

const WEEK = '2026-W45';
/** One person whose data goes, and one whose data stays. */
const WORDS = {
  gone: ['Thistle Wick', 'thistle@people.example', 'Felt `unwell` on Tuesday'],
  stays: 'Moss Hollow',
};

describe.each(businessDatabases())('personal data in the audit trail on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    const { client } = api;
    await client.people.import({
      builders: [
        builderRow(),
        builderRow({ builder_id: 'x-2', name: WORDS.stays, email: 'moss@people.example' }),
      ],
      projects: [projectRow()],
      metrics: [
        weekRow({ note: WORDS.gone[2] }),
        weekRow({ builder_id: 'x-2', note: '```\n# Not a heading' }),
      ],
      projectMetrics: [projectWeekRow()],
    });
    const run = await evaluate(client, { week: WEEK });
    const { items } = await client.evaluation.listResults({ runId: run.runId });
    for (const { evaluationId } of items) {
      const { judgement, builder } = await client.evaluation.get({ evaluationId });
      await client.evaluation.markNotified({ evaluationId });
      await client.evaluation.override({
        evaluationId,
        judgementId: judgement?.judgementId ?? '',
        grade: 'B',
        reason: `${builder.builderId === 'x-2' ? WORDS.stays : 'Thistle Wick'} talked to me.`,
      });
    }
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const system = () => api.context.database.system('the test looks behind the API');

  /** Everything the audit tables hold, as text. */
  async function tables(): Promise<string> {
    const names = ['events', 'payloads', 'heads', 'retention_policies'];
    const rows = [];
    for (const name of names) {
      rows.push((await sql`select t::text from ${sql.id('audit', name)} t`.execute(system())).rows);
    }
    return JSON.stringify(rows);
  }

  /** Downloads a stored file as the holder of its link, and checks it against its description. */
  async function download(file: { url: string; bytes: number; sha256: string }): Promise<string> {
    const { pathname, search } = new URL(file.url);
    const response = await fetch(api.url + pathname + search);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(Buffer.byteLength(text)).toBe(file.bytes);
    expect(createHash('sha256').update(text).digest('hex')).toBe(file.sha256);
    return text;
  }

  const verify = () => api.client.audit.verify({});

  test('is shown with each entry, apart for each person', async () => {
    const { items } = await api.client.audit.list({ operationId: 'people.import' });
    const { details } = await api.client.audit.get({ seq: items[0]?.seq ?? 0 });
    expect(details.map(({ about }) => about)).toEqual([
      [],
      ['builder:x-1'],
      ['builder:x-2'],
      ['project:y-1', 'builder:x-1'],
    ]);
    expect(details[1]?.content).toMatchObject({
      builders: { rows: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      metrics: { rows: 1 },
    });
  });

  test('is exported as digests, with a manifest that anyone can check', async () => {
    const exported = await api.client.audit.export({});
    const manifest = JSON.parse(await download(exported.manifest));
    const text = await download(exported.data);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(manifest).toMatchObject({
      entries: lines.length,
      firstSeq: 1,
      lastSeq: lines.length,
      previousHash: GENESIS,
      lastHash: lines.at(-1).hash,
      head: { seq: lines.length, hash: lines.at(-1).hash },
      file: { name: 'entries.jsonl', bytes: exported.data.bytes, sha256: exported.data.sha256 },
    });
    let before = GENESIS;
    for (const { previousHash, hash, ...entry } of lines) {
      expect(previousHash).toBe(before);
      expect(hashEntry(previousHash, entry as ChainedEntry)).toBe(hash);
      before = hash;
    }
    for (const word of [...WORDS.gone, WORDS.stays]) expect(text).not.toContain(word);
    const [entry] = (await api.client.audit.list({ limit: 1 })).items;
    expect(entry).toMatchObject({ operation: 'audit.export', subject: `export:${exported.exportId}` });
  });

  test('of a span of time is exported as a piece of the chain', async () => {
    const all = (await everyItem((page) => api.client.audit.list(page))).reverse();
    const [from, to] = [all[2]?.occurredAt as string, all[5]?.occurredAt as string];
    const exported = await api.client.audit.export({ from, to });
    const within = all.filter(({ occurredAt }) => occurredAt >= from && occurredAt < to);
    const [first, last] = [within[0]?.seq as number, within.at(-1)?.seq as number];
    const expected = all.filter(({ seq }) => seq >= first && seq <= last);
    const lines = (await download(exported.data)).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).seq)).toEqual(expected.map(({ seq }) => seq));
    expect(JSON.parse(await download(exported.manifest))).toMatchObject({
      from: new Date(from).toISOString(),
      previousHash: expected[0]?.previousHash,
      lastHash: expected.at(-1)?.hash,
    });
    const nothing = await api.client.audit.export({ to: '1999-01-01T00:00:00Z' });
    expect(nothing).toMatchObject({ entries: 0, firstSeq: null, lastSeq: null });
    expect(await download(nothing.data)).toBe('');
  });

  test('is handed over in an export', async () => {
    const text = await exportedText(api, 'builder:x-1');
    for (const word of WORDS.gone) expect(text).toContain(word);
    expect(text).not.toContain('moss@people.example');
    expect(text).toContain('notContained');
    const stranger = exported(api, 'builder:unknown');
    expect(await refusal(stranger)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is left out of the extracts for auditors', async () => {
    for (const kind of ['iso27001-events', 'nis2-events'] as const) {
      const { files } = await api.client.audit.reports({ kind });
      const [events, cover] = await Promise.all(files.map(download));
      expect(events).toMatch(/^seq,occurred_at,topic,operation/);
      expect(events).toContain('identity.ensureKey');
      for (const word of [...WORDS.gone, WORDS.stays]) expect(events).not.toContain(word);
      expect(cover).toMatch(/Audit trail: intact, \d+ entries checked/);
    }
  });

  test('shows a reviewer of access who can sign in and which keys exist, with what they did', async () => {
    const ruth = await personAs(api, 'ruth', ['admin']);
    await api.client.user.create({ email: 'ash@people.example', name: '=Ash', roles: ['readonly'] });
    const { keyId } = await ruth.apiKey.create({
      name: 'leaked',
      roles: ['readonly'],
      scopes: ['read'],
      expiresAt: '2126-01-01T00:00:00Z',
    });
    await api.client.apiKey.revoke({ keyId });
    const { files } = await api.client.audit.reports({ kind: 'soc2-access-review' });
    expect(files.map(({ name }) => name)).toEqual(['README.md', 'users.csv', 'keys.csv']);
    const [cover, users, keys] = await Promise.all(files.map(download));
    expect(cover).toContain('the person who reviews fills them in');
    const time = '20\\d\\d-[^,]+Z';
    const row = (table: string | undefined, cells: string) =>
      expect(table?.split('\r\n')).toContainEqual(expect.stringMatching(new RegExp(`^[^,]+,${cells},,,$`)));
    row(users, `ash@people.example,'=Ash,readonly,invited,nothing yet,${time},never,0,`);
    row(users, `ruth@people.example,ruth,admin,active,password,${time},never,1,${time}`);
    row(
      keys,
      `bootstrap,testtest,admin,\\* act-as decide,yes,the installation,${time},active,never,,${time},[1-9]\\d*,${time}`,
    );
    row(
      keys,
      `for ruth,\\w+,admin,\\* act-as decide,yes,the installation,${time},active,never,,${time},1,${time}`,
    );
    row(keys, `leaked,\\w+,readonly,read,no,ruth,${time},revoked,2126-01-01T00:00:00.000Z,${time},never,0,`);
    const none = await api.client.audit.reports({ kind: 'soc2-access-review', to: '2020-01-01T00:00:00Z' });
    const early = await Promise.all(none.files.map(download));
    expect(early[1]).toContain(',never,0,,,,');
  });

  test('is not verified against half of what was known', async () => {
    expect(await refusal(api.client.audit.verify({ knownSeq: 1 }))).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('is gone from every audit table once it is erased, and the chain still holds', async () => {
    const { head: known } = await verify();
    const { steps } = await erase(api, 'builder:x-1');
    expect(steps.find(({ step }) => step === 'audit')?.counts.payloads).toBe(9);

    const left = await tables();
    for (const word of [...WORDS.gone, 'unwell']) expect(left).not.toContain(word);
    expect(left).toContain(WORDS.stays);
    const verdict = await api.client.audit.verify({ knownSeq: known.seq, knownHash: known.hash });
    expect(verdict).toMatchObject({ intact: true, firstBroken: null });
    const [entry] = (await api.client.audit.list({ operationId: 'privacyRequest.erase' })).items;
    expect(entry).toMatchObject({ subject: 'builder:x-1', actor: { name: 'system' } });
    const { items } = await api.client.audit.list({ operationId: 'people.import' });
    const { details } = await api.client.audit.get({ seq: items[0]?.seq ?? 0 });
    expect(details[1]).toMatchObject({ content: null, erased: { entry: entry?.seq } });
    expect(details[2]?.content).not.toBeNull();
  });

  test('is kept for seven years unless another policy is set, and then erased by the system', async () => {
    const { client, context } = api;
    expect(await client.audit.getRetention({})).toEqual({ years: 7 });
    const { tenantId } = await client.identity.whoami({});
    const { clock, privacy } = context;
    const today = clock.now;
    const inSixYears = (day: number) => {
      const later = today();
      later.setUTCFullYear(later.getUTCFullYear() + 6);
      later.setUTCDate(later.getUTCDate() + day);
      clock.now = () => later;
    };
    const apply = async () => (await privacy.retention.runKind(tenantId, 'audit-content'))[0]?.removed;
    inSixYears(0);
    expect(await apply()).toBe(0);
    clock.now = today;
    expect(await client.audit.setRetention({ years: 5 })).toEqual({ years: 5 });
    expect((await refusal(client.audit.setRetention({ years: 0 }))).code).toBe('INVALID_INPUT');
    inSixYears(0);
    expect(await apply()).toBe(0);
    await privacy.retention.dryRun(systemActor(tenantId, 'test.write'), 'audit-content');
    expect(await apply()).toBe(0);
    inSixYears(1);
    expect(await apply()).toBeGreaterThan(1);
    // The entry of that run, which the database dates today.
    expect(await apply()).toBe(1);
    clock.now = today;
    expect(await tables()).not.toContain(WORDS.stays);
    expect(await verify()).toMatchObject({ intact: true });
    const [entry] = (await client.audit.list({ operationId: 'audit.retention', limit: 1 })).items;
    expect(entry).toMatchObject({ operation: 'audit.retention', actor: { name: 'system', keyId: null } });
  });

  test('cannot be erased without an entry that records it', async () => {
    const { database, compliance } = api.context;
    const tenantId = (await api.client.identity.whoami({})).tenantId;
    // The last entry is left alone: only what was recorded before an entry goes with it.
    for (const years of [6, 7]) await compliance.setRetention(systemActor(tenantId, 'test.write'), years);
    const { head } = await verify();
    await sql`select set_config('app.current_tenant', ${tenantId}, false),
      audit.erase_payloads(null, now() + interval '1 day', 'quietly', ${head.seq})`.execute(
      database.system('the test erases as the owner'),
    );
    expect((await verify()).firstBroken?.reason).toMatch(/erased without an entry/);
  });

  test('of a month without a partition waits in the default one and moves', async () => {
    const { database } = api.context;
    const tenantId = await api.context.identity.ensureTenant('Far ahead');
    const insert = sql`
      insert into audit.events (tenant_id, seq, occurred_at, actor_name, operation, subject, payload_digest,
        previous_hash, hash)
      values (${tenantId}, 1, '2041-05-17T00:00:00Z', 'system', 'test', 'x', 'd', 'p', 'h')`;
    await insert.execute(system());
    const whereIsIt = async () =>
      (
        await sql<{ place: string }>`
          select tableoid::regclass::text as place from audit.events where tenant_id = ${tenantId}`.execute(
          system(),
        )
      ).rows;
    expect(await whereIsIt()).toEqual([{ place: 'audit.events_default' }]);
    expect(await ensurePartitions(database, new Date('2041-05-01'))).toBe(4);
    expect(await whereIsIt()).toEqual([{ place: 'audit.events_2041_05' }]);
    const twice = [1, 2, 3].map(() => ensurePartitions(database, new Date('2041-12-31T23:59:59Z')));
    expect((await Promise.all(twice)).reduce((sum, made) => sum + made)).toBe(4);
  });
});
