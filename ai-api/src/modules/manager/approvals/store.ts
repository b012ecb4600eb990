import { type Selectable, type SqlBool, sql } from 'kysely';
import { DateTime } from 'luxon';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { Span } from '../../shared/people/index.ts';
import type { Claim } from './facts.ts';
import { type ApprovalSettings, settingsSchema } from './settings.ts';
import { type Audit, OPEN_STATES, type State, type Step } from './states.ts';

export type ApprovalRecord = Selectable<Schema['approvals.approvals']>;
export type StepRecord = Selectable<Schema['approvals.steps']>;
type NewApproval = Pick<
  ApprovalRecord,
  | 'id'
  | 'builder_id'
  | 'project_id'
  | 'day'
  | 'week'
  | 'hours'
  | 'starts_at'
  | 'ends_at'
  | 'category'
  | 'justification'
  | 'attachments'
  | 'submitted_by'
  | 'submitted_user'
>;
type Change = Partial<
  Omit<ApprovalRecord, keyof NewApproval | 'tenant_id' | 'version' | 'created_at' | 'updated_at'> &
    Correctable
>;
/** What a builder may correct of a request that was handed back; an approval may change when it ends. */
type Correctable = Pick<
  ApprovalRecord,
  'day' | 'week' | 'hours' | 'starts_at' | 'ends_at' | 'category' | 'project_id' | 'justification'
>;

/** What counts against a builder's day and week: approved, or still to be decided. */
const LIVE = ['submitted', ...OPEN_STATES, 'approved'] as const satisfies readonly State[];
const HISTORY_DAYS = 180;

/**
 * Makes the transactions that decide about one builder's time follow each other, so that each sees what the one
 * before it decided. Held until the transaction ends.
 */
export async function lockBuilder(transaction: TenantTransaction, builderId: string): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended(platform.current_tenant()::text || ${builderId}, 7301))`.execute(
    transaction,
  );
}

/** As {@link lockBuilder}, for the budget of a project: after the builder's lock, so that there is no deadlock. */
export async function lockProject(transaction: TenantTransaction, projectId: string): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended(platform.current_tenant()::text || ${projectId}, 7302))`.execute(
    transaction,
  );
}

export async function insertApproval(
  transaction: TenantTransaction,
  values: NewApproval,
): Promise<ApprovalRecord> {
  return transaction
    .insertInto('approvals.approvals')
    .values({ ...values, attachments: JSON.stringify(values.attachments), state: 'submitted' })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function findApproval(
  transaction: TenantTransaction,
  id: string,
): Promise<ApprovalRecord | undefined> {
  return transaction.selectFrom('approvals.approvals').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Writes a change if the request still has this version; undefined after a concurrent change. */
export function changeApproval(
  transaction: TenantTransaction,
  { id, version }: Pick<ApprovalRecord, 'id' | 'version'>,
  change: Change,
): Promise<ApprovalRecord | undefined> {
  return transaction
    .updateTable('approvals.approvals')
    .set({ ...change, version: version + 1, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst();
}

export interface NewStep {
  step: Step;
  at: Date;
  by: string;
  engine: 'rules' | 'model' | 'human';
  hours?: number | null;
  reason?: string | null;
}

export async function addStep(
  transaction: TenantTransaction,
  approvalId: string,
  { hours = null, reason = null, ...step }: NewStep,
): Promise<void> {
  await transaction
    .insertInto('approvals.steps')
    .values({ id: uuidv7(), approval_id: approvalId, hours, reason, ...step })
    .execute();
}

/** The history of a request, oldest first. */
export function stepsOf(transaction: TenantTransaction, approvalId: string): Promise<StepRecord[]> {
  return transaction
    .selectFrom('approvals.steps')
    .selectAll()
    .where('approval_id', '=', approvalId)
    .orderBy('id')
    .execute();
}

export type LiveRequest = Pick<
  ApprovalRecord,
  'id' | 'day' | 'project_id' | 'category' | 'starts_at' | 'ends_at' | 'state'
> & { hours: number };

/** A builder's requests that are approved or still to be decided and share time with a span, of whatever week. */
export function liveRequestsIn(
  transaction: TenantTransaction,
  builderId: string,
  { from, until }: Span,
): Promise<Pick<ApprovalRecord, 'id' | 'day' | 'state'>[]> {
  return transaction
    .selectFrom('approvals.approvals')
    .select(['id', 'day', 'state'])
    .where('builder_id', '=', builderId)
    .where('starts_at', '<', until)
    .where('ends_at', '>', from)
    .where('state', 'in', [...LIVE])
    .execute();
}

/** A builder's requests of a week that are approved or still to be decided; hours as they would be paid. */
export function liveRequests(
  transaction: TenantTransaction,
  builderId: string,
  week: string,
): Promise<LiveRequest[]> {
  return transaction
    .selectFrom('approvals.approvals')
    .select(['id', 'day', 'project_id', 'category', 'starts_at', 'ends_at', 'state'])
    .select((eb) => eb.fn.coalesce('decided_hours', 'hours').as('hours'))
    .where('builder_id', '=', builderId)
    .where('week', '=', week)
    .where('state', 'in', [...LIVE])
    .execute();
}

/** What was decided before that bears on a request. */
export interface Precedents {
  /** The builder's requests of the last 180 days that were decided, and those of them that were approved. */
  decided: number;
  approved: number;
  /** Those that people decided in the same category and for the same project, and of them those approved. */
  similarDecided: number;
  similarApproved: number;
  /** Manual hours approved on the project in the month of the day. */
  projectHours: number;
}

/** What was decided before about a builder and a project, without the request itself. */
export async function precedentsOf(
  transaction: TenantTransaction,
  {
    id,
    builderId,
    projectId,
    category,
    day,
  }: Pick<Claim, 'id' | 'builderId' | 'projectId' | 'category' | 'day'>,
  now: Date,
): Promise<Precedents> {
  const since = new Date(now.getTime() - HISTORY_DAYS * 86_400_000).toISOString().slice(0, 10);
  const month = DateTime.fromISO(day);
  const similar = sql`engine = 'human' and category = ${category} and project_id is not distinct from ${projectId}`;
  const { rows } = await sql<Precedents>`
    select own.*, project.hours as "projectHours"
    from (
      select count(*)::int as decided, count(*) filter (where state = 'approved')::int as approved,
        count(*) filter (where ${similar})::int as "similarDecided",
        count(*) filter (where ${similar} and state = 'approved')::int as "similarApproved"
      from approvals.approvals
      where builder_id = ${builderId} and day > ${since} and state in ('approved', 'rejected')
        and id is distinct from ${id}
    ) as own, (
      select coalesce(sum(coalesce(decided_hours, hours)), 0)::float8 as hours
      from approvals.approvals
      where project_id = ${projectId} and state = 'approved' and id is distinct from ${id}
        and day between ${month.startOf('month').toISODate()} and ${month.endOf('month').toISODate()}
    ) as project`.execute(transaction);
  return rows[0] as Precedents;
}

export interface ListFilter {
  state?: State | undefined;
  builderId?: string | undefined;
  week?: string | undefined;
  audit?: Audit | undefined;
  escalated?: boolean | undefined;
  /** Only those that wait with a proposal of the engine. */
  proposed?: boolean | undefined;
  /** Only those that wait for a person. */
  waiting?: boolean | undefined;
  /** Only those that this person may decide. */
  waitingFor?: Inbox | undefined;
}

/** What waits for a person. */
export interface Inbox {
  email: string;
  /** Executives and administrators decide requests without an approver group. */
  isManager: boolean;
  builderId: string | null;
  userId: string;
  groupIds: string[];
  inEscalation: boolean;
}

function waitsFor({ isManager, builderId, userId, groupIds, inEscalation }: Inbox) {
  const ours =
    groupIds.length === 0 ? sql<SqlBool>`false` : sql<SqlBool>`group_id = any(${groupIds}::uuid[])`;
  return sql<SqlBool>`
    state = any(${[...OPEN_STATES]}::text[])
    and builder_id is distinct from ${builderId}
    and submitted_user is distinct from ${userId}
    and first_user is distinct from ${userId}
    and appealed_from is distinct from ${userId}
    and (${ours} or (escalated_at is not null and ${inEscalation}::boolean) or (group_id is null and ${isManager}::boolean))`;
}

/** Requests, newest first, before `before`. */
export function listApprovals(
  transaction: TenantTransaction,
  filter: ListFilter,
  before: string | null,
  limit: number,
): Promise<ApprovalRecord[]> {
  let query = transaction.selectFrom('approvals.approvals').selectAll().orderBy('id', 'desc').limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  if (filter.state) query = query.where('state', '=', filter.state);
  if (filter.builderId !== undefined) query = query.where('builder_id', '=', filter.builderId);
  if (filter.week) query = query.where('week', '=', filter.week);
  if (filter.audit) query = query.where('audit', '=', filter.audit);
  if (filter.waiting) query = query.where('state', 'in', [...OPEN_STATES]);
  if (filter.proposed) query = query.where('proposal', 'is not', null).where('state', 'in', [...OPEN_STATES]);
  if (filter.escalated) query = query.where('escalated_at', 'is not', null);
  if (filter.waitingFor) query = query.where(waitsFor(filter.waitingFor));
  return query.execute();
}

/** Counts for the inbox; of one builder's requests where one is given. */
export async function countApprovals(
  transaction: TenantTransaction,
  builderId: string | undefined,
  inbox: Inbox | null,
  now: Date,
) {
  const mine = inbox ? waitsFor(inbox) : sql<SqlBool>`false`;
  const open = sql`state = any(${[...OPEN_STATES]}::text[])`;
  const automatic = sql`exists (
    select from approvals.steps as step
    where step.approval_id = approvals.id and step.engine <> 'human' and step.step in ('approved', 'rejected'))`;
  let query = transaction
    .selectFrom('approvals.approvals as approvals')
    .select('state')
    .select((eb) => eb.fn.countAll<string>().as('all'))
    .select(sql<string>`count(*) filter (where ${mine})`.as('mine'))
    .select(sql<string>`count(*) filter (where ${open} and due_at < ${now})`.as('overdue'))
    .select(sql<string>`count(*) filter (where audit = 'due')`.as('audit_due'))
    .select(sql<string>`count(*) filter (where ${open} and proposal is not null)`.as('proposed'))
    .select(sql<string>`count(*) filter (where ${automatic})`.as('automatic'))
    .select(sql<string>`count(*) filter (where ${automatic} and engine = 'human')`.as('overturned'))
    .groupBy('state');
  if (builderId !== undefined) query = query.where('builder_id', '=', builderId);
  return query.execute();
}

/** What people decided since a moment: how often they did as the engine proposed, and how long it took. */
export interface DecidedByPeople {
  decided: number;
  confirmed: number;
  refused: number;
  /** From the request to the decision; null when nothing was decided. */
  medianHours: number | null;
}

/** Decisions of people since a moment; about one builder's requests where one is given. */
export async function decidedByPeople(
  transaction: TenantTransaction,
  builderId: string | null,
  since: Date,
): Promise<DecidedByPeople> {
  const { rows } = await sql<DecidedByPeople>`
    select count(*)::int as decided,
      count(*) filter (where (proposal = 'approve') = (state = 'approved'))::int as confirmed,
      count(*) filter (where (proposal = 'approve') <> (state = 'approved'))::int as refused,
      percentile_cont(0.5) within group (order by extract(epoch from decided_at - created_at) / 3600)::float8
        as "medianHours"
    from approvals.approvals
    where engine = 'human' and state in ('approved', 'rejected') and decided_at >= ${since}
      and (${builderId}::text is null or builder_id = ${builderId})`.execute(transaction);
  return rows[0] as DecidedByPeople;
}

/** Approved and undecided manual hours of a week by builder, in the order of their ids. */
export function payableHours(
  transaction: TenantTransaction,
  week: string,
  after: string | null,
  limit: number,
) {
  let query = transaction
    .selectFrom('approvals.approvals')
    .select('builder_id')
    .select(
      sql<number>`coalesce(sum(coalesce(decided_hours, hours)) filter (where state = 'approved'), 0)::float8`.as(
        'hours',
      ),
    )
    .select(
      sql<number>`coalesce(sum(hours) filter (where state = any(${['submitted', ...OPEN_STATES]}::text[])), 0)::float8`.as(
        'undecided',
      ),
    )
    .where('week', '=', week)
    .groupBy('builder_id')
    .orderBy('builder_id')
    .limit(limit);
  if (after !== null) query = query.where('builder_id', '>', after);
  return query.execute();
}

/** Open requests that are due for a reminder, or that are past their deadline. */
export function overdueApprovals(
  transaction: TenantTransaction,
  remindBefore: Date,
  now: Date,
  limit: number,
): Promise<ApprovalRecord[]> {
  return transaction
    .selectFrom('approvals.approvals')
    .selectAll()
    .where('state', 'in', [...OPEN_STATES])
    .where((eb) =>
      eb.or([
        eb.and([eb('due_at', '<=', now), eb('escalated_at', 'is', null)]),
        eb.and([eb('reminded_at', 'is', null), eb('due_at', '<=', remindBefore)]),
      ]),
    )
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
}

/** The company's settings, with defaults for what it has not set. */
export async function readSettings(transaction: TenantTransaction): Promise<ApprovalSettings> {
  const row = await transaction.selectFrom('approvals.settings').select('value').executeTakeFirst();
  return settingsSchema.parse(row?.value ?? {});
}

export async function writeSettings(transaction: TenantTransaction, value: ApprovalSettings): Promise<void> {
  const json = JSON.stringify(value);
  await transaction
    .insertInto('approvals.settings')
    .values({ value: json })
    .onConflict((conflict) =>
      conflict.column('tenant_id').doUpdateSet({ value: json, updated_at: sql<Date>`now()` }),
    )
    .execute();
}

/** All requests of these builders, with the judgements that they rest on. */
export async function requestsOf(
  transaction: TenantTransaction,
  builderIds: readonly string[],
): Promise<{ id: string; judgement_id: string | null }[]> {
  if (builderIds.length === 0) return [];
  return transaction
    .selectFrom('approvals.approvals')
    .select(['id', 'judgement_id'])
    .where('builder_id', 'in', builderIds)
    .execute();
}

/** Requests that were decided against whose they are, as far as they say who decided. */
export function decidedAgainst(
  transaction: TenantTransaction,
): Promise<
  Pick<ApprovalRecord, 'id' | 'engine' | 'decided_by' | 'decided_user' | 'decided_at' | 'updated_at'>[]
> {
  return transaction
    .selectFrom('approvals.approvals')
    .select(['id', 'engine', 'decided_by', 'decided_user', 'decided_at', 'updated_at'])
    .where((where) =>
      where.or([
        where('state', '=', 'rejected'),
        where.and([where('state', '=', 'approved'), where('decided_hours', '<', where.ref('hours'))]),
      ]),
    )
    .execute();
}
