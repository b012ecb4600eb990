import type { ColumnType, Generated } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

/** A list that a row begins without. */
type List<T extends object> = ColumnType<T[], string | undefined, string>;

export interface PrivacyTables {
  'privacy.requests': {
    id: string;
    tenant_id: TenantId;
    kind: 'export' | 'erasure' | 'objection' | 'opt_out' | 'company_export' | 'correction';
    basis: 'gdpr' | 'ccpa';
    /** A digest in place of an e-mail address. */
    subject: string;
    /** How the person is known; null once the request has ended. */
    person: ColumnType<object | null, string | null, string | null>;
    state: 'open' | 'running' | 'done' | 'refused' | 'failed' | 'withdrawn';
    reason: string;
    /** How it was checked that the request is the person's. */
    verification: string;
    requested_by: string;
    /** Id of the user or key that recorded it. */
    requested_user: string;
    due_at: Date;
    extended_at: Date | null;
    extension_reason: string | null;
    /** The last reminder that was sent. */
    reminded: Generated<'' | 'week' | 'day' | 'overdue'>;
    confirmed_by: string | null;
    confirmed_user: string | null;
    confirmed_at: Date | null;
    refusal: string | null;
    /** What a person was answered whose data was to be corrected. */
    answer: string | null;
    /** False for requests from before there were access records. */
    is_access_recorded: Generated<boolean>;
    error: string | null;
    file_id: string | null;
    file_until: Date | null;
    /** What was found before the erasure. */
    found: List<object>;
    not_reached: List<object>;
    /** Traces in Langfuse that have to go. */
    traces: ColumnType<string[], string | undefined, string>;
    created_at: Timestamp;
    started_at: Date | null;
    ended_at: Date | null;
  };
  'privacy.steps': {
    tenant_id: TenantId;
    request_id: string;
    step: string;
    module: string;
    counts: Json<object>;
    done_at: Timestamp;
  };
  'privacy.holds': {
    id: string;
    tenant_id: TenantId;
    /** Null for the whole company. */
    subject: string | null;
    reason: string;
    set_by: string;
    created_at: Timestamp;
    released_at: Date | null;
    released_by: string | null;
    release_reason: string | null;
  };
  'privacy.analytics_bases': {
    id: string;
    tenant_id: TenantId;
    basis: 'objection' | 'consent';
    set_by: string;
    created_at: Timestamp;
  };
  'privacy.objections': {
    id: string;
    tenant_id: TenantId;
    kind: 'analytics' | 'sharing' | 'consent';
    subjects: string[];
    request_id: string | null;
    /** Name of the API key by which an agreement came; null where the person came themselves. */
    through_key: Generated<string | null>;
    created_at: Timestamp;
    withdrawn_at: Date | null;
  };
  'privacy.retention': {
    tenant_id: TenantId;
    kind: string;
    /** What the company chose, null for ever; where a module has a setting of its own, that counts. */
    days: number | null;
    is_chosen: Generated<boolean>;
    set_by: string;
    set_at: Timestamp;
    /** By which runs delete since `in_force_at`; null for ever. */
    in_force_days: number | null;
    in_force_at: Date | null;
    dry_run_at: Date | null;
    dry_run_count: number | null;
    /** The period that the dry run tried out. */
    dry_run_days: number | null;
    /** What runs deleted and the audit trail does not say yet. */
    unrecorded: Generated<number>;
    ran_at: Date | null;
    ran_count: number | null;
  };
}
