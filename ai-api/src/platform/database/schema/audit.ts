import type { TenantId, Timestamp } from './columns.ts';

export interface AuditTables {
  'audit.events': {
    tenant_id: TenantId;
    seq: number;
    occurred_at: Date;
    actor_key_id: string | null;
    actor_name: string;
    acting_for: string | null;
    operation: string;
    subject: string;
    request_id: string | null;
    payload_digest: string;
    previous_hash: string;
    hash: string;
  };
  'audit.payloads': {
    tenant_id: TenantId;
    seq: number;
    part: number;
    subjects: string[];
    digest: string;
    salt: string | null;
    content: string | null;
    recorded_at: Date;
    erased_at: Date | null;
    erased_reason: string | null;
    erased_in: number | null;
  };
  'audit.heads': { tenant_id: TenantId; seq: number; previous_hash: string; hash: string };
  'audit.retention_policies': { tenant_id: TenantId; years: number; updated_at: Timestamp };
}
