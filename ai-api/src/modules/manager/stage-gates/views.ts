import { STAGES } from '../../../contract/schemas.ts';
import type { JudgementView } from '../../../judgement/index.ts';
import type { GateCriterion } from './contract.ts';
import type { EvaluationRecord, GateRecord, Stage } from './store.ts';

export function gateView(row: GateRecord) {
  return {
    gateId: row.id,
    name: row.name,
    fromStage: row.from_stage,
    toStage: row.to_stage,
    version: row.version,
    criteria: row.criteria as unknown as GateCriterion[],
    changedBy: row.changed_by,
    changedAt: row.changed_at.toISOString(),
  };
}

/** Undefined after the last stage. */
export function stageAfter(stage: Stage): Stage | undefined {
  return STAGES[STAGES.indexOf(stage) + 1];
}

export function evaluationView(
  row: EvaluationRecord,
  gate: GateRecord,
  project: { name: string; builder_id: string } | undefined,
  judgement: JudgementView,
) {
  const decision = decisionOf(judgement.outcome);
  return {
    evaluationId: row.id,
    version: row.version,
    gateId: gate.id,
    gate: gate.name,
    gateVersion: row.gate_version,
    project: {
      projectId: row.project_id,
      name: project?.name ?? row.project_id,
      builderId: project?.builder_id ?? '',
    },
    fromStage: gate.from_stage,
    toStage: gate.to_stage,
    can_progress: decision === 'progress' || row.waived_by !== null,
    decision,
    proposal: judgement.proposal,
    criteria: judgement.criteria,
    missingEvidence: judgement.criteria
      .filter(({ verdict }) => verdict !== 'scored')
      .map(({ id, evidence, reason }) => ({
        criterionId: id,
        missing: evidence.length > 0 ? evidence.map((fact) => fact.id) : [reason],
      })),
    feedback: judgement.feedback,
    contested: row.contested_at !== null,
    waiver: row.waived_by === null ? null : { by: row.waived_by, reason: row.waiver ?? '' },
    evaluatedBy: row.evaluated_by,
    evaluatedAt: row.created_at.toISOString(),
    judgement,
  };
}

function decisionOf(outcome: string | null): 'progress' | 'hold' | 'review' {
  return outcome === 'progress' || outcome === 'hold' ? outcome : 'review';
}
