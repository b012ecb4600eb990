import { decide } from './decide.ts';
import { gradeOf } from './grade.ts';
import { DEADLINE_HOURS, type JudgedByPerson, proposalOf } from './judge.ts';
import type { Kind } from './kind.ts';
import { totalOf } from './rubric.ts';
import type { CriterionResult, JudgementView } from './schema.ts';
import { DEFAULT_THRESHOLDS } from './thresholds.ts';

/** What is the same in every judgement of a person: no engine, no model, and no facts but those of what it replaces. */
const BY_PERSON = {
  engine: 'human',
  confidence: null,
  facts: {},
  testimony: null,
  prompt: null,
  model: null,
  modelFailure: null,
  tokensIn: 0,
  tokensOut: 0,
  proposal: null,
  incomplete: [],
} as const satisfies Partial<JudgedByPerson>;

/** What a person decided about a subject of a deciding kind. */
export interface HumanJudgement {
  kind: string;
  subjectId: string;
  outcome: string;
  /** The judgement it supersedes. */
  before: JudgementView | null;
  reason: string;
}

/** What a person decided, in the place of what was judged before. */
export function humanJudgement({ kind, subjectId, outcome, before, reason }: HumanJudgement): JudgedByPerson {
  return {
    ...BY_PERSON,
    kind,
    subjectId,
    grade: before?.grade ?? 'insufficient evidence',
    outcome,
    score: null,
    coverage: before?.coverage ?? 0,
    needsReview: false,
    reviewReasons: [],
    criteria: before?.criteria ?? [],
    testimony: before && heardBefore(before),
    feedback: reason,
    rules: before?.rules ?? [],
  };
}

/** What a person gives in the place of a grade; what is left out stays as it was. */
export interface HumanGrade
  extends Pick<JudgedByPerson, 'grade' | 'feedback'>,
    Partial<Pick<JudgedByPerson, 'score' | 'coverage' | 'criteria' | 'facts'>> {}

/** A grade that a person gave, in the place of what was judged before. */
export function humanGrade(
  before: Pick<JudgementView, 'kind' | 'coverage' | 'criteria' | 'rules'>,
  subjectId: string,
  { score = null, ...given }: HumanGrade,
): JudgedByPerson {
  const { kind, coverage, criteria, rules } = before;
  return {
    ...BY_PERSON,
    kind,
    subjectId,
    coverage,
    criteria,
    rules,
    outcome: null,
    score,
    needsReview: false,
    reviewReasons: [],
    ...given,
  };
}

/** The claims of a judgement for the one that takes its place; what they were held against stays with the first. */
function heardBefore({ claims }: JudgementView): JudgedByPerson['testimony'] {
  return claims.length === 0 ? null : { statements: null, dropped: 0, records: {}, claims };
}

/**
 * The judgement that criteria come to after a person answered some of them, in the place of `before`. For kinds that
 * decide. An adverse outcome is decided only where a criterion that the person answered makes it; else it is proposed.
 */
export function rejudged(
  kind: Kind,
  subjectId: string,
  before: JudgementView,
  criteria: readonly CriterionResult[],
): JudgedByPerson {
  const { score, coverage } = totalOf(criteria);
  const grade = gradeOf(score, coverage);
  const decision =
    kind.decides && decide(kind.criteria, criteria, score, kind.decides, DEFAULT_THRESHOLDS, []);
  const byPerson = decision?.failed.some(({ decidedBy }) => decidedBy === 'human') ? decision.proposed : null;
  const outcome = byPerson ?? decision?.outcome ?? null;
  const proposal = byPerson === null ? proposalOf(decision, DEADLINE_HOURS) : null;
  const reviewReasons = byPerson === null ? (decision?.reviewReasons ?? []) : [];
  const summary = { grade, score, coverage, criteria, facts: {}, outcome, modelFeedback: null };
  const proposed = proposal?.outcome ?? null;
  return {
    ...BY_PERSON,
    kind: kind.name,
    subjectId,
    grade,
    outcome,
    score: grade === 'insufficient evidence' ? null : score,
    coverage,
    needsReview: reviewReasons.length > 0,
    reviewReasons,
    criteria: [...criteria],
    proposal,
    feedback: kind.feedback({ ...summary, proposed, incomplete: [] }),
    rules: before.rules,
  };
}
