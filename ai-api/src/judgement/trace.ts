import { traceIdOf } from '../models/ledger/index.ts';
import type { TraceDraft } from '../models/tracing/index.ts';
import type { JudgeContext, Judged } from './judge.ts';
import type { CriterionResult } from './schema.ts';

interface Course {
  judgementId: string;
  startedAt: Date;
  /** When a witness had been asked, from which on rules worked. */
  heardAt: Date;
  /** When rules had said what they could. */
  ruledAt: Date;
  ruled: readonly CriterionResult[];
  context: JudgeContext;
}

/** What a judgement's trace tells beside its calls to a model. */
export function traceOf(
  judged: Judged,
  { judgementId, startedAt, heardAt, ruledAt, ruled, context }: Course,
): TraceDraft {
  const { kind, subjectId, grade, outcome, score, engine, confidence, needsReview, modelFailure } = judged;
  const { person, sessionId, tags = [] } = context;
  return {
    id: traceIdOf(judgementId),
    name: `judgement ${kind}`,
    startedAt,
    endedAt: new Date(),
    person,
    sessionId,
    tags: [kind, engine, ...tags],
    metadata: { judgementId, kind, subject: subjectId, engine, confidence, needsReview, modelFailure },
    input: judged.facts,
    output: { grade, outcome, score, feedback: judged.feedback },
    parts: [
      {
        name: 'rules',
        type: 'span',
        startedAt: heardAt,
        endedAt: ruledAt,
        output: ruled.map(({ id, verdict, score: given, rule }) => ({ id, verdict, score: given, rule })),
      },
    ],
  };
}
