import { invalidField, Problem } from '../../../http/problem.ts';
import { humanJudgement, type ReviewedJudgement, type StoreJudgement } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Contestable, refused, replaced } from '../../ai/contests/index.ts';
import { actorOf, decisionBy, requireDecider } from '../../shared/audit/index.ts';
import { stageGateKind } from './kind.ts';
import { changeEvaluation, type EvaluationRecord, evaluationOfJudgement } from './store.ts';

/** How a hold at a gate is changed when it is contested: meanwhile it is shown as contested, and nothing else changes it. */
export function contestedGates(storeJudgement: StoreJudgement): Contestable {
  return {
    kind: stageGateKind.name,
    suspend: async (transaction, judgement, at) => {
      const row = await opened(transaction, judgement);
      if (judgement.view.outcome !== 'hold')
        throw refused(
          judgement.view.outcome === null ? 'Nothing is decided yet.' : 'The project may advance.',
        );
      if (row.waived_by !== null) throw refused('The gate was waived: the project may advance.');
      await write(transaction, row, { contested_at: at });
    },
    resume: async (transaction, judgement) => {
      await write(transaction, await opened(transaction, judgement), { contested_at: null });
    },
    change: async (transaction, request, { view, subjectId }, { grade, hours, reason, again, facts }) => {
      if (grade !== undefined) throw invalidField('grade', 'is for kinds that grade');
      if (hours !== undefined) throw invalidField('hours', 'are for requests for time');
      const row = await opened(transaction, { view });
      const actor = actorOf(request);
      requireDecider(actor);
      const judged = {
        ...humanJudgement({ kind: stageGateKind.name, subjectId, outcome: 'progress', before: view, reason }),
        ...(again ? { criteria: again.criteria, coverage: again.coverage } : {}),
        facts,
      };
      const human = decisionBy(actor, reason, view.judgementId);
      const { judgementId } = await storeJudgement(transaction, judged, { human });
      await write(transaction, row, { judgement_id: judgementId, proposal: null, due_at: null });
      return judgementId;
    },
    sentTo: async () => [],
  };
}

async function opened(
  transaction: TenantTransaction,
  { view }: Pick<ReviewedJudgement, 'view'>,
): Promise<EvaluationRecord> {
  const row = await evaluationOfJudgement(transaction, view.judgementId);
  if (!row) throw replaced();
  return row;
}

/** @throws {Problem} CONFLICT where the evaluation was changed in the meantime */
async function write(
  transaction: TenantTransaction,
  row: EvaluationRecord,
  change: Parameters<typeof changeEvaluation>[2],
): Promise<void> {
  if (!(await changeEvaluation(transaction, row, change)))
    throw new Problem('CONFLICT', 'This evaluation was changed in the meantime. Reload it first.');
}
