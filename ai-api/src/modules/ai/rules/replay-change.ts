import { notFound } from '../../../http/problem.ts';
import {
  compileRules,
  type Decided,
  type Kind,
  openRulebook,
  pastJudgements,
  type ReplayedCase,
  type Rulebook,
  type RuleDefinition,
  replay,
} from '../../../judgement/index.ts';
import type { Database } from '../../../platform/database/index.ts';

/** What would be otherwise: a rule, one rule less, other thresholds. */
export interface Change {
  rule?: RuleDefinition | undefined;
  remove?: string | undefined;
  yesAt?: number | undefined;
  noAt?: number | undefined;
}

const MAX_EXAMPLES = 50;

/**
 * Judges past judgements by the rules in force with and without a change, and tells what comes out differently.
 * @throws {import('../../../http/problem.ts').Problem} NOT_FOUND for a rule to remove that is not in force
 */
export async function replayChange(
  database: Database,
  tenantId: string,
  kind: Kind,
  change: Change,
  { limit, asOf, signal }: { limit: number; asOf: Date; signal: AbortSignal },
) {
  const { past, before } = await database.withTenant(tenantId, async (transaction) => ({
    past: await pastJudgements(transaction, { kind: kind.name, limit }),
    before: await openRulebook(transaction, kind, null, asOf, null),
  }));
  const after = changed(kind, before, change);
  const { cases } = await replay(past, {
    after,
    before,
    concurrency: 1,
    context: { tenantId, signal },
  });
  const moved = cases.filter((one) => one.changed);
  return {
    kind: kind.name,
    judgements: cases.length,
    changed: moved.length,
    moves: movesOf(moved),
    examples: moved.slice(0, MAX_EXAMPLES).map((one) => ({
      judgementId: one.past.judgementId,
      subjectId: one.past.subjectId,
      before: one.before,
      after: one.after as Decided,
      reasons: reasonsOf(one),
    })),
  };
}

function changed(kind: Kind, before: Rulebook, { rule, remove, yesAt, noAt }: Change): Rulebook {
  const current = before.rules.map((compiled) => compiled.rule);
  if (remove !== undefined && !current.some(({ key }) => key === remove))
    throw notFound('rule in force', remove);
  const kept = current.filter(({ key }) => key !== remove && key !== rule?.key);
  const rules = rule ? [...kept, { ...rule, version: 0 }] : kept;
  const { thresholds } = before;
  return {
    ...before,
    // A number that is tried is tried in the place of a level too.
    level: yesAt === undefined ? (before.level ?? null) : null,
    rules: compileRules(kind, rules),
    ...(thresholds
      ? { thresholds: { ...thresholds, yesAt: yesAt ?? thresholds.yesAt, noAt: noAt ?? thresholds.noAt } }
      : {}),
  };
}

/** How an outcome reads: the decision, or that a person has to; in other kinds the grade. */
function nameOf({ outcome, proposed, incomplete, grade, needsReview }: Decided): string {
  if (incomplete) return 'handed back';
  if (outcome !== null) return outcome;
  if (proposed !== null) return `proposes ${proposed}`;
  return needsReview ? `review (${grade})` : grade;
}

function movesOf(cases: readonly ReplayedCase[]) {
  const counts = Map.groupBy(cases, ({ before, after }) =>
    JSON.stringify([nameOf(before), nameOf(after as Decided)]),
  );
  return [...counts].map(([move, group]) => {
    const [from, to] = JSON.parse(move) as [string, string];
    return { from, to, count: group.length };
  });
}

function reasonsOf({ past, criteria }: ReplayedCase): string[] {
  return criteria
    .filter(({ id, score, verdict }) => {
      const then = past.criteria.find((criterion) => criterion.id === id);
      return then?.score !== score || then?.verdict !== verdict;
    })
    .map(({ title, reason }) => `${title}: ${reason}`);
}
