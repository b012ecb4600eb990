import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import {
  type Database,
  type Schema,
  staysHere,
  type TenantTransaction,
} from '../../../platform/database/index.ts';
import { jsonText } from '../templates/index.ts';

export type InstanceRow = Selectable<Schema['workflows.instances']>;
/** `is_expired`: the process that carries the step out has not been heard of for too long. */
export type TaskRow = Selectable<Schema['workflows.tasks']> & { is_expired: boolean };
export type SignalRow = Selectable<Schema['workflows.signals']>;
export type TimelineRow = Selectable<Schema['workflows.timeline']>;
type NewInstance = Omit<Insertable<Schema['workflows.instances']>, 'input' | 'principal'> & {
  input: object;
  principal: object;
};
export type NewTask = Insertable<Schema['workflows.tasks']>;
export type InstanceChange = Updateable<Schema['workflows.instances']>;
export type TaskChange = Updateable<Schema['workflows.tasks']>;

export interface InstanceFilter {
  state?: InstanceRow['state'] | undefined;
  template?: string | undefined;
  reference?: string | undefined;
}

/** JSON for a jsonb column; every JSON value, in an object. */
export function wrap(value: unknown): string {
  return jsonText({ value: value ?? null });
}

/** Inserts an instance; undefined when its reference is taken. */
export function insertInstance(
  transaction: TenantTransaction,
  { input, principal, ...instance }: NewInstance,
): Promise<InstanceRow | undefined> {
  return transaction
    .insertInto('workflows.instances')
    .values({ ...instance, input: jsonText(input), principal: jsonText(principal) })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'template', 'reference']).where('reference', 'is not', null).doNothing(),
    )
    .returningAll()
    .executeTakeFirst();
}

export function findInstance(transaction: TenantTransaction, id: string): Promise<InstanceRow | undefined> {
  return transaction.selectFrom('workflows.instances').selectAll().where('id', '=', id).executeTakeFirst();
}

export function findByReference(
  transaction: TenantTransaction,
  template: string,
  reference: string,
): Promise<InstanceRow | undefined> {
  return transaction
    .selectFrom('workflows.instances')
    .selectAll()
    .where('template', '=', template)
    .where('reference', '=', reference)
    .executeTakeFirst();
}

/** The instance, kept from changing by others until the transaction ends. */
export function lockInstance(transaction: TenantTransaction, id: string): Promise<InstanceRow | undefined> {
  return transaction
    .selectFrom('workflows.instances')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export async function updateInstance(
  transaction: TenantTransaction,
  id: string,
  change: InstanceChange,
): Promise<void> {
  await transaction.updateTable('workflows.instances').set(change).where('id', '=', id).execute();
}

export function listInstances(
  transaction: TenantTransaction,
  { state, template, reference }: InstanceFilter,
  before: string | null,
  limit: number,
): Promise<InstanceRow[]> {
  let query = transaction.selectFrom('workflows.instances').selectAll().orderBy('id', 'desc').limit(limit);
  if (state) query = query.where('state', '=', state);
  if (template) query = query.where('template', '=', template);
  if (reference) query = query.where('reference', '=', reference);
  if (before) query = query.where('id', '<', before);
  return query.execute();
}

export async function countByState(
  transaction: TenantTransaction,
  template?: string,
): Promise<{ state: InstanceRow['state']; count: number }[]> {
  let query = transaction
    .selectFrom('workflows.instances')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .groupBy('state');
  if (template) query = query.where('template', '=', template);
  return query.execute();
}

export function childrenOf(transaction: TenantTransaction, id: string): Promise<InstanceRow[]> {
  return transaction
    .selectFrom('workflows.instances')
    .selectAll()
    .where('parent_id', '=', id)
    .orderBy('id')
    .execute();
}

/** How many instances were started below one, by it and by those that it started. */
export async function countBelow(transaction: TenantTransaction, rootId: string): Promise<number> {
  const { count } = await transaction
    .selectFrom('workflows.instances')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('root_id', '=', rootId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Instances of the runner n8n that an execution reports to and that have not ended. */
export function openOfExecution(transaction: TenantTransaction, executionId: string): Promise<InstanceRow[]> {
  return transaction
    .selectFrom('workflows.instances')
    .selectAll()
    .where('runner', '=', 'n8n')
    .where('execution_id', '=', executionId)
    .where('state', 'in', ['queued', 'running', 'waiting', 'paused'])
    .execute();
}

export const isExpired = sql<boolean>`coalesce(lease_until < now(), false)`.as('is_expired');

export function tasksOf(transaction: TenantTransaction, instanceId: string): Promise<TaskRow[]> {
  return transaction
    .selectFrom('workflows.tasks')
    .selectAll()
    .select(isExpired)
    .where('instance_id', '=', instanceId)
    .orderBy('ordinal')
    .execute();
}

/** Of one statement. */
const MAX_INSERTED = 500;
const MAX_CHANGED = 50;

/** Writes steps, with a change of their instance: in one statement, unless there are very many. */
export async function writeTasks(
  transaction: TenantTransaction,
  {
    inserted,
    changed,
  }: { inserted: readonly NewTask[]; changed: readonly (readonly [string, TaskChange])[] },
  instanceId: string,
  instanceChange?: InstanceChange,
): Promise<void> {
  const instance = transaction.updateTable('workflows.instances').where('id', '=', instanceId);
  const writes = [
    ...parts(inserted, MAX_INSERTED).map((rows) => transaction.insertInto('workflows.tasks').values(rows)),
    ...changed.map(([id, change]) =>
      transaction.updateTable('workflows.tasks').set(change).where('id', '=', id),
    ),
    ...(instanceChange ? [instance.set(instanceChange)] : []),
  ];
  for (const some of parts(writes, MAX_CHANGED)) {
    const named = some.slice(1).map((write, index) => sql`${sql.id(`write_${index}`)} as (${write})`);
    const others = named.length > 0 ? sql`with ${sql.join(named)} ` : sql``;
    await sql`${others}${some[0]}`.execute(transaction);
  }
}

function parts<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

export async function updateTask(
  transaction: TenantTransaction,
  id: string,
  change: TaskChange,
): Promise<void> {
  await transaction.updateTable('workflows.tasks').set(change).where('id', '=', id).execute();
}

/**
 * Lets the steps that failed begin anew, all of them or the one at a path. One that may have happened goes on under its
 * key, so that its operation is carried out once; unless its answer is lost for good.
 */
export async function forgetFailed(
  transaction: TenantTransaction,
  instanceId: string,
  at: Date,
  path?: string,
): Promise<number> {
  let again = transaction
    .updateTable('workflows.tasks')
    .set({ state: 'retrying', attempt: 0, due_at: at, started_at: at, ended_at: null, error: null })
    .where('instance_id', '=', instanceId)
    .where('state', '=', 'failed')
    .where('type', '=', 'operation')
    .where('may_have_happened', '=', true)
    .where(sql<boolean>`error ->> 'code' is distinct from 'IDEMPOTENCY_ANSWER_LOST'`);
  if (path !== undefined) again = again.where('path', '=', path);
  const kept = Number((await again.executeTakeFirst()).numUpdatedRows);
  let query = transaction
    .deleteFrom('workflows.tasks')
    .where('instance_id', '=', instanceId)
    .where('state', 'in', ['failed', 'cancelled']);
  if (path !== undefined) query = query.where('path', '=', path);
  return kept + Number((await query.executeTakeFirst()).numDeletedRows);
}

/** How many steps of the company with a key are under way. Others that ask wait until the transaction ends. */
export async function countRunning(transaction: TenantTransaction, key: string): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended('workflow ' || platform.current_tenant() || ' ' || ${key}, 0))`.execute(
    transaction,
  );
  const { count } = await transaction
    .selectFrom('workflows.tasks')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('concurrency_key', '=', key)
    .where('state', '=', 'running')
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The instances whose steps wait for a place with these keys, the first in line of each. */
export async function nextInLine(transaction: TenantTransaction, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const rows = await transaction
    .selectFrom('workflows.tasks')
    .select(['instance_id', 'concurrency_key'])
    .distinctOn('concurrency_key')
    .where('concurrency_key', 'in', [...keys])
    .where('state', '=', 'pending')
    .orderBy('concurrency_key')
    .orderBy('started_at')
    .execute();
  return [...new Set(rows.map(({ instance_id }) => instance_id))];
}

/** Steps that wait for an event of one of these topics, and for one of these keys where they name one. */
export function waitingFor(
  transaction: TenantTransaction,
  topics: readonly string[],
  keys: readonly string[],
): Promise<{ instance_id: string; path: string }[]> {
  return transaction
    .selectFrom('workflows.tasks')
    .select(['instance_id', 'path'])
    .where(sql<boolean>`state = 'waiting'`)
    .where(sql<boolean>`wait_event = any(${[...topics]}::text[])`)
    .where(sql<boolean>`(wait_key is null or wait_key = any(${[...keys]}::text[]))`)
    .limit(10_000)
    .execute();
}

/** Says of steps and compensations under way that this process is still at work. */
export async function renewLeases(
  database: Database,
  tenantId: string,
  claims: readonly string[],
  leaseSeconds: number,
): Promise<void> {
  await database.withTenant(tenantId, async (transaction) => {
    for (const table of ['tasks', 'compensations'] as const)
      await sql`
        update ${sql.table(`workflows.${table}`)} set lease_until = now() + make_interval(secs => ${leaseSeconds})
        where claim = any(${[...claims]}::uuid[]) and state = 'running'`.execute(transaction);
  });
}

export const leaseEnd = (seconds: number) => sql<Date>`now() + make_interval(secs => ${seconds})`;

export async function insertSignal(
  transaction: TenantTransaction,
  signal: { instanceId: string; name: string; payload: object; by: string; at: Date },
): Promise<void> {
  const { instanceId, name, payload, by, at } = signal;
  await transaction
    .insertInto('workflows.signals')
    .values({
      id: uuidv7(),
      instance_id: instanceId,
      name,
      payload: jsonText(payload),
      sent_by: by,
      sent_at: at,
    })
    .execute();
}

/** How many signals no step has taken yet. */
export async function countSignals(transaction: TenantTransaction, instanceId: string): Promise<number> {
  const { count } = await transaction
    .selectFrom('workflows.signals')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('instance_id', '=', instanceId)
    .where('taken_by', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Takes the oldest signal of a name that no step has taken. */
export async function takeSignal(
  transaction: TenantTransaction,
  instanceId: string,
  name: string,
  path: string,
): Promise<SignalRow | undefined> {
  const { rows } = await sql<SignalRow>`
    update workflows.signals set taken_by = ${path} where id = (
      select id from workflows.signals
      where instance_id = ${instanceId} and name = ${name} and taken_by is null order by id limit 1)
    returning *`.execute(transaction);
  return rows[0];
}

export async function note(
  transaction: TenantTransaction,
  entry: { instanceId: string; at: Date; what: string; who?: string | null; detail?: string | null },
): Promise<void> {
  const { instanceId, at, what, who = null, detail = null } = entry;
  await transaction
    .insertInto('workflows.timeline')
    .values({ id: uuidv7(), instance_id: instanceId, at, what, who, detail })
    .execute();
}

export function notesOf(transaction: TenantTransaction, instanceId: string): Promise<TimelineRow[]> {
  return transaction
    .selectFrom('workflows.timeline')
    .selectAll()
    .where('instance_id', '=', instanceId)
    .orderBy('id')
    .execute();
}

/** Instances of every company that should have gone on by now: their job was lost, or n8n is silent. */
export async function overdue(
  database: Database,
  { now, graceSeconds, limit }: { now: Date; graceSeconds: number; limit: number },
): Promise<{ id: string; tenant_id: string }[]> {
  const { rows } = await sql<{ id: string; tenant_id: string }>`
    select id, tenant_id from workflows.instances
    where state in ('queued', 'running', 'waiting', 'compensating')
      and coalesce(wake_at, touched_at) < ${now}::timestamptz - make_interval(secs => ${graceSeconds})
      and (wake_at is not null or state <> 'waiting' or runner = 'n8n')
      and ${staysHere(database.residency, 'workflows.instances.tenant_id')}
    order by coalesce(wake_at, touched_at) limit ${limit}`.execute(
    database.system('the worker finds instances of every company that were forgotten'),
  );
  return rows;
}
