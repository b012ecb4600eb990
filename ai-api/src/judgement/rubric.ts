import { type Facts, factAt } from './facts.ts';
import type { Criterion } from './kind.ts';
import type { CompiledRule } from './rule.ts';
import type { CriterionResult, Evidence } from './schema.ts';
import { CLAIMS } from './witness.ts';

/** What the rules found out: a result for each criterion, and what they want a person to look at. */
export interface RubricResult {
  criteria: CriterionResult[];
  reviewReasons: string[];
}

/** Scores every criterion of a kind by its rules. Never guesses: without facts a criterion stays open. */
export function applyRules(
  criteria: readonly Criterion[],
  rules: readonly CompiledRule[],
  facts: Facts,
): RubricResult {
  const byPriority = rules.toSorted(
    (a, b) => a.rule.priority - b.rule.priority || a.rule.key.localeCompare(b.rule.key),
  );
  const reviewReasons: string[] = [];
  const results = criteria.map((criterion) => {
    const own = byPriority.filter(({ rule }) => rule.criterion === criterion.id);
    const { result, review } = scoreCriterion(criterion, own, facts);
    if (review) reviewReasons.push(result.reason);
    return result;
  });
  return { criteria: results, reviewReasons };
}

function scoreCriterion(
  criterion: Criterion,
  rules: CompiledRule[],
  facts: Facts,
): { result: CriterionResult; review: boolean } {
  const unknown = new Set<string>();
  const weight = Math.max(criterion.weight, ...rules.map(({ rule }) => rule.weight));
  for (const compiled of rules) {
    const missing = compiled.paths.filter((path) => factAt(facts, path) === null);
    if (missing.length > 0) {
      for (const path of missing) unknown.add(path);
      continue;
    }
    const outcome = holds(compiled, facts);
    if (!outcome) continue;
    const { rule } = compiled;
    const result: CriterionResult = {
      id: criterion.id,
      title: criterion.title,
      verdict: 'scored',
      score: rule.score,
      weight: rule.weight,
      reason: outcome.reason,
      evidence: evidenceOf(compiled.paths, facts),
      decidedBy: 'rules',
      rule: { key: rule.key, version: rule.version },
    };
    return { result, review: rule.review };
  }
  const toRead = (criterion.reads ?? []).filter((path) => factAt(facts, path) === null);
  // Where reading would answer, what a rule lacked is no obstacle.
  const missing =
    (criterion.reads || criterion.witnessed) && toRead.length === 0
      ? []
      : [...new Set([...unknown, ...toRead])];
  return { result: open(criterion, weight, missing, facts), review: false };
}

/** The rule's reason when its condition holds. A rule that cannot be computed (0/0, say) does not hold. */
function holds(compiled: CompiledRule, facts: Facts): { reason: string } | null {
  try {
    return compiled.when.evaluate(facts) ? { reason: compiled.message(facts) } : null;
  } catch {
    return null;
  }
}

function open(criterion: Criterion, weight: number, unknown: string[], facts: Facts): CriterionResult {
  return {
    id: criterion.id,
    title: criterion.title,
    verdict: 'insufficient evidence',
    score: null,
    weight,
    reason: reasonForOpen(criterion, unknown, facts),
    evidence: evidenceOf(unknown, facts),
    decidedBy: null,
    rule: null,
  };
}

function reasonForOpen(criterion: Criterion, unknown: string[], facts: Facts): string {
  if (unknown.length > 0)
    return `Not known: ${unknown.map((path) => criterion.names[path] ?? path).join(', ')}.`;
  const isToBeHeard = criterion.witnessed && facts[CLAIMS] === undefined;
  if (criterion.reads || isToBeHeard)
    return 'This takes reading: no model is configured, and no person has judged it.';
  return 'No rule speaks about these facts.';
}

export function evidenceOf(paths: readonly string[], facts: Facts): Evidence[] {
  return paths.map((id) => ({ id, value: factAt(facts, id) }));
}

/** Whether rules say of everything that it does not count, such as in a week of leave: then no grade is needed. */
export function isExcused(criteria: readonly CriterionResult[]): boolean {
  return criteria.every(({ verdict, weight }) => verdict === 'scored' && weight === 0);
}

/** Weighted mean of the scored criteria (0 to 100, one decimal) and the share of the rubric they make up. */
export function totalOf(criteria: readonly CriterionResult[]): { score: number | null; coverage: number } {
  const weightOf = (results: readonly CriterionResult[]) =>
    results.reduce((sum, { weight }) => sum + weight, 0);
  const scored = criteria.filter(({ verdict }) => verdict === 'scored');
  const all = weightOf(criteria);
  const judged = weightOf(scored);
  if (judged === 0) return { score: null, coverage: 0 };
  const points = scored.reduce((sum, { score, weight }) => sum + (score ?? 0) * weight, 0);
  return { score: Math.round((10 * points) / judged) / 10, coverage: Math.round((100 * judged) / all) / 100 };
}
