import {
  activeRules,
  changedParts,
  type FittedLevel,
  fitLevel,
  type JudgedCase,
  judgedCases,
  type Kind,
  type LabelledCase,
  type Level,
  type MeasuredWith,
} from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Labels } from './labels.ts';

/** Judgements that are looked at, newest first. */
const MAX_CASES = 5_000;

/** A judgement of an engine, with what people made of it. */
export interface SeenCase extends JudgedCase {
  /** Whether people granted it as it was asked for; null where they decided nothing. */
  agreed: boolean | null;
  isDrawn: boolean;
}

/** The judgements that count for a level, newest first, and what they come from. */
export interface Evidence {
  current: MeasuredWith;
  cases: SeenCase[];
}

/** Reads the judgements that come from the rules in force, and the prompt, model and settings of the newest ones. */
export async function evidenceOf(
  transaction: TenantTransaction,
  kind: Kind,
  { labelsOf }: Labels,
  asOf: Date,
): Promise<Evidence> {
  const rules = await activeRules(transaction, kind.name, asOf);
  const asking = new Set(rules.filter(({ review }) => review).map(({ key }) => key));
  const judged = await judgedCases(transaction, kind, asking, MAX_CASES);
  const read = judged.find(({ wasRead }) => wasRead)?.measuredWith;
  const current: MeasuredWith = {
    rules: Object.fromEntries(rules.map(({ key, version }) => [key, version])),
    prompt: read?.prompt ?? null,
    model: read?.model ?? null,
    settings: judged[0]?.measuredWith.settings ?? {},
  };
  const counted = judged.filter((one) => changedParts(current, one.measuredWith).length === 0);
  const labels = await labelsOf(
    transaction,
    counted.map(({ subjectId }) => subjectId),
  );
  const yes = kind.decides?.yes;
  const cases = counted.map((one): SeenCase => {
    const label = labels.get(one.subjectId);
    const agreed = one.human === null ? null : one.human === yes && label?.isInFull !== false;
    return { ...one, agreed, isDrawn: label?.isDrawn === true };
  });
  return { current, cases };
}

/** The cases that people decided and that some threshold would grant alone. */
export function labelledOf(cases: readonly SeenCase[]): LabelledCase[] {
  return cases.flatMap(({ score, agreed }) => (score === null || agreed === null ? [] : [{ score, agreed }]));
}

/** Cases from a moment on; all of them without one. */
export function casesFrom(cases: readonly SeenCase[], from: Date | null): SeenCase[] {
  return from === null ? [...cases] : cases.filter(({ createdAt }) => createdAt > from);
}

/** The threshold that keeps a level on the cases that count for it. */
export function fitTo(cases: readonly SeenCase[], level: Level & { casesFrom: Date | null }): FittedLevel {
  return fitLevel(labelledOf(casesFrom(cases, level.casesFrom)), level);
}

/** What would have been granted alone since a moment, or was, beside what people did. */
export interface Beside {
  since: string;
  /** Judged since then. */
  judged: number;
  /** Of them, those that reach the threshold. */
  wouldGrant: number;
  /** Of those, granted alone already, by whatever was in force. */
  granted: number;
  agreed: number;
  disagreed: number;
  /** People have decided nothing about them. */
  undecided: number;
}

/** Holds what a threshold would grant against what people did. */
export function besideOf(cases: readonly SeenCase[], score: number, since: Date): Beside {
  const judged = casesFrom(cases, since);
  const reached = judged.filter((one) => reaches(one, score));
  const count = (agreed: boolean | null) => reached.filter((one) => one.agreed === agreed).length;
  return {
    since: since.toISOString(),
    judged: judged.length,
    wouldGrant: reached.length,
    granted: reached.filter(({ isGranted }) => isGranted).length,
    agreed: count(true),
    disagreed: count(false),
    undecided: count(null),
  };
}

/** Whether a case is granted alone from a score on. */
export function reaches(one: SeenCase, score: number): boolean {
  return one.score !== null && one.score >= score;
}
