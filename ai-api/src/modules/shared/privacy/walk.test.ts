import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import type { Erasing, NamedPersonalData } from '../../../platform/personal-data.ts';
import { type Catalogue, readCatalogue } from './engine/catalogue.ts';
import { gapsIn } from './engine/walk.ts';

/** What looks personal and is not, with the reason. */
const ALLOWED: Record<string, string> = {
  'context.commits_seen.subject': 'the first line of a commit message',
  'context.messages.author': 'the word user or assistant',
  'knowledge.documents.superseded_by': 'the id of a document',
  'prompts.optimizations.split_by': 'the name of a fact by which cases are split',
  'workflows.signals.taken_by': 'the id of a step',
};

describe.each(businessDatabases())('personal data in the tables on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let tenantId: string;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    ({ tenantId } = await api.client.identity.whoami({}));
  });
  afterAll(async () => {
    await api?.stop();
    await testDatabase?.remove();
  });

  const hooks = () => api.context.privacy.disclosures() as readonly NamedPersonalData[];
  const catalogue = (): Promise<Catalogue> => api.context.database.withTenant(tenantId, readCatalogue);

  test('is claimed by a module, which says how it is exported and erased', async () => {
    expect(gapsIn(await catalogue(), hooks(), ALLOWED)).toEqual([]);
  });

  test('has no exception that is not needed', async () => {
    const tables = await catalogue();
    const needless = Object.keys(ALLOWED).filter((name) => {
      const { [name]: _, ...others } = ALLOWED;
      return gapsIn(tables, hooks(), others).length === 0;
    });
    expect(needless).toEqual([]);
  });

  test('of a table within another is erased before the rows of that one change', () => {
    const isErased = (erase: Erasing | undefined) =>
      erase === 'delete' || (typeof erase === 'object' && 'set' in erase);
    const late = hooks().flatMap(({ tables }) =>
      tables.filter(({ within, erase }, place) => {
        const above = tables.findIndex(({ table }) => table === within?.table);
        return isErased(erase) && above >= 0 && above < place && isErased(tables[above]?.erase);
      }),
    );
    expect(late).toEqual([]);
  });

  test('is found in a table that no module claims, and in a column that was forgotten', async () => {
    const system = api.context.database.system('the test plants a table');
    await sql`create table people.nicknames (tenant_id uuid not null, id uuid primary key, builder_id text, note text)`.execute(
      system,
    );
    await sql`alter table performance.pips add column mentor_email text`.execute(system);
    try {
      const found = gapsIn(await catalogue(), hooks(), ALLOWED);
      expect(found).toEqual([
        { table: 'people.nicknames', why: 'builder_id names a person, and no module claims the table' },
        { table: 'people.nicknames', why: 'note may hold what people write, and no module claims the table' },
        { table: 'performance.pips', why: 'mentor_email names a person, and its module does not say how' },
      ]);
    } finally {
      await sql`drop table people.nicknames`.execute(system);
      await sql`alter table performance.pips drop column mentor_email`.execute(system);
    }
  });
});
