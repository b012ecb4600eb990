import { v7 as uuidv7 } from 'uuid';
import type { RequestContext } from '../../../http/caller.ts';
import { notFound } from '../../../http/problem.ts';
import { type Explains, findWithFacts, type ReviewedJudgement } from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, actorOf, findEvent, readHead, record } from '../../shared/audit/index.ts';
import { requireShown } from '../explanations/index.ts';
import { disclosedClaims, openClaims } from './claims.ts';
import type { createKeys, Sign } from './keys.ts';
import { compact, digestsOf, disclosuresOf } from './sd-jwt.ts';
import { findReceipts, insertReceipts, newestReceipts, type ReceiptRecord } from './store.ts';

interface Parts {
  database: Database;
  keys: ReturnType<typeof createKeys>;
  /** What modules know of their judgements. */
  explains: () => readonly Explains[];
  /** Who signs, as a receipt names it. */
  issuer: string;
  now: () => Date;
}

/** A judgement whose receipt is wanted, and the builder whom it concerns. */
interface Wanted {
  judgement: ReviewedJudgement;
  of: Explains;
  builderId: string | null;
}

export type Receipts = ReturnType<typeof createReceipts>;

/** Signed receipts of judgements: one for each, issued when it is first asked for. */
export function createReceipts({ database, keys, explains, issuer, now }: Parts) {
  const kindOf = (name: string) => explains().find(({ kind }) => kind.name === name);

  /** Judgements that a receipt can be of: all but dry runs, of kinds that concern a person. */
  async function wanted(transaction: TenantTransaction, judgementIds: readonly string[]): Promise<Wanted[]> {
    const found = await findWithFacts(transaction, [...judgementIds]);
    const all = [];
    for (const judgement of found.values()) {
      const of = judgement.view.dryRun ? undefined : kindOf(judgement.view.kind);
      if (!of) continue;
      const { subjectId, view } = judgement;
      const builderId = await of.builderOf(transaction, subjectId, view.judgementId);
      all.push({ judgement, of, builderId });
    }
    return all;
  }

  async function made(
    { judgement: { view }, of, builderId }: Wanted,
    company: string,
    head: { seq: number; hash: string } | null,
    sign: Sign,
  ) {
    const id = uuidv7();
    const issuedAt = now();
    const subject = builderId === null ? null : `builder:${builderId}`;
    const disclosures = disclosuresOf(disclosedClaims(of.kind, view, subject));
    const signed = await sign({
      iss: issuer,
      iat: Math.floor(issuedAt.getTime() / 1000),
      jti: id,
      company,
      ...openClaims(view),
      trail: head,
      ...digestsOf(disclosures),
    });
    return { id, judgement_id: view.judgementId, subject, signed, disclosures, issued_at: issuedAt };
  }

  /** The receipts of these judgements; those that are missing are issued, which the trail records. */
  async function ensure(
    transaction: TenantTransaction,
    actor: Actor,
    all: readonly Wanted[],
    sign: Sign,
  ): Promise<Map<string, ReceiptRecord>> {
    const ids = all.map(({ judgement }) => judgement.view.judgementId);
    const existing = await findReceipts(transaction, ids);
    const missing = all.filter(({ judgement }) => !existing.has(judgement.view.judgementId));
    if (missing.length === 0) return existing;
    const { head } = await readHead(transaction);
    const receipts = await Promise.all(missing.map((one) => made(one, actor.tenantId, head, sign)));
    const issued = await insertReceipts(transaction, receipts);
    if (issued.length > 0)
      await record(transaction, actor, {
        subject: 'receipts',
        details: [{ about: [], content: { issued } }],
      });
    return findReceipts(transaction, ids);
  }

  return {
    /** What {@link textsOf} signs with; to be asked for before a transaction begins. */
    signer: keys.signer,

    /** The texts of the receipts of judgements, by judgement. Dry runs have none. */
    textsOf: async (
      transaction: TenantTransaction,
      actor: Actor,
      judgementIds: readonly string[],
      sign: Sign,
    ): Promise<Map<string, string>> => {
      const receipts = await ensure(transaction, actor, await wanted(transaction, judgementIds), sign);
      return new Map([...receipts].map(([judgementId, row]) => [judgementId, textOf(row)]));
    },

    /** Checks the newest receipts: their signatures, and that the trail still has the entries that they name. */
    checkNewest: async (tenantId: string, limit: number) => {
      const verify = await keys.verifier();
      return database.withTenant(tenantId, async (transaction) => {
        const receipts = await newestReceipts(transaction, limit);
        let broken = 0;
        for (const { signed } of receipts) {
          const payload = await verify(signed);
          const trail = payload?.trail as { seq: number; hash: string } | null | undefined;
          const entry = trail ? await findEvent(transaction, trail.seq) : undefined;
          if (!payload || (trail && entry?.hash !== trail.hash)) broken += 1;
        }
        return { checked: receipts.length, broken };
      });
    },

    /** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND, FORBIDDEN for another builder's */
    get: async (context: RequestContext, judgementId: string) => {
      const sign = await keys.signer();
      return database.withTenant(context.caller.tenantId, async (transaction) => {
        const [one] = await wanted(transaction, [judgementId]);
        if (!one) throw notFound('judgement', judgementId);
        context.requireOwn(one.builderId);
        context.reveal({ builderId: one.builderId }, one.of.kind.name);
        await requireShown(transaction, context, one.of, judgementId);
        const row = (await ensure(transaction, actorOf(context), [one], sign)).get(judgementId);
        if (!row) throw new Error(`Judgement ${judgementId} has no receipt`);
        return {
          receiptId: row.id,
          judgementId,
          issuedAt: row.issued_at.toISOString(),
          disclosed: row.disclosures !== null,
          receipt: textOf(row),
        };
      });
    },
  };
}

function textOf({ signed, disclosures }: ReceiptRecord): string {
  return compact(signed, disclosures ?? []);
}
