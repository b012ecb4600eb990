import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../src/context.ts';
import { type Column, readCatalogue } from '../src/modules/shared/privacy/engine/catalogue.ts';
import { suspicionOf } from '../src/modules/shared/privacy/engine/walk.ts';
import { type DevInbox, startDevInbox } from '../src/platform/mail/dev-inbox.ts';
import { silent } from './inbox-fixture.ts';
import { type Fixture, startFixture } from './operations/fixture.ts';
import { steps } from './operations/index.ts';
import { createRun } from './operations/run.ts';
import { viaClient } from './operations/via-client.ts';
import { builderRow } from './people.ts';
import { erase, exported } from './privacy.ts';

/** The person of the sample company whom most of the steps are about. */
const BUILDER = 'builder:b-0001';
const WORDS = ['Quill Marrow', 'quill.marrow@sample-company.example'];

/** Every text in every table, of every company, that holds any of the words: the search knows nothing of the erasure. */
async function findInDatabase({ database }: Context, words: readonly string[]): Promise<string[]> {
  const system = database.system('the test looks at all rows');
  const { rows } = await sql<{ place: string; column: string; schema: string; table: string }>`
    select table_schema as schema, table_name as table, column_name as column,
      table_schema || '.' || table_name || '.' || column_name as place
    from information_schema.columns
    where table_schema not in ('pg_catalog', 'information_schema')
      and (data_type in ('text', 'character varying', 'jsonb', 'json', 'tsvector', 'USER-DEFINED', 'ARRAY', 'bytea'))`.execute(
    system,
  );
  const found: string[] = [];
  for (const { schema, table, column, place } of rows)
    for (const word of words) {
      const text = sql`(case when pg_typeof(${sql.id(column)})::text = 'bytea'
        then encode(convert_to(${sql.id(column)}::text, 'UTF8'), 'escape') else ${sql.id(column)}::text end)`;
      const hits = await sql<{ text: string }>`
        select left(${text}, 400) as text from ${sql.id(schema, table)}
        where position(${word.toLowerCase()} in lower(${text})) > 0 limit 2`.execute(system);
      found.push(...hits.rows.map(({ text: value }) => `${place}: ${value}`));
    }
  return found;
}

/** Every object whose bytes hold any of the words. */
async function findInObjects(
  { objects, auditObjects }: Context,
  words: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const store of new Set([objects, auditObjects]))
    for (const key of (await store.list('')).keys) {
      const body = (await store.get(key))?.body;
      if (!body) continue;
      const text = Buffer.concat(await body.toArray())
        .toString('latin1')
        .toLowerCase();
      if (words.some((word) => text.includes(word.toLowerCase()))) found.push(key);
    }
  return found;
}

describe('the busiest person of the sample company', () => {
  let fixture: Fixture;
  let inbox: DevInbox;

  beforeAll(async () => {
    inbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: silent });
    fixture = await startFixture({ SMTP_URL: inbox.smtpUrl });
    const run = createRun(fixture, viaClient(fixture.api.url));
    for (const step of steps.filter(({ operation }) => operation !== 'connection.check')) await run(step);
    await plant(fixture);
    await plantEverywhere(fixture);
  }, 600_000);
  afterAll(async () => {
    await fixture?.close();
    await inbox?.close();
  });

  test('is in an export with a manifest of hashes', async () => {
    const files = await exported(fixture.api, BUILDER);
    const manifest = JSON.parse(Buffer.from(files['manifest.json'] ?? '').toString());
    expect(manifest.files.length).toBe(Object.keys(files).length - 1);
    expect(manifest.about.names).toContain('Quill Marrow');
    const paths = Object.keys(files);
    for (const path of [
      'data/people/people.superbuilders.jsonl',
      'data/evaluations/evaluations.evaluations.jsonl',
    ])
      expect(paths).toContain(path);
  });

  /** The link of the export that a test before made, on this server. */
  async function linkOfExport(): Promise<string> {
    const { client, url } = fixture.api;
    const { items } = await client.privacyRequest.list({ kind: 'export', state: 'done' });
    const own = items.find(({ subject }) => subject === BUILDER);
    const { file } = await client.privacyRequest.get({ requestId: own?.requestId ?? '' });
    const { pathname, search } = new URL(file?.url ?? '');
    return `${url}${pathname}${search}`;
  }

  test('is nowhere after an erasure: tables, objects, queue, outbox, caches and the inbox', {
    timeout: 300_000,
  }, async () => {
    const { context } = fixture.api;
    const before = await findInDatabase(context, WORDS);
    expect(new Set(before.map((hit) => hit.split(':')[0])).size).toBeGreaterThan(100);
    const link = await linkOfExport();
    expect((await fetch(link)).status).toBe(200);
    const done = await erase(fixture.api, BUILDER);
    expect((await fetch(link)).status).toBe(404);
    expect(done.notReached.map(({ until }) => until)).toContainEqual(expect.stringMatching(/Z$/));
    await expect.poll(() => findInObjects(context, WORDS), { timeout: 30_000 }).toEqual([]);
    expect(await findInDatabase(context, WORDS)).toEqual([]);
    expect(inbox.messages({ q: 'quill' }).length).toBe(0);
    expect(await fixture.api.client.audit.verify({})).toMatchObject({ intact: true });
    expect(fixture.langfuse.requestsTo('DELETE', '/api/public/traces').length).toBeGreaterThan(0);
  });
});

/** What no operation leaves behind. */
async function plant({ api }: Fixture): Promise<void> {
  const { tenantId } = await api.client.identity.whoami({});
  await api.client.people.import({
    builders: [builderRow({ builder_id: 'x-other', name: 'Ann Other', email: 'ann@people.example' })],
  });
  await api.context.database.withTenant(tenantId, async (transaction) => {
    await sql`
      update people.projects set goal = 'Ask Quill  Marrow (or "Marrow, Quill"), quill.marrow@sample-company.example.'
      where project_id = 'p-0002'`.execute(transaction);
    await api.context.jobs.enqueue(
      transaction,
      'privacy.request',
      [{ tenantId, requestId: '01900000-0000-7000-8000-000000000000', note: 'For Quill Marrow' }],
      { startAfterSeconds: 3_600 },
    );
  });
}

/** Not in what says who a person is: a builder of another name and address is another person. */
function mayBePlanted(table: string, column: Column): boolean {
  if (['people.superbuilders', 'identity.users'].includes(table) || table.startsWith('privacy.'))
    return false;
  return /(^|_)by$/.test(column.name) || suspicionOf(column) === 'may hold what people write';
}

/** The name and the address in every column that may hold a text, where its table has rows and takes it. */
async function plantEverywhere({ api }: Fixture): Promise<void> {
  const { tenantId } = await api.client.identity.whoami({});
  const { database } = api.context;
  const catalogue = await database.withTenant(tenantId, readCatalogue);
  const words = WORDS.join(' at ');
  for (const table of catalogue.values())
    for (const column of table.columns) {
      if (
        !table.isWritable ||
        table.key.includes(column.name) ||
        column.isRelated ||
        column.isGenerated ||
        !mayBePlanted(table.name, column)
      )
        continue;
      const name = sql.id(column.name);
      const planted = {
        text: sql`${name} || ${` by ${words}`}`,
        'text[]': sql`array_append(${name}, ${words})`,
        jsonb: sql`(case jsonb_typeof(${name}) when 'array' then ${name} || ${JSON.stringify([words])}::jsonb
          when 'object' then ${name} || ${JSON.stringify({ planted: { by: words } })}::jsonb else ${name} end)`,
      }[column.type];
      if (!planted) continue;
      await database
        .withTenant(tenantId, (transaction) =>
          sql`update ${sql.table(table.name)} set ${name} = ${planted}`.execute(transaction),
        )
        .catch((error: { code?: string }) => {
          // A check, a key or a unique column does not take it.
          if (!/^23/.test(error.code ?? '')) throw error;
        });
    }
}
