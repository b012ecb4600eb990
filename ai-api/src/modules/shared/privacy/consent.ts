import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { personOf, type RequestContext } from '../../../http/caller.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, actorOf, displayName, record } from '../audit/index.ts';
import type { ANALYTICS_BASES } from './own-contract.ts';
import type { Parts } from './parts.ts';

type Basis = (typeof ANALYTICS_BASES)[number];

/** Days of UTC (`YYYY-MM-DD`), the last one not included; null for one that goes on. */
interface Period {
  from: string;
  until: string | null;
}

/** On which days people count in analytics only if they have agreed, and when each of them has. */
export interface AnalyticsConsent {
  required: readonly Period[];
  given: readonly (Period & { subject: string })[];
}

/** Reads {@link AnalyticsConsent} of the transaction's company. */
export async function readConsent(transaction: TenantTransaction): Promise<AnalyticsConsent> {
  const bases = await transaction
    .selectFrom('privacy.analytics_bases')
    .select(['basis', 'created_at'])
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const required = bases.flatMap(({ basis, created_at }, n): Period[] =>
    basis === 'consent' ? [{ from: dayOf(created_at), until: dayOrNull(bases[n + 1]?.created_at) }] : [],
  );
  const rows = await transaction
    .selectFrom('privacy.objections')
    .select(['subjects', 'created_at', 'withdrawn_at'])
    .where('kind', '=', 'consent')
    .execute();
  const given = rows.flatMap(({ subjects, created_at, withdrawn_at }) =>
    subjects.map((subject) => ({ subject, from: dayOf(created_at), until: dayOrNull(withdrawn_at) })),
  );
  return { required, given };
}

/** What a company chose, and the agreements of its people. */
export function createConsents({ database, now }: Parts) {
  const inForce = (transaction: TenantTransaction, subject: string) =>
    transaction
      .selectFrom('privacy.objections')
      .select(['id', 'created_at', 'through_key'])
      .where('kind', '=', 'consent')
      .where('withdrawn_at', 'is', null)
      .where(sql<boolean>`${subject} = any(subjects)`)
      .executeTakeFirst();

  async function own(transaction: TenantTransaction, subject: string) {
    const { basis } = await basisOf(transaction);
    const given = await inForce(transaction, subject);
    return {
      basis,
      agreed: given !== undefined,
      agreedAt: given?.created_at.toISOString() ?? null,
      agreedThrough: given?.through_key ?? null,
    };
  }

  async function companyView(transaction: TenantTransaction) {
    const { agreed } = await transaction
      .selectFrom('privacy.objections')
      .select((eb) => eb.fn.countAll<number>().as('agreed'))
      .where('kind', '=', 'consent')
      .where('withdrawn_at', 'is', null)
      .executeTakeFirstOrThrow();
    return { ...(await basisOf(transaction)), agreed: Number(agreed) };
  }

  return {
    basis: (tenantId: string) => database.withTenant(tenantId, companyView),

    /** From now on people count unless they object, or only once they have agreed. */
    setBasis: (actor: Actor, basis: Basis) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await lock(transaction, actor.tenantId);
        const before = (await basisOf(transaction)).basis;
        if (before !== basis)
          await transaction
            .insertInto('privacy.analytics_bases')
            .values({ id: uuidv7(), basis, set_by: displayName(actor), created_at: now() })
            .execute();
        const view = await companyView(transaction);
        const content = { before, after: basis };
        await record(transaction, actor, { subject: 'analytics-basis', details: [{ about: [], content }] });
        return view;
      }),

    /** @throws {Problem} PERSON_NEEDED */
    own: (request: RequestContext) => {
      const subject = `user:${personOf(request.caller).id}`;
      return database.withTenant(request.caller.tenantId, (transaction) => own(transaction, subject));
    },

    /**
     * The person agrees, or takes it back. An agreement that a key sent for the person keeps the name of the key.
     * @throws {Problem} PERSON_NEEDED
     */
    set: (request: RequestContext, agree: boolean) => {
      const { id, builderId } = personOf(request.caller);
      const subject = `user:${id}`;
      const actor = actorOf(request);
      return database.withTenant(actor.tenantId, async (transaction) => {
        await lock(transaction, `${actor.tenantId} ${id}`);
        const given = await inForce(transaction, subject);
        if (agree && !given)
          await transaction
            .insertInto('privacy.objections')
            .values({
              id: uuidv7(),
              kind: 'consent',
              subjects: [...(builderId === null ? [] : [`builder:${builderId}`]), subject],
              request_id: null,
              through_key: request.caller.keyName,
              created_at: now(),
            })
            .execute();
        if (!agree)
          await transaction
            .updateTable('privacy.objections')
            .set({ withdrawn_at: now() })
            .where('kind', '=', 'consent')
            .where('withdrawn_at', 'is', null)
            .where(sql<boolean>`${subject} = any(subjects)`)
            .execute();
        const view = await own(transaction, subject);
        const details = [{ about: [subject], content: { agree } }];
        await record(transaction, actor, { subject, details });
        return view;
      });
    },
  };
}

/** Two changes at once come one after the other. */
async function lock(transaction: TenantTransaction, of: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`privacy consent ${of}`}, 0))`.execute(
    transaction,
  );
}

async function basisOf(transaction: TenantTransaction) {
  const row = await transaction
    .selectFrom('privacy.analytics_bases')
    .select(['basis', 'set_by', 'created_at'])
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return {
    basis: row?.basis ?? ('objection' as const),
    since: row?.created_at.toISOString() ?? null,
    setBy: row?.set_by ?? null,
  };
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function dayOrNull(at: Date | null | undefined): string | null {
  return at ? dayOf(at) : null;
}
