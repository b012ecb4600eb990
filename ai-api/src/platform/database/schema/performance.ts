import type { Generated } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

export interface PerformanceTables {
  'performance.pips': {
    id: string;
    tenant_id: TenantId;
    version: Generated<number>;
    builder_id: string;
    reason: string;
    goals: Json<object[]>;
    starts_on: string;
    ends_on: string;
    status: Generated<'active' | 'met' | 'not_met' | 'cancelled'>;
    outcome: string | null;
    created_by: string;
    closed_by: string | null;
    closed_at: Date | null;
    created_at: Timestamp;
  };
  'performance.check_ins': {
    id: string;
    tenant_id: TenantId;
    pip_id: string;
    note: string;
    progress: Json<object[]>;
    made_by: string;
    created_at: Timestamp;
  };
}
