import { createConnection } from 'node:net';
import fc from 'fast-check';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../../test/api.ts';
import { databaseKinds, type TestDatabase } from '../../../../test/databases.ts';
import { type Connection, connect, type EventStream, readStream } from '../../../../test/followers.ts';
import { createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import type { Role } from '../../../contract/operation.ts';

const keyOf = (prefix: string) => `aim_${prefix}_${'fedcba9876543210'.repeat(3)}`;
const OTHER_KEY = keyOf('othertwo');
const BUILDER_KEY = keyOf('builders');
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe.each(databaseKinds())('realtime on $name', ({ name, create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let ours: string;
  let theirs: string;
  const open: { close(): void | Promise<void> }[] = [];

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, {
      REALTIME_HEARTBEAT_SECONDS: '1',
      REALTIME_BUFFER_BYTES: '100000',
      REALTIME_CONNECTIONS: '20',
      REALTIME_REPLAY: '50',
    });
    ours = (await api.client.identity.whoami({})).tenantId;
    theirs = await api.context.identity.ensureTenant('Theirs');
    await addKey(theirs, OTHER_KEY, 'admin');
    await addKey(ours, BUILDER_KEY, 'builder');
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });
  afterEach(async () => {
    for (const part of open.splice(0)) await part.close();
    await until(() => expect(api.context.realtime.connections()).toBe(0));
  });

  const addKey = (tenantId: string, key: string, role: Role) =>
    api.context.identity.ensureKey(tenantId, `${role} of the test`, key, [role]);
  const until = (look: () => unknown) => vi.waitFor(look, { timeout: 25_000, interval: 20 });

  async function follow(
    fields: Record<string, string | undefined> = {},
    key = ADMIN_KEY,
  ): Promise<Connection> {
    const connection = await connect(api.url, fields, key);
    open.push(connection);
    await connection.next('ready');
    return connection;
  }

  async function stream(
    fields = {},
    headers: Record<string, string> = bearer(ADMIN_KEY),
  ): Promise<EventStream> {
    const opened = await readStream(api.url, fields, headers);
    open.push(opened);
    if (opened.status === 200)
      await until(() => expect(opened.events.map(({ event }) => event)).toContain('ready'));
    return opened;
  }

  /** Publishes a progress event that is recognised by its count. */
  function publish(judged: number, tenantId = ours, runId = uuidv7(), target = api): Promise<void> {
    const data = { runId, week: '2026-W46', builders: 9, judged, failed: 0, pending: 0 };
    return target.context.database.withTenant(tenantId, (transaction) =>
      target.context.events.publish(transaction, tenantId, 'evaluation.judged', data),
    );
  }
  const counts = (connection: Connection) => connection.events().map(({ data }) => data?.judged);

  describe('a connection', () => {
    test('needs a key or a ticket, and a role that may follow events', async () => {
      await expect(connect(api.url, {})).rejects.toMatchObject({ status: 401 });
      await expect(connect(api.url, {}, keyOf('nobodyyy'))).rejects.toMatchObject({ status: 401 });
      await expect(connect(api.url, { ticket: 'made-up' })).rejects.toMatchObject({ status: 401 });
      await expect(connect(api.url, {}, BUILDER_KEY)).rejects.toMatchObject({ status: 403 });
      await expect(connect(`${api.url}/elsewhere`, {}, ADMIN_KEY)).rejects.toMatchObject({ status: 404 });
      expect((await stream({}, {})).status).toBe(401);
      expect((await stream({ ticket: 'made-up' }, {})).status).toBe(401);
      expect((await stream({}, bearer(BUILDER_KEY))).status).toBe(403);
    });

    test('by a ticket is made once', async () => {
      const { ticket } = await api.client.realtime.createTicket({});
      const connection = await connect(api.url, { ticket });
      open.push(connection);
      await connection.next('ready');
      await expect(connect(api.url, { ticket })).rejects.toMatchObject({ status: 401 });
      const second = await api.client.realtime.createTicket({});
      expect((await stream({ ticket: second.ticket }, {})).status).toBe(200);
      const stored = await api.context.database
        .system('the test looks behind the API')
        .selectFrom('events.tickets')
        .selectAll()
        .execute();
      expect(JSON.stringify(stored)).not.toContain(second.ticket);
    });

    test.runIf(name === 'PostgreSQL')('goes on hearing after what it listens by was cut', async () => {
      const connection = await follow();
      const cut = () =>
        sql<{ pid: number }>`
          select pg_terminate_backend(pid), pid from pg_stat_activity
          where datname = current_database() and application_name = 'ai-manager-listen'`.execute(
          api.context.database.system('the test cuts it'),
        );
      // One connection for each channel that is listened to.
      const before = (await cut()).rows.map(({ pid }) => pid);
      await publish(1);
      await until(() => expect(counts(connection)).toEqual([1]));
      await until(async () => {
        const { rows } = await sql<{ pid: number }>`
          select pid from pg_stat_activity
          where datname = current_database() and application_name = 'ai-manager-listen'`.execute(
          api.context.database.system('the test looks'),
        );
        expect(rows).toHaveLength(before.length);
        for (const { pid } of rows) expect(before).not.toContain(pid);
      });
      await publish(2);
      await until(() => expect(counts(connection)).toEqual([1, 2]));
    });

    test('gets the events of its tenant, and no others', async () => {
      const here = await follow();
      const there = await follow({}, OTHER_KEY);
      const hereToo = await stream();
      await publish(1);
      await publish(2, theirs);
      await publish(3);
      await until(() => expect(counts(here)).toEqual([1, 3]));
      await until(() => expect(counts(there)).toEqual([2]));
      const told = () => hereToo.events.filter(({ event }) => event === 'evaluation.judged');
      await until(() => expect(told()).toHaveLength(2));
      expect(told().map(({ id }) => id)).toEqual(here.events().map(({ id }) => id));
      expect(told()[0]?.data).toMatchObject({
        type: 'event',
        event: 'evaluation.judged',
        data: { judged: 1 },
      });
    });

    test('cannot resume from an event of another tenant', async () => {
      const there = await follow({}, OTHER_KEY);
      await publish(1, theirs);
      await until(() => expect(counts(there)).toEqual([1]));
      await publish(2, theirs);
      const here = await follow({ lastEventId: there.events()[0]?.id });
      expect(here.messages.map(({ type }) => type)).toEqual(['gap', 'ready']);
    });

    test('follows types and runs, as it asked and asks', async () => {
      const [runId, otherRun] = [uuidv7(), uuidv7()];
      const byRun = await follow({ topics: `evaluation.run:${runId}` });
      const byType = await follow({ topics: 'evaluation.run.completed' });
      const everything = await follow();
      await publish(1, ours, runId);
      await publish(2, ours, otherRun);
      await until(() => expect(counts(everything)).toEqual([1, 2]));
      expect(counts(byRun)).toEqual([1]);
      byType.send({ type: 'subscribe', topics: ['evaluation.judged'] });
      expect(await byType.next('topics')).toMatchObject({
        topics: ['evaluation.run.completed', 'evaluation.judged'],
      });
      byRun.send({ type: 'unsubscribe', topics: [`evaluation.run:${runId}`] });
      expect(await byRun.next('topics')).toMatchObject({ topics: [] });
      await publish(3, ours, runId);
      await until(() => expect(counts(byType)).toEqual([3]));
      expect(counts(byRun)).toEqual([1]);
      byType.send('nonsense');
      expect(await byType.next('error')).toMatchObject({ code: 'INVALID_INPUT' });
      await expect(connect(api.url, { topics: 'made.up' }, ADMIN_KEY)).rejects.toMatchObject({ status: 422 });
      await expect(connect(api.url, { lastEventId: 'x' }, ADMIN_KEY)).rejects.toMatchObject({ status: 422 });
    });

    test('is refused when its tenant has too many', async () => {
      for (let index = 0; index < 20; index++) await follow();
      await expect(connect(api.url, {}, ADMIN_KEY)).rejects.toMatchObject({ status: 429 });
      expect((await stream()).status).toBe(429);
      await follow({}, OTHER_KEY);
    });

    test('is dropped when it answers no ping, and kept when it does', async () => {
      const dead = await connect(api.url, {}, ADMIN_KEY);
      const alive = await follow();
      dead.socket.pause();
      let pings = 0;
      alive.socket.on('ping', () => pings++);
      await until(() => expect(api.context.realtime.connections()).toBe(1));
      await until(() => expect(pings).toBeGreaterThan(2));
      await dead.close();
    });
  });

  describe('a lost connection', () => {
    test('resumes where it was, without loss or repetition, wherever it broke', async () => {
      const first = await follow();
      let published = 0;
      const model = fc.array(fc.record({ before: fc.nat(6), during: fc.nat(6), away: fc.nat(6) }), {
        minLength: 1,
        maxLength: 4,
      });
      await fc.assert(
        fc.asyncProperty(model, async (breaks) => {
          const start = published;
          let lastEventId: string | undefined = first.events().at(-1)?.id;
          const seen: unknown[] = [];
          const many = async (count: number) => {
            const work = Array.from({ length: count }, () => publish(++published));
            await Promise.all(work);
          };
          if (lastEventId === undefined) {
            await many(1);
            await until(() => expect(first.events().length).toBe(published));
            lastEventId = first.events().at(-1)?.id;
            seen.push(...counts(first));
          }
          for (const { before, during, away } of breaks) {
            const connection = await connect(api.url, { lastEventId }, ADMIN_KEY);
            const concurrently = many(before);
            await connection.next('ready');
            await concurrently;
            const late = many(during);
            connection.socket.terminate();
            await connection.closed;
            seen.push(...counts(connection));
            lastEventId = connection.events().at(-1)?.id ?? lastEventId;
            await late;
            await many(away);
          }
          const final = await connect(api.url, { lastEventId }, ADMIN_KEY);
          await until(() =>
            expect(seen.length + final.events().length).toBeGreaterThanOrEqual(published - start),
          );
          await final.close();
          seen.push(...counts(final));
          const expected = Array.from({ length: published - start }, (_, index) => start + index + 1);
          expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(expected);
          await until(() => expect(first.events().length).toBe(published));
          expect(counts(first).slice(start)).toEqual(seen);
        }),
        { numRuns: 12 },
      );
    });

    test('is notified of a gap when it missed too much', async () => {
      const connection = await follow();
      await publish(1);
      await until(() => expect(connection.events()).toHaveLength(1));
      const lastEventId = connection.events()[0]?.id;
      for (let index = 0; index < 51; index++) await publish(index);
      const again = await follow({ lastEventId });
      expect(again.messages).toMatchObject([
        { type: 'gap', reason: 'More than 50 events were missed.' },
        { type: 'ready', replayed: 0 },
      ]);
      const unknown = await stream({}, { ...bearer(ADMIN_KEY), 'last-event-id': uuidv7() });
      expect(unknown.events.map(({ event }) => event)).toEqual(['gap', 'ready']);
      await publish(7);
      await until(() => expect(counts(again)).toEqual([7]));
    });

    test('of server-sent events resumes by the Last-Event-ID header', async () => {
      const connection = await follow();
      for (const count of [1, 2, 3]) await publish(count);
      await until(() => expect(counts(connection)).toEqual([1, 2, 3]));
      const [first] = connection.events();
      const resumed = await stream({}, { ...bearer(ADMIN_KEY), 'last-event-id': first?.id as string });
      const ids = resumed.events.map(({ id }) => id).filter((id) => id !== undefined);
      expect(ids).toEqual(
        connection
          .events()
          .slice(1)
          .map(({ id }) => id),
      );
    });

    test('gets events of long transactions that ended after younger ones', {
      skip: name === 'PGlite',
    }, async () => {
      const connection = await follow();
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      let begun = () => {};
      const hasBegun = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const data = { runId: uuidv7(), week: '2026-W46', builders: 9, judged: 1, failed: 0, pending: 0 };
      const long = api.context.database.withTenant(ours, async (transaction) => {
        await api.context.events.publish(transaction, ours, 'evaluation.judged', data);
        begun();
        await released;
      });
      await hasBegun;
      await publish(2);
      const late = await follow();
      release();
      await long;
      await until(() => expect(counts(connection)).toEqual([1, 2]));
      await until(() => expect(counts(late)).toEqual([1, 2]));
    });
  });

  test('a server that stops closes with 1001, and a client resumes at its successor', async () => {
    const connection = await connect(api.url, {}, ADMIN_KEY);
    await connection.next('ready');
    const events = await stream();
    await publish(1);
    await until(() => expect(counts(connection)).toEqual([1]));
    await api.stop();
    expect(await connection.closed).toMatchObject({ code: 1001 });
    await events.ended;
    expect(events.events.at(-1)).toMatchObject({ event: 'closed', data: { code: 'GOING_AWAY' } });
    api = await startApi(testDatabase, { REALTIME_BUFFER_BYTES: '100000' });
    await publish(2);
    const again = await follow({ lastEventId: connection.events()[0]?.id });
    await until(() => expect(counts(again)).toEqual([2]));
  });

  test('a consumer that is too slow is closed, and told why; others are not', async () => {
    const slow = await follow();
    const quick = await follow();
    slow.socket.pause();
    const message = 'x'.repeat(1_000_000);
    for (let sent = 1; sent < 60 && api.context.realtime.connections() > 1; sent++) {
      await api.context.database.withTenant(ours, (transaction) =>
        api.context.events.publish(transaction, ours, 'endpoint.test', { endpointId: uuidv7(), message }),
      );
      await until(() => expect(quick.events()).toHaveLength(sent));
    }
    slow.socket.resume();
    expect(await slow.closed).toMatchObject({ code: 4008 });
    expect(api.context.realtime.connections()).toBe(1);
  });

  test('a run is followed from its start to its end', async () => {
    const client = createClient(resources, { baseUrl: api.url, apiKey: ADMIN_KEY });
    await client.people.import({
      builders: [
        {
          builder_id: 'b-1',
          name: 'Pim Quill',
          email: 'pim@people.example',
          team: 'Ink',
          status: 'active',
          started_on: '2026-01-05',
          weekly_hours: 40,
        },
      ],
    });
    const connection = await follow();
    const { runId } = await client.evaluation.startWeekly({ week: '2026-W46', allowEmpty: true });
    await until(() =>
      expect(connection.events().map(({ event }) => event)).toContain('evaluation.run.completed'),
    );
    const ofRun = connection.events().filter(({ event }) => event?.startsWith('evaluation.'));
    expect(ofRun.map(({ event, data }) => ({ event, runId: data?.runId }))).toEqual(
      ['evaluation.run.started', 'evaluation.judged', 'evaluation.run.completed'].map((event) => ({
        event,
        runId,
      })),
    );
    expect(ofRun[1]?.data).toMatchObject({ builders: 1, judged: 1, failed: 0, pending: 0 });
  });

  test('a request that upgrades and goes away does no harm', async () => {
    const { port } = new URL(api.url);
    const socket = createConnection(Number(port), '127.0.0.1');
    socket.write('GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.destroy();
    await follow();
  });

  test('events of one process reach the clients of another', { skip: name === 'PGlite' }, async () => {
    const second = await startApi(testDatabase);
    try {
      const connection = await connect(second.url, {}, ADMIN_KEY);
      await connection.next('ready');
      const here = await follow();
      await publish(1);
      await publish(2, ours, uuidv7(), second);
      await until(() => expect(counts(connection)).toEqual([1, 2]));
      await until(() => expect(counts(here)).toEqual([1, 2]));
      await connection.close();
    } finally {
      await second.stop();
    }
  });
});
