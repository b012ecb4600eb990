import { sql } from 'kysely';
import { type Database, staysHere, type TenantTransaction } from '../../platform/database/index.ts';
import type { CallRecord } from '../ledger/store.ts';

export interface PendingTrace {
  tenant_id: string;
  id: string;
  content: unknown;
  started_at: Date;
  export_attempts: number;
}

const PURPOSE = 'traces of every tenant go to the one Langfuse of the installation';

/** Takes traces that are due, oldest first, and keeps them from other processes for a minute. */
export async function claimTraces(database: Database, limit: number): Promise<PendingTrace[]> {
  const { rows } = await sql<PendingTrace>`
    update models.traces as trace
    set export_after = now() + interval '1 minute', export_attempts = export_attempts + 1
    from (
      select tenant_id, id from models.traces
      where exported_at is null and export_after <= now()
        and ${staysHere(database.residency, 'models.traces.tenant_id')}
      order by export_after limit ${limit} for update skip locked
    ) as due
    where trace.tenant_id = due.tenant_id and trace.id = due.id
    returning trace.tenant_id, trace.id, trace.content, trace.started_at, trace.export_attempts`.execute(
    database.system(PURPOSE),
  );
  return rows;
}

/** The ledger's rows of traces, oldest first. */
export async function callsOf(
  database: Database,
  traces: readonly PendingTrace[],
): Promise<(CallRecord & { trace_id: string })[]> {
  if (traces.length === 0) return [];
  const ids = JSON.stringify(traces.map(({ tenant_id, id }) => ({ tenant_id, id })));
  const { rows } = await sql<CallRecord & { trace_id: string }>`
    select call.* from models.calls as call
    join json_to_recordset(${ids}::json) as wanted (tenant_id uuid, id text)
      on call.tenant_id = wanted.tenant_id and call.trace_id = wanted.id
    order by call.started_at, call.id`.execute(database.system(PURPOSE));
  return rows;
}

/** When a trace is tried again, in seconds from now; null for one that is not tried by itself any more. */
export interface Outcome {
  tenant_id: string;
  id: string;
  exported: boolean;
  again: number | null;
}

export async function noteOutcomes(database: Database, outcomes: readonly Outcome[]): Promise<void> {
  await sql`
    update models.traces as trace
    set exported_at = case when outcome.exported then now() end,
      export_after = case when outcome.again is null then 'infinity' else now() + make_interval(secs => outcome.again) end
    from json_to_recordset(${JSON.stringify(outcomes)}::json)
      as outcome (tenant_id uuid, id text, exported boolean, again double precision)
    where trace.tenant_id = outcome.tenant_id and trace.id = outcome.id`.execute(database.system(PURPOSE));
}

/** Leaves alone what was judged long before Langfuse was there to hear of it. */
export async function skipOld(database: Database, before: Date): Promise<void> {
  await sql`
    update models.traces set export_after = 'infinity'
    where exported_at is null and export_attempts = 0 and started_at < ${before} and export_after <> 'infinity'`.execute(
    database.system(PURPOSE),
  );
}

/** Whether Langfuse gets a trace by its share: what `isSampled` says, in the database. */
function sampled(sampleRate: number) {
  return sql<boolean>`('x' || lpad(right(id, 8), 16, '0'))::bit(64)::bigint < ${sampleRate}::double precision * 4294967296`;
}

interface Renewal {
  since: Date;
  until: Date;
  alsoExported: boolean;
  sampleRate: number;
}

/**
 * Makes the sampled traces of a span of time due again that Langfuse does not have, or all of them. Answers how many. Of
 * those that it has, the attempts are forgotten, so that they are sent without a look for them.
 */
export async function renewTraces(
  transaction: TenantTransaction,
  { since, until, alsoExported, sampleRate }: Renewal,
): Promise<number> {
  const { rows } = await sql<{ renewed: number }>`
    with renewed as (
      update models.traces
      set exported_at = null, export_after = now(), export_attempts = case when exported_at is null then 1 else 0 end
      where started_at >= ${since} and started_at < ${until} and (exported_at is null or ${alsoExported})
        and ${sampled(sampleRate)}
      returning 1
    ) select count(*)::integer as renewed from renewed`.execute(transaction);
  return rows[0]?.renewed ?? 0;
}

/** Traces that Langfuse has, will get, does not get by their share, and does not get by itself any more. */
export async function countTraces(transaction: TenantTransaction, sampleRate: number) {
  const { rows } = await sql<{ exported: number; pending: number; notSampled: number; left: number }>`
    select (count(*) filter (where exported_at is not null))::integer as exported,
      (count(*) filter (where exported_at is null and export_after < 'infinity'))::integer as pending,
      (count(*) filter (where exported_at is null and export_after = 'infinity' and not is_sampled))::integer
        as "notSampled",
      (count(*) filter (where exported_at is null and export_after = 'infinity' and is_sampled))::integer as left
    from (
      select *, ${sampled(sampleRate)} as is_sampled
      from models.traces
    ) as trace`.execute(transaction);
  return rows[0] ?? { exported: 0, pending: 0, notSampled: 0, left: 0 };
}
