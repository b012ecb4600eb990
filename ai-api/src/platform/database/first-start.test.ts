import { expect, test } from 'vitest';
import { databaseKinds } from '../../../test/databases.ts';
import { migrate } from './migrate.ts';

const server = databaseKinds().find(({ name }) => name === 'PostgreSQL');

test.skipIf(!server)('several empty databases of one server can be set up at the same moment', async () => {
  const create = server?.create as NonNullable<typeof server>['create'];
  const homes = await Promise.all([create(), create(), create(), create()]);
  const databases = await Promise.all(homes.map((home) => home.open()));
  await Promise.all(databases.map((database) => database.ping()));
  const ran = await Promise.all(databases.map((database) => migrate(database.system('test'))));
  for (const names of ran) expect(names).toEqual(ran[0]);
  for (const database of databases) await database.close();
  for (const home of homes) await home.remove();
});
