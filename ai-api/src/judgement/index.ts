import { readFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { ChatModel } from '../models/chat.ts';
import type { TenantTransaction } from '../platform/database/index.ts';
import { expressionLanguage } from './expression.ts';
import type { Rulebook } from './judge.ts';
import type { Kind } from './kind.ts';
import { levelInForce } from './level-store.ts';
import {
  type CompiledRule,
  compileRule,
  type RuleDefinition,
  RuleError,
  type RuleFault,
  type VersionedRule,
} from './rule.ts';
import { activeRules, retireRules, seedRules } from './rule-store.ts';
import { ruleDefinition } from './schema.ts';
import { activeThresholds } from './thresholds.ts';

export { suppliedBy } from './ask-model.ts';
export { lowerBound } from './binomial.ts';
export { humanGrade, humanJudgement, rejudged } from './by-person.ts';
export { coverageErrorCurve, type DecidedCase, fitCurve } from './calibration.ts';
export { type SearchBook, withChanges } from './counterfactual.ts';
export { type DataType, dataLanguage, evaluateData } from './data-expression.ts';
export {
  type ExperimentSubject,
  experimentJudgements,
  experimentSubjects,
} from './experiment.ts';
export {
  type Explains,
  elementsOf,
  judgeAgain,
  type Reader,
  reasonsIn,
  resultOf,
  wouldHaveChanged,
} from './explain.ts';
export { ExpressionError, FUNCTIONS } from './expression.ts';
export { type Facts, type FactValue, factAt, type Vocabulary } from './facts.ts';
export {
  type DecidedBy,
  decidersOf,
  findJudgements,
  findWithFacts,
  newestJudgement,
  type ReviewedJudgement,
} from './find.ts';
export { GRADES, type Grade, isWorse } from './grade.ts';
export {
  type JudgeContext,
  type Judged,
  type JudgedByEngine,
  type JudgedByPerson,
  judge,
  leavesOpen,
  type ProposalDraft,
  type Rulebook,
} from './judge.ts';
export { defineKind, type Kind, type KindNotice, nameOf, type Outcome, promptNameOf } from './kind.ts';
export { languageOf } from './language.ts';
export {
  breaksLevel,
  casesNeeded,
  type FittedLevel,
  fitLevel,
  type LabelledCase,
  type Level,
  type LevelPoint,
} from './level.ts';
export { type JudgedCase, judgedCases } from './level-cases.ts';
export {
  appendLevel,
  type LevelRecord,
  type LevelState,
  levelInForce,
  levelVersions,
  newestLevel,
  thresholdsBy,
} from './level-store.ts';
export { changedParts, type MeasuredWith, measuredWith } from './measured-with.ts';
export {
  appendOversight,
  type Oversight,
  type OversightRecord,
  oversightToSet,
  oversightToStore,
  oversightVersions,
} from './oversight.ts';
export {
  countAdverseGrades,
  countByEngines,
  type EngineCount,
  gradesOf,
  newestByEngines,
  type PastJudgement,
  pastJudgements,
  summaryOfJudgements,
  withOutcome,
} from './past.ts';
export { eraseJudgementsOf, judgementData, judgementIdsOf, tracesOf } from './personal-data.ts';
export { canBeReadAgain, type Decided, type ReplayedCase, type ReplayResult, replay } from './replay.ts';
export { isExcused } from './rubric.ts';
export { type RuleDefinition, RuleError } from './rule.ts';
export {
  activeRules,
  appendRule,
  newestRules,
  type RuleRecord,
  rulesByVersion,
  ruleVersion,
  ruleVersions,
} from './rule-store.ts';
export type { CriterionResult, HeldClaim, JudgementView, ModelFailure, OversightMode } from './schema.ts';
export { type StoredJudgement, type StoreJudgement, storeJudgementsWith } from './store.ts';
export {
  activeThresholds,
  appendThresholds,
  DEFAULT_THRESHOLDS,
  probabilityOf,
  type Thresholds,
} from './thresholds.ts';
export type {
  Hearing,
  Held,
  Records,
  Statement,
  Witness,
} from './witness.ts';
export type { WordingContext } from './wording.ts';

/** Compiled rules by what they were made of: every judgement opens them, and they seldom change. */
const compiledBefore = new WeakMap<Kind, LRUCache<string, CompiledRule[]>>();
const MAX_COMPILED = 50;

/** Compiles rules against their kind. @throws {import('./rule.ts').RuleError} */
export function compileRules(kind: Kind, rules: readonly VersionedRule[]): CompiledRule[] {
  const known = compiledBefore.get(kind) ?? new LRUCache<string, CompiledRule[]>({ max: MAX_COMPILED });
  compiledBefore.set(kind, known);
  const key = JSON.stringify(rules);
  const before = known.get(key);
  if (before) return before;
  const language = expressionLanguage(kind.vocabulary);
  const criteria = kind.criteria.map(({ id }) => id);
  const compiled = rules.map((rule) => compileRule(rule, language, criteria));
  known.set(key, compiled);
  return compiled;
}

/** What is wrong with a rule of a kind, if anything is, and the facts that it reads. */
export function checkRule(kind: Kind, rule: RuleDefinition): { fault: RuleFault | null; reads: string[] } {
  try {
    const [compiled] = compileRules(kind, [{ ...rule, version: 0 }]);
    return { fault: null, reads: [...(compiled?.paths ?? [])] };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { fault: error.fault, reads: [] };
  }
}

/** The rules that come with a kind. @throws when the file is not valid */
export async function defaultRules(kind: Kind): Promise<RuleDefinition[]> {
  if (kind.rulesFile === null) return [];
  const rules = z.array(ruleDefinition).parse(JSON.parse(await readFile(kind.rulesFile, 'utf8')));
  compileRules(
    kind,
    rules.map((rule) => ({ ...rule, version: 1 })),
  );
  return rules;
}

/** Default rules of earlier versions beside those that took their place, by kind. */
const RETIRED: Readonly<Record<string, readonly { key: string; by: string }[]>> = {
  evaluation: [{ key: 'data-hours-days', by: 'hours-against-days' }],
};

/**
 * Gives a tenant the default rules of a kind, where it has none of that key yet, and switches off those that they replace.
 * Answers how many were added, and the keys of those switched off.
 */
export async function seedKind(
  transaction: TenantTransaction,
  kind: Kind,
): Promise<{ added: number; retired: string[] }> {
  const added = await seedRules(transaction, kind.name, await defaultRules(kind));
  return { added, retired: await retireRules(transaction, kind.name, RETIRED[kind.name] ?? []) };
}

/** What a kind is judged with as of a moment: the tenant's rules then in force, the model and its prompt. */
export async function openRulebook(
  transaction: TenantTransaction,
  kind: Kind,
  model: ChatModel | null,
  asOf: Date,
  promptFor: Rulebook['promptFor'],
): Promise<Rulebook> {
  const rules = compileRules(kind, await activeRules(transaction, kind.name, asOf));
  const thresholds = await activeThresholds(transaction, kind, asOf);
  const level = kind.decides ? await levelInForce(transaction, kind.name, asOf) : null;
  return { kind, rules, model, promptFor, thresholds, level };
}
