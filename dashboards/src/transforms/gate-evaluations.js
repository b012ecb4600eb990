import { ago } from './helpers.js';

/** Evaluations of projects at gates as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      evaluationId: one.evaluationId,
      project: one.project.name,
      gate: `${one.fromStage} → ${one.toStage}`,
      decision: one.waiver
        ? 'waived'
        : one.proposal
          ? 'to confirm'
          : { progress: 'may advance', hold: 'on hold', review: 'needs review' }[one.decision],
      open: String(one.criteria.filter(({ verdict }) => verdict !== 'scored').length),
      at: ago(one.evaluatedAt),
    })),
  };
}
