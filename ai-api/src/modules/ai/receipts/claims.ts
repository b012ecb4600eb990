import { type JudgementView, type Kind, resultOf } from '../../../judgement/index.ts';

/** What a receipt signs in the open: which judgement it is, and what made it. Nothing of it names a person. */
export function openClaims(view: JudgementView) {
  const { judgementId, kind, engine, rules, prompt, model, supersedes, createdAt } = view;
  return {
    judgement: { id: judgementId, kind, at: createdAt, supersedes },
    decision: {
      engine,
      rules,
      prompt: prompt && { name: prompt.name, version: prompt.version },
      model,
    },
  };
}

/** What the holder of a receipt may disclose: whom it is about, what was decided and why. */
export function disclosedClaims(kind: Kind, view: JudgementView, subject: string | null) {
  const { outcome, proposal, grade, score, coverage, confidence, feedback, criteria, decidedBy, reason } =
    view;
  return {
    subject,
    result: resultOf(kind, view),
    outcome,
    proposal: proposal?.outcome ?? proposal?.grade ?? null,
    grade,
    score,
    coverage,
    confidence,
    feedback,
    criteria: criteria.map(({ id, score: points, weight, reason: why, decidedBy: by }) => ({
      id,
      score: points,
      weight,
      reason: why,
      decidedBy: by,
    })),
    person: decidedBy === null ? null : { name: decidedBy, reason },
  };
}
