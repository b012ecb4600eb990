import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type Issued, issueLicence, send } from '../../../../test/licences/company.ts';
import { testKeyFile } from '../../../../test/licences/key.ts';
import { hasRedis, startUpstash } from '../../../../test/real-redis.ts';
import type { UpstashBridge } from '../../../../test/upstash-bridge.ts';
import { deviceHash } from './keys.ts';
import { lockLicence } from './seats/licence-row.ts';
import { setBlocked } from './sessions/store.ts';

const DESK = 'fingerprint-of-a-desk';
const LAPTOP = 'fingerprint-of-a-laptop';

/** A database server, which two processes share; with where seats are counted. */
const servers = businessDatabases().filter(({ name }) => name === 'PostgreSQL');
const installations = [
  { name: 'PostgreSQL', isOnRedis: false, isHere: servers.length > 0 },
  { name: 'PostgreSQL and Redis', isOnRedis: true, isHere: servers.length > 0 && hasRedis },
];

for (const { name, isOnRedis, isHere } of installations)
  describe.runIf(isHere)(`two processes that admit devices on ${name}`, () => {
    let testDatabase: TestDatabase;
    let bridge: UpstashBridge | undefined;
    let api: TestApi;
    let other: TestApi;

    beforeAll(async () => {
      testDatabase = await (servers[0] ?? businessDatabases()[0]).create();
      if (isOnRedis) bridge = await startUpstash();
      const redis = bridge && {
        LICENCE_SEATS: 'redis',
        UPSTASH_REDIS_REST_URL: bridge.url,
        UPSTASH_REDIS_REST_TOKEN: bridge.token,
      };
      const environment = { LICENCE_KEY_FILE: testKeyFile(), ...redis };
      api = await startApi(testDatabase, environment);
      other = await startApi(testDatabase, environment);
    });
    afterAll(async () => {
      await other?.stop();
      await api?.stop();
      await bridge?.stop();
      await testDatabase?.remove();
    });

    const acquire = (
      { licenseKey }: Issued,
      device: string,
      { at = api, ...more }: { at?: TestApi; user?: string } = {},
    ) => send(at.url, 'POST', '/api/v1/licenses/acquire', licenseKey, { device, ...more });
    const sessionsOf = async ({ licenceId }: Issued) =>
      (await api.client.licenceSession.list({ licenceId, state: 'live' })).items;

    /** Connections of this database that wait for a lock. */
    async function waiting(): Promise<number> {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(
        api.context.database.system('the test looks at locks'),
      );
      return rows[0]?.count ?? 0;
    }

    /** Runs requests while the licence is locked, until each has answered or waits for the lock. */
    async function meanwhile<T>(
      { licenceId }: Issued,
      requests: () => Promise<T>[],
      work: (transaction: Parameters<typeof lockLicence>[0]) => Promise<void> = async () => {},
    ): Promise<T[]> {
      const { tenantId } = await api.client.identity.whoami({});
      let answered = 0;
      const sent = await api.context.database.withTenant(tenantId, async (transaction) => {
        await lockLicence(transaction, licenceId);
        await work(transaction);
        const running = requests().map((request) => request.finally(() => answered++));
        await expect.poll(async () => answered + (await waiting())).toBeGreaterThanOrEqual(running.length);
        return { running };
      });
      return Promise.all(sent.running);
    }

    test('let no more devices in than the limit of a day, however they take turns', async () => {
      for (let round = 0; round < 5; round++) {
        const issued = await issueLicence(api.client, { maxSeats: 20, policy: { maxDevicesPerDay: 1 } });
        await api.client.seat.status({ licenseKey: issued.licenseKey });
        const answers = await meanwhile(issued, () => [
          acquire(issued, DESK, { at: api }),
          acquire(issued, LAPTOP, { at: other }),
        ]);
        expect(answers.map(({ code }) => code).sort()).toEqual(['ACQUIRED', 'DEVICE_LIMIT']);
        expect(await sessionsOf(issued)).toHaveLength(1);
      }
    });

    test('count devices of several licences without waiting for each other for ever', async () => {
      const policy = { maxDevicesPerDay: 4 };
      const [one, two] = [
        await issueLicence(api.client, { maxSeats: 30, policy }),
        await issueLicence(api.client, { maxSeats: 30, policy }),
      ];
      const answers = await Promise.all(
        Array.from({ length: 24 }, (_, index) => {
          const order = index % 2 === 0 ? [one, two] : [two, one];
          const at = index % 2 === 0 ? api : other;
          return order.map((issued) => acquire(issued, `fingerprint-${index}`, { at }));
        }).flat(),
      );
      expect(answers.filter(({ code }) => code === 'ACQUIRED')).toHaveLength(8);
      expect(answers.filter(({ code }) => code === 'DEVICE_LIMIT')).toHaveLength(40);
      for (const issued of [one, two]) expect(await sessionsOf(issued)).toHaveLength(4);
    });

    test('move a seat to no device that is blocked at the same moment: it stays where it was', async () => {
      const issued = await issueLicence(api.client, { policy: { leaseBy: 'user' } });
      const { licenceId } = issued;
      const { answer } = await acquire(issued, DESK, { user: 'ada' });
      const block = { licenceId, device: deviceHash(licenceId, LAPTOP), blocked: true };
      const [moved] = await meanwhile(
        issued,
        () => [acquire(issued, LAPTOP, { user: 'ada', at: other })],
        (transaction) => setBlocked(transaction, { ...block, reason: 'Stolen, says IT.', by: 'test' }),
      );
      expect(moved).toMatchObject({ status: 403, code: 'DEVICE_BLOCKED' });
      expect(await sessionsOf(issued)).toMatchObject([
        { sessionId: answer.sessionId, device: deviceHash(licenceId, DESK), state: 'held' },
      ]);
      const beat = { sessionId: answer.sessionId, device: DESK };
      expect(
        (await send(api.url, 'POST', '/api/v1/licenses/heartbeat', String(answer.token), beat)).code,
      ).toBe('EXTENDED');
    });

    test('move the seats of users to no more devices at once than the limit of a day', async () => {
      const policy = { leaseBy: 'user', maxDevicesPerDay: 3 };
      const issued = await issueLicence(api.client, { maxSeats: 5, policy });
      await acquire(issued, DESK, { user: 'ada' });
      await acquire(issued, LAPTOP, { user: 'bob' });
      const answers = await meanwhile(issued, () => [
        acquire(issued, 'fingerprint-of-a-phone', { user: 'ada', at: api }),
        acquire(issued, 'fingerprint-of-a-tablet', { user: 'bob', at: other }),
      ]);
      expect(answers.map(({ code }) => code).sort()).toEqual(['DEVICE_LIMIT', 'RENEWED']);
      expect(await sessionsOf(issued)).toHaveLength(2);
    });
  });
