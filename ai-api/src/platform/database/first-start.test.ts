import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { databaseKinds } from '../../../test/databases.ts';
import { migrate, SchemaOfAnotherVersion } from './migrate.ts';

const servers = databaseKinds().filter(({ name }) => name === 'PostgreSQL');

test.each(servers)('several empty databases of one server can be set up at once', async ({ createEmpty }) => {
  const homes = await Promise.all(Array.from({ length: 4 }, () => createEmpty()));
  const databases = await Promise.all(homes.map((home) => home.open()));
  await Promise.all(databases.map((database) => database.ping()));
  const ran = await Promise.all(databases.map((database) => migrate(database.system('test'))));
  for (const names of ran) expect(names).toEqual(ran[0]);
  expect(ran[0]?.length).toBeGreaterThan(0);
  for (const database of databases) await database.close();
  for (const home of homes) await home.remove();
});

test.each(databaseKinds())(
  'a database of other migrations is left alone, and one line says what to do, on $name',
  async ({ create }) => {
    const home = await create();
    const database = await home.open();
    const owner = database.system('the test pretends that a migration came later');
    await migrate(owner);
    await sql`delete from platform.kysely_migration where name like '0009-%'`.execute(owner);
    const error = await migrate(owner).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SchemaOfAnotherVersion);
    const { message } = error as Error;
    expect(message).toContain('run "npm run reset" to begin anew');
    expect(message).toContain('0009-');
    expect(message).not.toContain('\n');
    await database.close();
    await home.remove();
  },
);
