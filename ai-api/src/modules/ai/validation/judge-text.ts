import {
  defineKind,
  type JudgeContext,
  type Judged,
  judge,
  type Kind,
  type Rulebook,
  type Thresholds,
} from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Subject } from './checks/check.ts';
import { compileRules } from './compile.ts';
import { measure, type Similarity } from './meaning.ts';
import type { RuleResult } from './results.ts';
import type { Definition, Rule, Scoring } from './rule/schema.ts';
import type { VerdictStatus } from './vocabulary.ts';

/** A rule that failed scores less than what a hard criterion needs, whatever its degree. */
const MAX_FAILED_SCORE = 49;
const PASSED_FROM = 50;
/** Outcomes that are a status. */
const STATUSES = ['passed', 'failed'] as const;

/** A version of a rule set as texts are judged with it. */
export interface RuleSetVersion {
  name: string;
  version: number;
  definition: Definition;
}

/** What a text is judged with beside its rules. */
export interface Means {
  /** Null where there is none: rubrics then stay open. */
  model: ChatModel | null;
  promptFor: Rulebook['promptFor'];
  thresholds: Thresholds;
  similarity: Similarity;
}

/** The verdict on one text. */
export interface Verdict {
  status: VerdictStatus;
  score: number | null;
  band: string | null;
  results: RuleResult[];
  judged: Judged;
}

/** The name under which thresholds of a rule set are kept. */
export const kindName = (ruleSet: string): string => `validation-${ruleSet}`;

/** A rule set as a kind of judgement: its rules are the criteria, a text passes or fails. */
export function kindOf({ name, definition: { rules, scoring } }: RuleSetVersion): Kind {
  return defineKind({
    name: kindName(name),
    vocabulary: {
      text: {
        content: { type: 'text', description: 'The text', example: 'Thank you.', untrusted: true },
        request: { type: 'text', description: 'What it answers', example: 'Say thanks.', untrusted: true },
      },
    },
    criteria: rules.map((rule) => ({
      id: rule.id,
      title: titleOf(rule),
      weight: rule.weight,
      hard: rule.hard,
      question: rule.type === 'rubric' ? rule.question : titleOf(rule),
      ...(rule.type === 'rubric' ? { reads: ['text.content'] } : {}),
    })),
    rulesFile: null,
    decides: { yes: 'passed', no: 'failed', by: 'score', adverse: [] },
    thresholds: thresholdsOf(scoring),
    feedback: ({ modelFeedback }) => modelFeedback ?? '',
  });
}

export function titleOf({ title, type, id }: Rule): string {
  return title ?? `${id} (${type})`;
}

/** A curve that is even in the middle between passing and failing, with thresholds at both. */
export function thresholdsOf({ passAt, failBelow = passAt }: Scoring): Omit<Thresholds, 'version'> {
  const slope = 1 / 12;
  const intercept = (-slope * (passAt + failBelow)) / 2;
  const at = (score: number) => Math.round(1000 / (1 + Math.exp(-(slope * score + intercept)))) / 1000;
  return { yesAt: at(passAt), noAt: Math.round(1000 * (1 - at(failBelow)) + 1) / 1000, slope, intercept };
}

/**
 * Judges a text: by rules that need it alone, by its likeness to texts, then by a model for rubrics.
 * @param recorded what a model answered before about the same text, taken in place of a call
 * @throws only by the signal of `context`
 */
export async function judgeText(
  ruleSet: RuleSetVersion,
  subject: Subject,
  { model, promptFor, thresholds, similarity }: Means,
  context: JudgeContext,
  recorded: Judged['criteria'] = [],
): Promise<Verdict> {
  const { rules, scoring } = ruleSet.definition;
  const compiled = compileRules(rules);
  const known = [
    ...compiled.run(subject),
    ...(await measure(compiled.similarity, subject, similarity, context)),
  ];
  const kind = kindOf(ruleSet);
  const rulebook: Rulebook = {
    kind,
    rules: known.flatMap((result) => ruleOf(result, ruleSet.version)),
    model: compiled.rubrics.length > 0 ? model : null,
    promptFor,
    thresholds,
  };
  const facts = { text: { content: subject.text, request: subject.request } };
  const judged = await judge(rulebook, ruleSet.name, facts, { ...context, purpose: 'validation' }, recorded);
  const results = rules.map(
    (rule) => known.find((result) => result.rule.id === rule.id) ?? readResult(rule, judged),
  );
  return {
    status: statusOf(judged),
    score: judged.score,
    band: bandOf(scoring, judged.score),
    results,
    judged,
  };
}

function statusOf({ outcome }: Judged): VerdictStatus {
  return STATUSES.find((status) => status === outcome) ?? 'unsure';
}

function bandOf({ bands }: Scoring, score: number | null): string | null {
  if (score === null) return null;
  const reached = bands.filter(({ from }) => score >= from).sort((a, b) => b.from - a.from);
  return reached[0]?.name ?? null;
}

/** A result as a rule that holds; none for what could not be found out, which leaves its criterion open. */
function ruleOf({ rule, passed, degree, message }: RuleResult, version: number): Rulebook['rules'][number][] {
  if (passed === null) return [];
  const score = passed ? 100 : Math.min(MAX_FAILED_SCORE, Math.round(100 * degree));
  return [
    {
      rule: {
        key: rule.id,
        criterion: rule.id,
        priority: 0,
        when: 'true',
        score,
        weight: rule.weight,
        message,
        review: false,
        version,
      },
      when: { source: 'true', paths: [], unknown: () => [], evaluate: () => true },
      paths: [],
      message: () => message,
    },
  ];
}

/** What a model made of a rubric. */
function readResult(rule: Rule, { criteria }: Judged): RuleResult {
  const read = criteria.find(({ id }) => id === rule.id);
  const score = read?.verdict === 'scored' ? read.score : null;
  return {
    rule,
    passed: score === null ? null : score >= PASSED_FROM,
    degree: (score ?? 0) / 100,
    message: read?.reason ?? 'It was not read.',
    asks: rule.type === 'rubric' ? rule.question : titleOf(rule),
    spans: [],
    edits: [],
  };
}
