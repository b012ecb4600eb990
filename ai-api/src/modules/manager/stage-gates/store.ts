import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { GateCriterion } from './contract.ts';

export type GateRecord = Selectable<Schema['gates.gates']>;
export type EvaluationRecord = Selectable<Schema['gates.evaluations']>;
export type Stage = GateRecord['from_stage'];

export interface NewGate {
  fromStage: Stage;
  toStage: Stage;
  name: string;
  criteria: readonly GateCriterion[];
  changedBy: string;
}

/** Makes a gate; undefined when there is one between these stages. */
export function insertGate(
  transaction: TenantTransaction,
  { fromStage, toStage, name, criteria, changedBy }: NewGate,
): Promise<GateRecord | undefined> {
  return transaction
    .insertInto('gates.gates')
    .values({
      id: uuidv7(),
      from_stage: fromStage,
      to_stage: toStage,
      name,
      criteria: JSON.stringify(criteria),
      changed_by: changedBy,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'from_stage', 'to_stage']).doNothing())
    .returningAll()
    .executeTakeFirst();
}

/** Changes a gate if it still has this version. */
export function updateGate(
  transaction: TenantTransaction,
  version: number,
  { fromStage, toStage, name, criteria, changedBy }: NewGate,
): Promise<GateRecord | undefined> {
  return transaction
    .updateTable('gates.gates')
    .set({
      name,
      criteria: JSON.stringify(criteria),
      changed_by: changedBy,
      changed_at: sql<Date>`now()`,
      version: version + 1,
    })
    .where('from_stage', '=', fromStage)
    .where('to_stage', '=', toStage)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst();
}

export function findGate(
  transaction: TenantTransaction,
  fromStage: Stage,
  toStage: Stage,
): Promise<GateRecord | undefined> {
  return transaction
    .selectFrom('gates.gates')
    .selectAll()
    .where('from_stage', '=', fromStage)
    .where('to_stage', '=', toStage)
    .executeTakeFirst();
}

export function listGates(
  transaction: TenantTransaction,
  after: string | null,
  limit: number,
): Promise<GateRecord[]> {
  let query = transaction.selectFrom('gates.gates').selectAll().orderBy('id').limit(limit);
  if (after !== null) query = query.where('id', '>', after);
  return query.execute();
}

export async function gatesByIds(
  transaction: TenantTransaction,
  ids: readonly string[],
): Promise<Map<string, GateRecord>> {
  if (ids.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('gates.gates')
    .selectAll()
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** What waits for a person to confirm it. */
type Waiting = Pick<EvaluationRecord, 'proposal' | 'due_at' | 'reminded_at'>;

export function insertEvaluation(
  transaction: TenantTransaction,
  gate: GateRecord,
  values: { projectId: string; builderId: string; judgementId: string; evaluatedBy: string } & Waiting,
): Promise<EvaluationRecord> {
  return transaction
    .insertInto('gates.evaluations')
    .values({
      id: uuidv7(),
      gate_id: gate.id,
      gate_version: gate.version,
      project_id: values.projectId,
      builder_id: values.builderId,
      criteria: JSON.stringify(gate.criteria),
      judgement_id: values.judgementId,
      proposal: values.proposal,
      due_at: values.due_at,
      reminded_at: values.reminded_at,
      evaluated_by: values.evaluatedBy,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function findEvaluation(
  transaction: TenantTransaction,
  id: string,
): Promise<EvaluationRecord | undefined> {
  return transaction.selectFrom('gates.evaluations').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The evaluation that rests on a judgement. */
export function evaluationOfJudgement(
  transaction: TenantTransaction,
  judgementId: string,
): Promise<EvaluationRecord | undefined> {
  return transaction
    .selectFrom('gates.evaluations')
    .selectAll()
    .where('judgement_id', '=', judgementId)
    .executeTakeFirst();
}

/** Writes a change if the evaluation still has this version. */
export function changeEvaluation(
  transaction: TenantTransaction,
  { id, version }: Pick<EvaluationRecord, 'id' | 'version'>,
  change: {
    judgement_id?: string;
    waived_by?: string;
    waiver?: string;
    contested_at?: Date | null;
  } & Partial<Waiting>,
): Promise<EvaluationRecord | undefined> {
  return transaction
    .updateTable('gates.evaluations')
    .set({ ...change, version: version + 1, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst();
}

interface EvaluationFilter {
  projectIds?: readonly string[] | undefined;
  waived?: boolean | undefined;
  /** Only those that wait for a person to confirm what is proposed. */
  proposed?: boolean | undefined;
}

/** Evaluations, newest first, before `before`. */
export function listEvaluations(
  transaction: TenantTransaction,
  { projectIds, waived, proposed }: EvaluationFilter,
  before: string | null,
  limit: number,
): Promise<EvaluationRecord[]> {
  let query = transaction.selectFrom('gates.evaluations').selectAll().orderBy('id', 'desc').limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  if (projectIds) query = query.where('project_id', 'in', [...projectIds, '']);
  if (waived !== undefined) query = query.where('waived_by', waived ? 'is not' : 'is', null);
  if (proposed) query = query.where('proposal', 'is not', null).where('waived_by', 'is', null);
  return query.execute();
}

/** Marks proposals that wait, are due before a moment and were not reminded of, and returns them. */
export async function claimReminders(
  transaction: TenantTransaction,
  { dueBefore, at, limit }: { dueBefore: Date; at: Date; limit: number },
): Promise<EvaluationRecord[]> {
  const waiting = transaction
    .selectFrom('gates.evaluations')
    .select('id')
    .where('proposal', 'is not', null)
    .where('waived_by', 'is', null)
    .where('reminded_at', 'is', null)
    .where('due_at', '<=', dueBefore)
    .orderBy('due_at')
    .limit(limit)
    .forUpdate()
    .skipLocked();
  return transaction
    .updateTable('gates.evaluations')
    .set({ reminded_at: at })
    .where('id', 'in', waiting)
    .returningAll()
    .execute();
}

/** Every evaluation of a gate, with the judgement that it rests on. */
export function everyEvaluation(
  transaction: TenantTransaction,
): Promise<Pick<EvaluationRecord, 'id' | 'judgement_id' | 'updated_at'>[]> {
  return transaction.selectFrom('gates.evaluations').select(['id', 'judgement_id', 'updated_at']).execute();
}
