import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS, HOUR_MS } from '../../../platform/durations.ts';
import { newLicenceKey } from './keys.ts';
import { type Policy, policySchema } from './schema.ts';
import { insertLicence, insertProduct, listProducts } from './store.ts';

const DAYS = 7;

interface SampleLicence {
  product: number;
  name: string;
  maxSeats: number;
  /** People who work with it. */
  users: readonly string[];
  policy?: Partial<Policy>;
  /** Days from now. */
  expiresIn?: number;
  /** Days ago on which a morning has more people than seats. */
  fullMorning?: number;
  /** People who are travelling with a borrowed seat. */
  travelling?: readonly string[];
}

const PEOPLE = 'Quill Bramble Fern Marrow Sorrel Thistle Yarrow Clover Alder Hazel Rowan Linden Juniper Basil'
  .split(' ')
  .map((name) => `${name.toLowerCase()}@sample-company.example`);

const PRODUCTS = [
  { code: 'drawing-pro', name: 'Drawing Pro', entitlements: ['export', 'render', 'share'] },
  { code: 'mesh-lab', name: 'Mesh Lab', entitlements: ['solver', 'batch'] },
];

const LICENCES: readonly SampleLicence[] = [
  {
    product: 0,
    name: 'Design team',
    maxSeats: 6,
    users: PEOPLE.slice(0, 11),
    expiresIn: 200,
    fullMorning: 3,
  },
  {
    product: 0,
    name: 'Field engineers',
    maxSeats: 4,
    users: PEOPLE.slice(6, 9),
    policy: { borrowKeep: 1 },
    expiresIn: 12,
    travelling: PEOPLE.slice(6, 8),
  },
  {
    product: 0,
    name: 'Reviewers',
    maxSeats: 5,
    users: PEOPLE.slice(2, 6),
    policy: { reservations: [{ group: 'leads', seats: 2 }] },
  },
  { product: 1, name: 'Simulation', maxSeats: 3, users: PEOPLE.slice(8, 12), policy: { onFull: 'queue' } },
  { product: 1, name: 'Students', maxSeats: 10, users: PEOPLE.slice(0, 4), expiresIn: 27 },
];

/**
 * Gives a company two products, five licences and a week of invented usage, in which one morning has more people than seats,
 * and two people who are travelling with a borrowed seat. It does nothing where there are products already.
 */
export async function seedSample(transaction: TenantTransaction, now: Date): Promise<void> {
  if ((await listProducts(transaction, null, 1)).length > 0) return;
  const products = [];
  for (const product of PRODUCTS) products.push(await insertProduct(transaction, product));
  for (const sample of LICENCES) {
    const { prefix, hash } = newLicenceKey();
    const product = products[sample.product];
    if (!product) continue;
    const id = await insertLicence(transaction, {
      product_id: product.id,
      name: sample.name,
      key_prefix: prefix,
      key_hash: hash,
      max_seats: sample.maxSeats,
      entitlements: product.entitlements.slice(0, 2),
      version_from: null,
      version_to: null,
      starts_at: null,
      expires_at: sample.expiresIn ? new Date(now.getTime() + sample.expiresIn * DAY_MS) : null,
      policy: policySchema.parse(sample.policy ?? {}),
      created_by: 'sample',
    });
    await insertUsage(transaction, id, sample, now);
  }
}

interface Use {
  user: string;
  from: number;
  to: number;
  state: 'released' | 'expired' | 'borrowed';
}

async function insertUsage(
  transaction: TenantTransaction,
  licenceId: string,
  sample: SampleLicence,
  now: Date,
): Promise<void> {
  const { admitted, denied } = admit(usesOf(sample, now), sample.maxSeats);
  const sessions = [...admitted, ...travelsOf(sample, now)];
  if (sessions.length > 0)
    await transaction
      .insertInto('licences.sessions')
      .values(
        sessions.map(({ user, from, to, state }, place) => ({
          id: idAt(from, place),
          licence_id: licenceId,
          member: `device:${deviceOf(licenceId, user)}`,
          device: deviceOf(licenceId, user),
          user_name: user,
          group_name: '',
          state,
          lease_until: new Date(to),
          queue_seq: null,
          revision: 0,
          requested_at: new Date(from),
          started_at: new Date(from),
          ended_at: state === 'borrowed' ? null : new Date(to),
          idle_seconds: null,
          token: null,
          token_issued_at: null,
          token_expires_at: null,
        })),
      )
      .execute();
  if (denied.length > 0)
    await transaction
      .insertInto('licences.denials')
      .values(
        denied.map(({ user, from }, place) => ({
          id: idAt(from, place),
          licence_id: licenceId,
          device: deviceOf(licenceId, user),
          user_name: user,
          code: 'NO_SEATS',
          attempts: 1 + (place % 4),
          first_at: new Date(from),
          last_at: new Date(from + (place % 4) * 120_000),
        })),
      )
      .execute();
}

/** When people start and stop: most of them twice on a working day, all of them on the full morning. */
function usesOf({ name, users, fullMorning }: SampleLicence, now: Date): Use[] {
  const random = randomOf(name);
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const uses: Use[] = [];
  for (let ago = DAYS; ago >= 1; ago--) {
    const isFull = ago === fullMorning;
    for (const user of users)
      for (const start of [8, 13]) {
        if (!isFull && random() < 0.45) continue;
        const from = today - ago * DAY_MS + (start + random() * (isFull ? 0.8 : 2)) * HOUR_MS;
        const to = from + (1 + random() * 2.5) * HOUR_MS;
        uses.push({ user, from, to, state: random() < 0.06 ? 'expired' : 'released' });
      }
  }
  return uses.sort((a, b) => a.from - b.from);
}

/** Seats that are borrowed since this morning, for some days. */
function travelsOf({ travelling = [] }: SampleLicence, now: Date): Use[] {
  return travelling.map((user, place) => ({
    user,
    from: now.getTime() - (place + 1) * HOUR_MS,
    to: now.getTime() + (place + 2) * DAY_MS,
    state: 'borrowed',
  }));
}

/** Lets in those for whom there is a seat, as the API would. */
function admit(uses: readonly Use[], maxSeats: number): { admitted: Use[]; denied: Use[] } {
  const admitted: Use[] = [];
  const denied: Use[] = [];
  for (const use of uses) {
    const held = admitted.filter(({ to }) => to > use.from);
    if (held.some(({ user }) => user === use.user)) continue;
    (held.length < maxSeats ? admitted : denied).push(use);
  }
  return { admitted, denied };
}

const deviceOf = (licenceId: string, user: string): string =>
  createHash('sha256').update(`${licenceId}:${user}`).digest('base64url');

/** An id of that time, so that lists by id are in the order of time. */
const idAt = (at: number, place: number): string => uuidv7({ msecs: Math.floor(at), seq: place });

/** The same numbers at each start, from 0 to 1. @see https://en.wikipedia.org/wiki/Xorshift */
function randomOf(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}
