import type { Generated } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

export interface GatesTables {
  'gates.gates': {
    id: string;
    tenant_id: TenantId;
    from_stage: 'idea' | 'validation' | 'build' | 'launch' | 'growth';
    to_stage: 'idea' | 'validation' | 'build' | 'launch' | 'growth';
    version: Generated<number>;
    name: string;
    criteria: Json<object[]>;
    changed_by: string;
    changed_at: Timestamp;
  };
  'gates.evaluations': {
    id: string;
    tenant_id: TenantId;
    gate_id: string;
    gate_version: number;
    project_id: string;
    /** Who led the project then. */
    builder_id: string | null;
    version: Generated<number>;
    /** The criteria as they were. */
    criteria: Json<object[]>;
    judgement_id: string;
    /** The outcome that waits for a person to confirm it, and until when. */
    proposal: string | null;
    due_at: Date | null;
    reminded_at: Date | null;
    waived_by: string | null;
    waiver: string | null;
    contested_at: Date | null;
    evaluated_by: string;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
}
