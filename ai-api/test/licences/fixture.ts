import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { type Policy, policySchema } from '../../src/modules/licences/licences/schema.ts';
import {
  type Also,
  createPostgresSeats,
  createRedisSeats,
  type Decision,
  type SeatOp,
  type Seats,
} from '../../src/modules/licences/licences/seats/index.ts';
import type { Database } from '../../src/platform/database/index.ts';
import { connectUpstash, type Upstash } from '../../src/platform/upstash.ts';
import type { UpstashBridge } from '../upstash-bridge.ts';

export interface LicenceOptions {
  maxSeats?: number;
  policy?: Partial<Policy>;
  startsAt?: Date;
  expiresAt?: Date;
}

/** A licence without a key, for suites that count seats below the API. */
export interface TestLicence {
  id: string;
  tenantId: string;
}

/** A company, its product and a licence of it. */
export async function insertLicence(
  database: Database,
  { maxSeats = 2, policy = {}, startsAt, expiresAt }: LicenceOptions = {},
): Promise<TestLicence> {
  const tenantId = uuidv7();
  const system = database.system('the test makes a company');
  await system
    .insertInto('identity.tenants')
    .values({ id: tenantId, name: `company ${tenantId}` })
    .execute();
  const productId = uuidv7();
  const id = uuidv7();
  await database.withTenant(tenantId, async (transaction) => {
    await transaction
      .insertInto('licences.products')
      .values({ id: productId, code: 'drawing', name: 'Drawing' })
      .execute();
    await transaction
      .insertInto('licences.licences')
      .values({
        id,
        product_id: productId,
        name: 'Design team',
        key_prefix: randomBytes(6).toString('hex'),
        key_hash: 'none',
        max_seats: maxSeats,
        policy: JSON.stringify(policySchema.parse(policy)),
        starts_at: startsAt ?? null,
        expires_at: expiresAt ?? null,
        created_by: 'test',
      })
      .execute();
  });
  return { id, tenantId };
}

/** Changes a licence as an admin does, and has the driver take it into use. */
export async function changeLicence(
  database: Database,
  seats: Seats,
  { id, tenantId }: TestLicence,
  values: { max_seats?: number; state?: 'active' | 'suspended' | 'revoked'; expires_at?: Date },
): Promise<void> {
  await database.withTenant(tenantId, async (transaction) => {
    const { version } = await transaction
      .selectFrom('licences.licences')
      .select('version')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    await transaction
      .updateTable('licences.licences')
      .set({ ...values, version: version + 1 })
      .where('id', '=', id)
      .execute();
  });
  await seats.configure(tenantId, id);
}

interface AcquireOptions {
  session?: string;
  wait?: boolean;
  user?: string;
  group?: string;
  version?: number;
  also?: Also | undefined;
}

/** Operations on the seats of one licence, as short as tests read them. */
export function seatsOf(seats: Seats, { id, tenantId }: TestLicence) {
  const run = (op: SeatOp, also?: Also): Promise<Decision> => seats.decide(tenantId, id, op, also);
  return {
    acquire: (device: string, more: AcquireOptions = {}) =>
      run(
        {
          type: 'acquire',
          session: more.session ?? uuidv7(),
          member: `device:${device}`,
          device,
          user: more.user ?? '',
          group: more.group ?? '',
          wait: more.wait ?? false,
          version: more.version ?? 1,
        },
        more.also,
      ),
    heartbeat: (session: string, device: string) => run({ type: 'heartbeat', session, device, idle: -1 }),
    release: (session: string, device: string) => run({ type: 'release', session, device }),
    evict: (session: string) => run({ type: 'evict', session }),
    borrow: (session: string, device: string, until: number) =>
      run({ type: 'borrow', session, device, until }),
    giveBack: (session: string, device: string) => run({ type: 'return', session, device }),
    read: () => run({ type: 'read' }),
  };
}

const silent = pino({ level: 'silent' });

/** The driver of a test, which counts in the database or in Redis. */
export function openSeats(
  kind: 'postgres' | 'redis',
  database: Database,
  now: () => Date,
  bridge: UpstashBridge | undefined,
): Seats {
  if (kind === 'postgres') return createPostgresSeats(database, now);
  if (!bridge) throw new Error('There is no Redis on this machine');
  return createRedisSeats({ database, upstash: upstashOf(bridge), now, log: silent });
}

/** A connection of its own, whose circuit breaker no other test has opened. */
export const upstashOf = (bridge: UpstashBridge): Upstash => connectUpstash({ ...bridge, timeoutMs: 5_000 });
