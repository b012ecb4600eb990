import { v7 as uuidv7 } from 'uuid';
import type { CallContext, ChatModel } from '../models/chat.ts';
import type { PromptUsed, ResolvedPrompt } from '../models/prompt.ts';
import type { TraceDraft } from '../models/tracing/index.ts';
import type { Granted } from './adverse.ts';
import { askModel, type ModelPart } from './ask-model.ts';
import { askWitness, type WitnessPart } from './ask-witness.ts';
import { type Decision, decide } from './decide.ts';
import { type Facts, factAt } from './facts.ts';
import { type Grade, gradeOf } from './grade.ts';
import type { Criterion, Kind } from './kind.ts';
import { type LevelInForce, thresholdsBy } from './level-store.ts';
import { measuredWith } from './measured-with.ts';
import { applyRules, isExcused, totalOf } from './rubric.ts';
import type { CompiledRule } from './rule.ts';
import type { CriterionResult, Engine, Proposal, ToMend } from './schema.ts';
import { DEFAULT_THRESHOLDS, type Thresholds } from './thresholds.ts';
import { traceOf } from './trace.ts';
import { CLAIMS, type Hearing, inTheirWords, type Testimony, unheard } from './witness.ts';

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
export interface ProposalDraft extends Omit<Proposal, 'dueAt'> {
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
  /** What a text was found to claim; null in kinds without a witness, and where nothing was to be heard. */
  testimony: Testimony | null;
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
  /** Under which it will be stored; a new id by default. */
  judgementId?: string | undefined;
};

/** What a kind is judged with at one moment; a run keeps it from its first to its last subject. */
export interface Rulebook {
  kind: Kind;
  rules: readonly CompiledRule[];
  model: ChatModel | null;
  /** Of a kind that decides; the defaults where left out. */
  thresholds?: Thresholds;
  /** The level that a company has switched on; it counts for judgements that come from what it was measured with. */
  level?: LevelInForce | null;
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
 * @param hearing in kinds with a witness: the records that claims are held against, and what a model found before
 * @throws only when the signal of the context aborts
 */
export async function judge(
  {
    kind,
    rules,
    model,
    promptFor,
    thresholds = DEFAULT_THRESHOLDS,
    level = null,
    deadlineHours = DEADLINE_HOURS,
  }: Rulebook,
  subjectId: string,
  given: Facts,
  context?: JudgeContext,
  recorded: readonly CriterionResult[] = [],
  hearing?: Hearing,
): Promise<JudgedByEngine> {
  const judgementId = context && (context.judgementId ?? uuidv7());
  const startedAt = new Date();
  const book = { kind, rules, model, promptFor };
  const call = () => callOf(kind, subjectId, judgementId, context);
  const heard = await hear(book, subjectId, given, hearing, call, context?.signal);
  const { facts } = heard;
  const heardAt = new Date();
  const ruled = applyRules(kind.criteria, rules, facts);
  const ruledAt = new Date();
  const answered = recorded.filter(({ decidedBy }) => decidedBy === 'model');
  const readable = readableOf(kind, ruled.criteria, facts);
  const open = readable.filter(({ id, reads }) => reads && !answered.some((result) => result.id === id));
  const asked =
    model && promptFor && open.length > 0
      ? await askModel(
          model,
          kind,
          promptFor(subjectId),
          open,
          ruled.criteria,
          facts,
          call(),
          context?.signal,
        )
      : null;
  const unread = heard.part?.failure ? readable.filter(({ witnessed }) => witnessed) : [];
  const criteria = repeat(merge(ruled.criteria, open, asked, unread), readable, answered);
  const { score, coverage } = totalOf(criteria);
  const grade = gradeOf(score, coverage);
  const versions = rules.map(({ rule: { key, version } }) => ({ key, version }));
  const modelUse = modelUseOf(asked ?? heard.part);
  const used = measuredWith(kind, { ...modelUse, ...hearing?.readWith, rules: versions, facts });
  const inForce = thresholdsBy(level, thresholds, used);
  const decision =
    kind.decides && decide(kind.criteria, criteria, score, kind.decides, inForce, ruled.reviewReasons);
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
    testimony: heard.testimony,
    rules: versions,
    ...modelUse,
  };
  if (!judgementId) return judged;
  const course = { judgementId, startedAt, heardAt, ruledAt, ruled: ruled.criteria, context };
  return { ...judged, judgementId, trace: traceOf(judged, course) };
}

/** What asking a model was with, and what it cost. */
function modelUseOf(asked: ModelPart | WitnessPart | null) {
  return {
    prompt: asked?.prompt ?? null,
    model: asked?.model ?? null,
    modelFailure: asked?.failure ?? null,
    tokensIn: asked?.usage.tokensIn ?? 0,
    tokensOut: asked?.usage.tokensOut ?? 0,
  };
}

interface Heard {
  facts: Facts;
  testimony: Testimony | null;
  /** Set where the model was asked. */
  part: WitnessPart | null;
}

/**
 * In kinds with a witness: where rules need what a text claims, the model finds it, unless it did before, and our code
 * holds it against the records. A text that rules keep from the model is not shown to it.
 */
async function hear(
  { kind, rules, model, promptFor }: Pick<Rulebook, 'kind' | 'rules' | 'model' | 'promptFor'>,
  subjectId: string,
  given: Facts,
  hearing: Hearing | undefined,
  call: () => CallContext,
  signal: AbortSignal | undefined,
): Promise<Heard> {
  const { witness } = kind;
  if (!witness || !hearing) return { facts: given, testimony: null, part: null };
  const { records } = hearing;
  const before = unheard(given);
  if (!isToBeHeard(kind, rules, before)) return { facts: before, testimony: null, part: null };
  const part =
    !hearing.statements && model && promptFor
      ? await askWitness(model, kind, witness, promptFor(subjectId), before, call(), signal)
      : null;
  const statements = part ? part.statements : (hearing.statements ?? null);
  const dropped = part?.dropped ?? hearing.dropped ?? 0;
  if (statements === null) {
    const testimony = { statements, dropped, records, claims: [] };
    return { facts: before, testimony, part };
  }
  const spoken = inTheirWords(statements, String(factAt(before, witness.reads)));
  const held = witness.hold(spoken.statements, dropped + spoken.dropped, before, records);
  const testimony = {
    statements: spoken.statements,
    dropped: dropped + spoken.dropped,
    records,
    claims: held.claims,
  };
  return { facts: { ...before, [CLAIMS]: held.facts }, testimony, part };
}

function isToBeHeard(kind: Kind, rules: readonly CompiledRule[], before: Facts): boolean {
  return readableOf(kind, applyRules(kind.criteria, rules, before).criteria, before).some(
    ({ witnessed }) => witnessed,
  );
}

function callOf(
  { name }: Kind,
  subjectId: string,
  judgementId: string | undefined,
  context: JudgeContext | undefined,
): CallContext {
  if (!context) throw new Error('A model can be asked only for a tenant');
  const { signal: _signal, judgementId: _judgementId, ...call } = context;
  const subject = `${name}:${subjectId}`;
  return call.purpose
    ? { ...call, purpose: call.purpose, subject }
    : { ...call, purpose: 'judgement', subject, judgementId };
}

/** Whether a model has something to read about these facts, had it read nothing yet. */
export function leavesOpen({ kind, rules }: Pick<Rulebook, 'kind' | 'rules'>, facts: Facts): boolean {
  const before = kind.witness ? unheard(facts) : facts;
  return readableOf(kind, applyRules(kind.criteria, rules, before).criteria, before).length > 0;
}

/** The criteria that rules left open and a model can read. */
export function readableOf(kind: Kind, ruled: readonly CriterionResult[], facts: Facts): Criterion[] {
  return kind.criteria.filter((criterion, index) => {
    const reads = criterion.reads ?? (criterion.witnessed && kind.witness ? [kind.witness.reads] : null);
    return reads !== null && isReadable(ruled[index] as CriterionResult, reads, facts);
  });
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
  unread: readonly Criterion[],
): CriterionResult[] {
  return ruled.map((result) => {
    if (unread.some(({ id }) => id === result.id)) return { ...result, reason: NOT_READ };
    if (!asked || !open.some(({ id }) => id === result.id)) return result;
    return asked.results.find(({ id }) => id === result.id) ?? { ...result, reason: NOT_READ };
  });
}

function reasonsToReview(grade: Grade, criteria: readonly CriterionResult[]): string[] {
  if (grade !== 'insufficient evidence' || isExcused(criteria)) return [];
  return ['Too little is known for a grade.'];
}

/** Hours that a person has to decide, by default. */
export const DEADLINE_HOURS = 48;

/** What a decision proposes to a person; null where it proposes nothing. */
export function proposalOf(decision: Decision | undefined, withinHours: number): ProposalDraft | null {
  if (!decision || decision.proposed === null) return null;
  const { proposed: outcome, reviewReasons: reasons } = decision;
  return { outcome, grade: null, score: null, feedback: null, reasons, withinHours };
}
