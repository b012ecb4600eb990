import type { RequestContext } from '../../../http/caller.ts';
import { notFound } from '../../../http/problem.ts';
import {
  activeThresholds,
  compileRules,
  type Explains,
  elementsOf,
  findWithFacts,
  type JudgementView,
  newestJudgement,
  type ReviewedJudgement,
  resultOf,
  rulesByVersion,
  type SearchBook,
  wouldHaveChanged,
} from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';

export type Explanations = ReturnType<typeof createExplanations>;

/** Why judgements came out as they did. */
export function createExplanations(database: Database, explains: () => readonly Explains[]) {
  return {
    /** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND, FORBIDDEN for another builder's */
    explain: async (context: RequestContext, judgementId: string) => {
      const opened = await database.withTenant(context.caller.tenantId, async (transaction) => {
        const found = await findJudgement(transaction, judgementId);
        const of = found && explains().find(({ kind }) => kind.name === found.view.kind);
        if (!found || !of) throw notFound('judgement', judgementId);
        context.requireOwn(await of.builderOf(transaction, found.subjectId));
        const byEngine = await engineBefore(transaction, found);
        return { view: found.view, byEngine, book: await bookOf(transaction, of, byEngine.view) };
      });
      const { view, byEngine, book } = opened;
      const hard = new Set(book.kind.criteria.filter((one) => one.hard === true).map(({ id }) => id));
      const { changes, ...search } = await wouldHaveChanged(book, byEngine.view, byEngine.facts);
      return {
        judgementId: view.judgementId,
        kind: view.kind,
        result: resultOf(book.kind, view),
        decidedBy: view.engine,
        proposal: view.proposal,
        incomplete: view.incomplete,
        parts: partsOf(view, byEngine.view),
        elements: elementsOf(view.criteria, hard),
        changes,
        search,
      };
    },
  };
}

async function findJudgement(
  transaction: TenantTransaction,
  judgementId: string,
): Promise<ReviewedJudgement | undefined> {
  return (await findWithFacts(transaction, [judgementId])).get(judgementId);
}

/** What an engine judged before people decided, possibly several times; the judgement itself where none did. */
async function engineBefore(
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
async function bookOf(
  transaction: TenantTransaction,
  { kind, rulebookOf }: Explains,
  view: JudgementView,
): Promise<SearchBook> {
  if (rulebookOf) {
    const own = await rulebookOf(transaction, await newestJudgement(transaction, view.judgementId));
    return own ?? { kind, rules: [] };
  }
  const rules = await rulesByVersion(transaction, view.kind, view.rules);
  const thresholds = await activeThresholds(transaction, kind, new Date(view.createdAt));
  return { kind, rules: compileRules(kind, rules), thresholds };
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
          },
    person:
      view.engine === 'human' && view.decidedBy !== null
        ? { name: view.decidedBy, reason: view.reason ?? '', at: view.createdAt }
        : null,
  };
}
