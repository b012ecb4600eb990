import { expect, test } from 'vitest';
import { databaseKinds } from '../../../test/databases.ts';
import { migrate } from './migrate.ts';

test.each(databaseKinds())(
  'several empty databases of one $name server can be set up at once',
  async ({ create }) => {
    const homes = await Promise.all([create(), create(), create()]);
    const databases = await Promise.all(homes.map((home) => home.open()));
    await Promise.all(databases.map((database) => database.ping()));
    const ran = await Promise.all(databases.map((database) => migrate(database.system('test'))));
    for (const names of ran) expect(names).toEqual(ran[0]);
    for (const database of databases) await database.close();
    for (const home of homes) await home.remove();
  },
);
