import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../../../test/databases.ts';
import { insertLicence, openSeats, seatsOf } from '../../../../../test/licences/fixture.ts';
import { idOf } from '../../../../../test/licences/seats-fixture.ts';
import { APP_ROLE, type Database } from '../../../../platform/database/index.ts';
import { extendHeld } from './store.ts';

describe.each(databaseKinds())('a heartbeat in one statement on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let database: Database;
  const now = 1_800_000_000_000;
  const beat = { device: 'one', idle: 7, now: now + 1000 };

  beforeAll(async () => {
    testDatabase = await create();
    database = await testDatabase.open();
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  async function held() {
    const licence = await insertLicence(database);
    const seats = openSeats('postgres', database, () => new Date(now), undefined);
    const session = idOf(await seatsOf(seats, licence).acquire('one'));
    const lease = async () => {
      const { lease_until, idle_seconds } = await database
        .system('the test looks at the lease')
        .selectFrom('licences.sessions')
        .select(['lease_until', 'idle_seconds'])
        .where('id', '=', session)
        .executeTakeFirstOrThrow();
      return { until: lease_until.getTime() - now, idle: idle_seconds };
    };
    return { of: { tenantId: licence.tenantId, licenceId: licence.id }, session, lease };
  }

  test('extends the lease of its own company', async () => {
    const { of, session, lease } = await held();
    expect(await extendHeld(database, of, { session, ...beat })).toMatchObject({
      seat: { id: session, state: 'held', until: now + 361_000, idle: 7 },
      count: { seats_used: 1, seats_waiting: 0 },
    });
    expect(await lease()).toEqual({ until: 361_000, idle: 7 });
  });

  test('neither sees nor extends the session of another company', async () => {
    const { of, session, lease } = await held();
    const rival = await held();
    const as = { ...of, tenantId: rival.of.tenantId };
    expect(await extendHeld(database, as, { session, ...beat })).toBeUndefined();
    expect(await extendHeld(database, rival.of, { session, ...beat })).toBeUndefined();
    expect(await lease()).toEqual({ until: 360_000, idle: null });
  });

  test('extends nothing of a company whose data stays elsewhere', async () => {
    const { of, session, lease } = await held();
    await database
      .system('the company chooses a region')
      .updateTable('identity.tenants')
      .set({ data_region: 'eu-west-1' })
      .where('id', '=', of.tenantId)
      .execute();
    const abroad: Database = { ...database, residency: { region: 'us-east-1', urls: {} } };
    expect(await extendHeld(abroad, of, { session, ...beat })).toBeUndefined();
    expect(await lease()).toEqual({ until: 360_000, idle: null });
    const here: Database = { ...database, residency: { region: 'eu-west-1', urls: {} } };
    expect(await extendHeld(here, of, { session, ...beat })).toMatchObject({ seat: { id: session } });
  });

  test('leaves neither the role nor the company behind on its connection', async () => {
    const { of, session } = await held();
    await Promise.all(Array.from({ length: 30 }, () => extendHeld(database, of, { session, ...beat })));
    const after = await Promise.all(
      Array.from({ length: 30 }, () =>
        sql<{ role: string; tenant: string | null }>`
          select current_user as role, current_setting('app.current_tenant', true) as tenant`.execute(
          database.system('the test looks at the connections'),
        ),
      ),
    );
    for (const { rows } of after) {
      expect(rows[0]?.role).not.toBe(APP_ROLE);
      expect(rows[0]?.tenant ?? '').toBe('');
    }
  });
});
