import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RequestContext } from '../../../http/caller.ts';
import { notFound } from '../../../http/problem.ts';
import {
  activeThresholds,
  compileRules,
  type Explains,
  elementsOf,
  findWithFacts,
  type JudgementView,
  languageOf,
  levelInForce,
  measuredWith,
  newestByEngines,
  newestJudgement,
  type ReviewedJudgement,
  reasonsIn,
  resultOf,
  rulesByVersion,
  type SearchBook,
  thresholdsBy,
  type WordingContext,
  wouldHaveChanged,
} from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';

export type Explanations = ReturnType<typeof createExplanations>;

interface Parts {
  database: Database;
  explains: () => readonly Explains[];
  notifications: Pick<Notifications, 'localeOf'>;
}

/** Why judgements came out as they did. */
export function createExplanations({ database, explains, notifications }: Parts) {
  return {
    /** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND, FORBIDDEN for another builder's */
    explain: async (context: RequestContext, judgementId: string) => {
      const opened = await database.withTenant(context.caller.tenantId, async (transaction) => {
        const found = await findJudgement(transaction, judgementId);
        const of = found && explains().find(({ kind }) => kind.name === found.view.kind);
        if (!found || !of) throw notFound('judgement', judgementId);
        const builderId = await of.builderOf(transaction, found.subjectId, judgementId);
        context.requireOwn(builderId);
        context.reveal({ builderId }, of.kind.name);
        await requireShown(transaction, context, of, judgementId);
        const byEngine = await engineBefore(transaction, found);
        const { user } = context.caller;
        const language = user ? languageOf(await notifications.localeOf(transaction, user.id)) : 'en';
        return { view: found.view, byEngine, book: await bookOf(transaction, of, byEngine), language };
      });
      const { view, byEngine, book, language } = opened;
      const wording = { kind: book.kind, rules: book.rules, facts: byEngine.facts, language };
      const reasonsOf = (reasons: readonly string[]) => reasonsIn(reasons, byEngine.view.criteria, wording);
      const {
        changes,
        refuted: _refuted,
        ...search
      } = await wouldHaveChanged(book, byEngine.view, byEngine.facts, language);
      return {
        judgementId: view.judgementId,
        kind: view.kind,
        language,
        result: resultOf(book.kind, view, language),
        decidedBy: view.engine,
        proposal: view.proposal && { ...view.proposal, reasons: reasonsOf(view.proposal.reasons) },
        incomplete: mendIn(view.incomplete, byEngine.view.criteria, wording),
        parts: partsOf(view, byEngine.view),
        claims: byEngine.view.claims,
        elements: elementsOf(view.criteria, wording),
        changes,
        search,
      };
    },

    /** Explains the newest judgements by engines, before one, and counts the changes that lead elsewhere when they are judged again. */
    checkNewest: async (
      tenantId: string,
      limit: number,
      signal: AbortSignal,
      before: string | null = null,
    ) => {
      const opened = await database.withTenant(tenantId, async (transaction) => {
        const kinds = explains().map(({ kind }) => kind.name);
        const ids = await newestByEngines(transaction, kinds, limit, before);
        const found = await findWithFacts(transaction, ids);
        const all = [];
        for (const judgement of found.values()) {
          const of = explains().find(({ kind }) => kind.name === judgement.view.kind) as Explains;
          all.push({ judgement, book: await bookOf(transaction, of, judgement) });
        }
        return { all, next: ids.length < limit ? null : (ids.at(-1) ?? null) };
      });
      const counts = { explained: opened.all.length, reproduced: 0, changes: 0, untrue: 0 };
      for (const { judgement, book } of opened.all) {
        signal.throwIfAborted();
        const { view, facts } = judgement;
        const { changes, refuted, isReproduced } = await wouldHaveChanged(book, view, facts);
        if (isReproduced) counts.reproduced += 1;
        counts.changes += changes.length + refuted;
        counts.untrue += refuted;
        await nextTurn(undefined, { signal });
      }
      return { ...counts, next: opened.next };
    },
  };
}

/** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND for a result that is not there for the caller yet */
export async function requireShown(
  transaction: TenantTransaction,
  { caller }: Pick<RequestContext, 'caller'>,
  of: Explains,
  judgementId: string,
): Promise<void> {
  const reader = { roles: caller.roles, builderId: caller.user?.builderId ?? null };
  if (await of.isHidden?.(transaction, judgementId, reader)) throw notFound('judgement', judgementId);
}

async function findJudgement(
  transaction: TenantTransaction,
  judgementId: string,
): Promise<ReviewedJudgement | undefined> {
  return (await findWithFacts(transaction, [judgementId])).get(judgementId);
}

/** What an engine judged before people decided, possibly several times; the judgement itself where none did. */
export async function engineBefore(
  transaction: TenantTransaction,
  found: ReviewedJudgement,
): Promise<ReviewedJudgement> {
  let current = found;
  while (current.view.engine === 'human' && current.view.supersedes !== null) {
    const before = await findJudgement(transaction, current.view.supersedes);
    if (!before) break;
    current = before;
  }
  return current;
}

/** The rules and thresholds that a judgement was made with. */
export async function bookOf(
  transaction: TenantTransaction,
  { kind, rulebookOf }: Pick<Explains, 'kind' | 'rulebookOf'>,
  { view, facts }: Pick<ReviewedJudgement, 'view' | 'facts'>,
): Promise<SearchBook> {
  if (rulebookOf) {
    const own = await rulebookOf(transaction, await newestJudgement(transaction, view.judgementId));
    return own ?? { kind, rules: [] };
  }
  const rules = await rulesByVersion(transaction, view.kind, view.rules);
  const at = new Date(view.createdAt);
  const thresholds = thresholdsBy(
    await levelInForce(transaction, kind.name, at),
    await activeThresholds(transaction, kind, at),
    measuredWith(kind, { ...view, facts }),
  );
  return { kind, rules: compileRules(kind, rules), thresholds };
}

/** What the author has to mend, as the reader reads it. */
function mendIn(
  incomplete: JudgementView['incomplete'],
  criteria: JudgementView['criteria'],
  context: WordingContext,
): JudgementView['incomplete'] {
  const elements = elementsOf(
    criteria.filter(({ id }) => incomplete.some(({ criterionId }) => criterionId === id)),
    context,
  );
  return incomplete.map((one) => {
    const found = elements.find(({ criterionId }) => criterionId === one.criterionId);
    return found ? { ...one, title: found.title, reason: found.sentence } : one;
  });
}

function partsOf(view: JudgementView, byEngine: JudgementView) {
  const shareOf = (by: 'rules' | 'model') => {
    const all = byEngine.criteria.reduce((sum, { weight }) => sum + weight, 0);
    const own = byEngine.criteria.filter(({ decidedBy }) => decidedBy === by);
    const weight = own.reduce((sum, one) => sum + one.weight, 0);
    return { criteria: own.length, share: all === 0 ? 0 : Math.round((100 * weight) / all) / 100 };
  };
  const { model, prompt, rules } = byEngine;
  return {
    rules: { ...shareOf('rules'), versions: rules },
    model:
      model === null
        ? null
        : {
            name: model,
            prompt: prompt && { name: prompt.name, version: prompt.version },
            ...shareOf('model'),
            claims: byEngine.claims.length,
          },
    person:
      view.engine === 'human' && view.decidedBy !== null
        ? { name: view.decidedBy, reason: view.reason ?? '', at: view.createdAt }
        : null,
  };
}
