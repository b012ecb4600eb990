import type { TenantTransaction } from '../../../platform/database/index.ts';
import { isWaiting, type RunRecord } from './run-store.ts';
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
> & {
  week: string;
  run_status: 'running' | 'completed';
  contested: boolean;
  /** Only the builder has it yet. */
  waiting: boolean;
};

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
      'evaluation.contested_at',
      'run.answer_hours',
      'run.opened_at',
    ]);
}

/** The newest official week up to one, of those that others have where there is one; undefined when there is none. */
export async function newestOfficialWeek(
  transaction: TenantTransaction,
  { upTo = '9999-W53', withWaiting = false }: { upTo?: string; withWaiting?: boolean } = {},
): Promise<string | undefined> {
  const rows = await transaction
    .selectFrom('evaluations.runs')
    .select(['week', 'answer_hours', 'opened_at'])
    .where('dry_run', '=', false)
    .where('week', '<=', upTo)
    .orderBy('week', 'desc')
    .limit(MAX_WAITING)
    .execute();
  return (rows.find((row) => withWaiting || !isWaiting(row)) ?? rows[0])?.week;
}

/** Weeks that wait for answers at the same time, at most. */
const MAX_WAITING = 20;

type Row = Omit<OfficialResult, 'contested' | 'waiting'> &
  Pick<EvaluationRecord, 'contested_at'> &
  Pick<RunRecord, 'answer_hours' | 'opened_at'>;

/** A contested grade does not count until it is decided; of one that waits for the builder's answer nothing shows yet. */
function counted(
  { contested_at, answer_hours, opened_at, ...result }: Row,
  withWaiting: boolean,
): OfficialResult {
  const contested = contested_at !== null;
  const waiting = isWaiting({ answer_hours, opened_at });
  const isHidden = waiting && !withWaiting;
  return {
    ...result,
    ...(contested || isHidden ? { grade: null, score: null } : {}),
    ...(isHidden ? { engine: null, needs_review: false } : {}),
    contested,
    waiting,
  };
}

/** Evaluations of builders in official runs of the weeks from one to another, newest first. */
export async function officialResults(
  transaction: TenantTransaction,
  {
    from,
    upTo,
    builderIds,
    withWaiting = false,
  }: {
    from: string;
    upTo: string;
    builderIds?: readonly string[] | undefined;
    /** With results that only their builder has yet. */
    withWaiting?: boolean;
  },
): Promise<OfficialResult[]> {
  let query = official(transaction)
    .where('run.week', '>=', from)
    .where('run.week', '<=', upTo)
    .orderBy('run.week', 'desc')
    .orderBy('evaluation.builder_id');
  if (builderIds) query = query.where('evaluation.builder_id', 'in', [...builderIds, '']);
  return (await query.execute()).map((row) => counted(row, withWaiting));
}

/** A page of the builders of one official week, in the order of their ids. */
export async function officialWeek(
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
  return (await query.execute()).map((row) => counted(row, false));
}
