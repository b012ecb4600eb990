import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { EvaluationRecord } from './store.ts';

/** One builder's evaluation in the official run of a week. */
export type OfficialResult = Pick<
  EvaluationRecord,
  | 'id'
  | 'builder_id'
  | 'name'
  | 'team'
  | 'grade'
  | 'score'
  | 'engine'
  | 'needs_review'
  | 'status'
  | 'judgement_id'
> & { week: string; run_status: 'running' | 'completed' };

function official(transaction: TenantTransaction) {
  return transaction
    .selectFrom('evaluations.evaluations as evaluation')
    .innerJoin('evaluations.runs as run', 'run.id', 'evaluation.run_id')
    .where('run.dry_run', '=', false)
    .select([
      'evaluation.id',
      'evaluation.builder_id',
      'evaluation.name',
      'evaluation.team',
      'evaluation.grade',
      'evaluation.score',
      'evaluation.engine',
      'evaluation.needs_review',
      'evaluation.status',
      'evaluation.judgement_id',
      'run.week',
      'run.status as run_status',
    ]);
}

/** The newest official week up to one; undefined when there is none. */
export async function newestOfficialWeek(
  transaction: TenantTransaction,
  upTo = '9999-W53',
): Promise<string | undefined> {
  const row = await transaction
    .selectFrom('evaluations.runs')
    .select('week')
    .where('dry_run', '=', false)
    .where('week', '<=', upTo)
    .orderBy('week', 'desc')
    .executeTakeFirst();
  return row?.week;
}

/** Evaluations of builders in official runs of the weeks from one to another, newest first. */
export function officialResults(
  transaction: TenantTransaction,
  { from, upTo, builderIds }: { from: string; upTo: string; builderIds?: readonly string[] | undefined },
): Promise<OfficialResult[]> {
  let query = official(transaction)
    .where('run.week', '>=', from)
    .where('run.week', '<=', upTo)
    .orderBy('run.week', 'desc')
    .orderBy('evaluation.builder_id');
  if (builderIds) query = query.where('evaluation.builder_id', 'in', [...builderIds, '']);
  return query.execute();
}

/** A page of the builders of one official week, in the order of their ids. */
export function officialWeek(
  transaction: TenantTransaction,
  { week, team }: { week: string; team?: string | undefined },
  after: string | null,
  limit: number,
): Promise<OfficialResult[]> {
  let query = official(transaction)
    .where('run.week', '=', week)
    .orderBy('evaluation.builder_id')
    .limit(limit);
  if (team !== undefined) query = query.where('evaluation.team', '=', team);
  if (after !== null) query = query.where('evaluation.builder_id', '>', after);
  return query.execute();
}
