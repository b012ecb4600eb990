import { v7 as uuidv7 } from 'uuid';
import type { CallContext, ChatModel } from '../models/chat.ts';
import type { PromptUsed, ResolvedPrompt } from '../models/prompt.ts';
import type { TraceDraft } from '../models/tracing/index.ts';
import type { Granted } from './adverse.ts';
import { askModel, type ModelPart } from './ask-model.ts';
import { type Decision, decide } from './decide.ts';
import { type Facts, factAt } from './facts.ts';
import { type Grade, gradeOf } from './grade.ts';
import type { Criterion, Kind } from './kind.ts';
import { applyRules, isExcused, totalOf } from './rubric.ts';
import type { CompiledRule } from './rule.ts';
import type { CriterionResult, Engine, JudgementView, Proposal, ToMend } from './schema.ts';
import { DEFAULT_THRESHOLDS, type Thresholds } from './thresholds.ts';
import { traceOf } from './trace.ts';

/** A judgement before it is stored: of an engine, which decides nothing that is adverse, or of a person. */
export type Judged = JudgedByEngine | JudgedByPerson;

/** What an engine judged. */
export interface JudgedByEngine extends JudgedParts {
  engine: Exclude<Engine, 'human'>;
  /** What was decided, in kinds that decide; null when a person has to, and in other kinds. */
  outcome: Granted | null;
  /** How long a person is given, where one has to decide. */
  answerWithinHours: number;
}

/** What a person judged. */
export interface JudgedByPerson extends JudgedParts {
  engine: 'human';
  outcome: string | null;
}

/** A proposal before it is stored, which sets its deadline. */
export interface ProposalDraft extends Pick<Proposal, 'outcome' | 'grade' | 'reasons'> {
  withinHours: number;
}

interface JudgedParts {
  kind: string;
  subjectId: string;
  grade: Grade;
  /** What rules or a model would decide against the subject, for a person to confirm or to refuse. */
  proposal: ProposalDraft | null;
  /** What the author has to mend before anything is decided. */
  incomplete: readonly ToMend[];
  score: number | null;
  coverage: number;
  /** In kinds that decide, see {@link Decision}; else the share of the rubric that rules decided: measured, not claimed. */
  confidence: number | null;
  needsReview: boolean;
  reviewReasons: string[];
  criteria: CriterionResult[];
  feedback: string;
  facts: Facts;
  rules: { key: string; version: number }[];
  prompt: PromptUsed | null;
  model: string | null;
  modelFailure: ModelPart['failure'];
  tokensIn: number;
  tokensOut: number;
  /** Under which it will be stored, and its calls to a model already are. */
  judgementId?: string;
  /** How it came about, stored with it. */
  trace?: TraceDraft;
}

/** For whom and in what a judgement is made: its calls to a model are entered with it. */
export type JudgeContext = Pick<CallContext, 'tenantId' | 'person' | 'sessionId' | 'tags'> & {
  signal?: AbortSignal | undefined;
  /** Of a judgement that is not stored: what it is made for. */
  purpose?: string | undefined;
};

/** What a kind is judged with at one moment; a run keeps it from its first to its last subject. */
export interface Rulebook {
  kind: Kind;
  rules: readonly CompiledRule[];
  model: ChatModel | null;
  /** Of a kind that decides; the defaults unless said. */
  thresholds?: Thresholds;
  /** How long a person has to decide what the engine proposes. */
  deadlineHours?: number;
  /** The prompt that a subject is judged with; null, as without a model, when none is. */
  promptFor: ((subjectId: string) => ResolvedPrompt) | null;
}

/**
 * The only way anything is decided: rules first, then the model for what rules leave open (when there is
 * one), then a person where {@link Judged.needsReview} says so. Has no side effects but the call to the model.
 * Without a context rules alone decide.
 * @param recorded what a model answered before about the same facts: taken as it is in place of a call
 * @throws only when the signal of the context aborts
 */
export async function judge(
  {
    kind,
    rules,
    model,
    promptFor,
    thresholds = DEFAULT_THRESHOLDS,
    deadlineHours = DEADLINE_HOURS,
  }: Rulebook,
  subjectId: string,
  facts: Facts,
  context?: JudgeContext,
  recorded: readonly CriterionResult[] = [],
): Promise<JudgedByEngine> {
  const judgementId = context && uuidv7();
  const startedAt = new Date();
  const ruled = applyRules(kind.criteria, rules, facts);
  const ruledAt = new Date();
  const answered = recorded.filter(({ decidedBy }) => decidedBy === 'model');
  const readable = readableOf(kind, ruled.criteria, facts);
  const open = readable.filter(({ id }) => !answered.some((result) => result.id === id));
  const asked =
    model && promptFor && open.length > 0
      ? await askModel(
          model,
          kind,
          promptFor(subjectId),
          open,
          ruled.criteria,
          facts,
          callOf(kind, subjectId, judgementId, context),
          context?.signal,
        )
      : null;
  const criteria = repeat(merge(ruled.criteria, open, asked), readable, answered);
  const { score, coverage } = totalOf(criteria);
  const grade = gradeOf(score, coverage);
  const decision =
    kind.decides && decide(kind.criteria, criteria, score, kind.decides, thresholds, ruled.reviewReasons);
  const reviewReasons = decision
    ? decision.reviewReasons
    : [...ruled.reviewReasons, ...reasonsToReview(grade, criteria)];
  const outcome = decision?.outcome ?? null;
  const incomplete = decision?.incomplete ?? [];
  const judged: JudgedByEngine = {
    kind: kind.name,
    subjectId,
    grade,
    outcome,
    proposal: proposalOf(decision, deadlineHours),
    incomplete,
    answerWithinHours: deadlineHours,
    score: grade === 'insufficient evidence' ? null : score,
    coverage,
    confidence: decision ? decision.confidence : totalOf(ruled.criteria).coverage,
    needsReview: reviewReasons.length > 0,
    reviewReasons,
    engine: criteria.some(({ decidedBy }) => decidedBy === 'model') ? 'model' : 'rules',
    criteria,
    feedback: kind.feedback({
      grade,
      score,
      coverage,
      criteria,
      facts,
      outcome,
      proposed: decision?.proposed ?? null,
      incomplete,
      modelFeedback: asked?.feedback ?? null,
    }),
    facts,
    rules: rules.map(({ rule: { key, version } }) => ({ key, version })),
    prompt: asked?.prompt ?? null,
    model: asked?.model ?? null,
    modelFailure: asked?.failure ?? null,
    tokensIn: asked?.usage.tokensIn ?? 0,
    tokensOut: asked?.usage.tokensOut ?? 0,
  };
  if (!judgementId) return judged;
  const course = { judgementId, startedAt, ruledAt, ruled: ruled.criteria, context };
  return { ...judged, judgementId, trace: traceOf(judged, course) };
}

function callOf(
  { name }: Kind,
  subjectId: string,
  judgementId: string | undefined,
  context: JudgeContext | undefined,
): CallContext {
  if (!context) throw new Error('A model can be asked only for a tenant');
  const { signal: _signal, ...call } = context;
  const subject = `${name}:${subjectId}`;
  return call.purpose
    ? { ...call, purpose: call.purpose, subject }
    : { ...call, purpose: 'judgement', subject, judgementId };
}

/** Whether a model has something to decide about these facts. */
export function leavesOpen({ kind, rules }: Pick<Rulebook, 'kind' | 'rules'>, facts: Facts): boolean {
  return readableOf(kind, applyRules(kind.criteria, rules, facts).criteria, facts).length > 0;
}

/** The criteria that rules left open, and that somebody can read. */
export function readableOf(kind: Kind, ruled: readonly CriterionResult[], facts: Facts): Criterion[] {
  return kind.criteria.filter(
    (criterion, index) =>
      criterion.reads && isReadable(ruled[index] as CriterionResult, criterion.reads, facts),
  );
}

/** Earlier answers of a model where rules leave the criterion open, with the weight it has now. */
export function repeat(
  results: CriterionResult[],
  readable: readonly Criterion[],
  answered: readonly CriterionResult[],
): CriterionResult[] {
  return results.map((result) => {
    const earlier = answered.find(({ id }) => id === result.id);
    const criterion = earlier && readable.find(({ id }) => id === result.id);
    return criterion ? { ...earlier, weight: criterion.weight } : result;
  });
}

function isReadable(result: CriterionResult, reads: readonly string[], facts: Facts): boolean {
  return result.verdict !== 'scored' && reads.every((path) => factAt(facts, path) !== null);
}

/** What the judged person reads in place of a model's answer; what went wrong is for operations, in `modelFailure`. */
const NOT_READ = 'This was not read this time, so it does not count.';

/** The model's answers in the place of what rules left open, or that there are none. */
function merge(
  ruled: CriterionResult[],
  open: readonly Criterion[],
  asked: ModelPart | null,
): CriterionResult[] {
  if (!asked) return ruled;
  return ruled.map((result) => {
    if (!open.some(({ id }) => id === result.id)) return result;
    return asked.results.find(({ id }) => id === result.id) ?? { ...result, reason: NOT_READ };
  });
}

function reasonsToReview(grade: Grade, criteria: readonly CriterionResult[]): string[] {
  if (grade !== 'insufficient evidence' || isExcused(criteria)) return [];
  return ['Too little is known for a grade.'];
}

/** What is the same in every judgement of a person: no engine, no model, and no facts but those of what it replaces. */
export const BY_PERSON = {
  engine: 'human',
  confidence: null,
  facts: {},
  prompt: null,
  model: null,
  modelFailure: null,
  tokensIn: 0,
  tokensOut: 0,
  proposal: null,
  incomplete: [],
} as const satisfies Partial<JudgedByPerson>;

/** Hours that a person has to decide, by default. */
const DEADLINE_HOURS = 48;

function proposalOf(decision: Decision | undefined, withinHours: number): ProposalDraft | null {
  if (!decision || decision.proposed === null) return null;
  return { outcome: decision.proposed, grade: null, reasons: decision.reviewReasons, withinHours };
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
  const told = { grade, score, coverage, criteria, facts: {}, outcome, modelFeedback: null };
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
    feedback: kind.feedback({ ...told, proposed, incomplete: [] }),
    rules: before.rules,
  };
}
