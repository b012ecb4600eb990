import type { Generated } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

export interface EventsTables {
  'events.outbox': {
    id: string;
    tenant_id: TenantId;
    type: string;
    data: Json<object>;
    occurred_at: Timestamp;
    /** Number of the transaction that wrote it; with the id, the order that readers follow. */
    committed_in: Generated<number>;
  };
  'events.endpoints': {
    id: string;
    tenant_id: TenantId;
    url: string;
    events: string[];
    /** Sealed; so is the previous one, which signs too until `previous_until`. */
    secret: string;
    previous_secret: Generated<string | null>;
    previous_until: Generated<Date | null>;
    state: Generated<'healthy' | 'failing' | 'disabled'>;
    state_reason: Generated<string | null>;
    failures: Generated<number>;
    failing_since: Generated<Date | null>;
    paused_until: Generated<Date | null>;
    created_at: Timestamp;
  };
  'events.deliveries': {
    id: string;
    tenant_id: TenantId;
    event_id: string;
    endpoint_id: string;
    status: Generated<'pending' | 'delivered' | 'failed'>;
    attempts: Generated<number>;
    last_error: string | null;
    /** Incremented when it is sent again on request; jobs of earlier rounds are void. */
    round: Generated<number>;
    next_attempt_at: Generated<Date | null>;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'events.attempts': {
    id: string;
    tenant_id: TenantId;
    delivery_id: string;
    at: Timestamp;
    duration_ms: number;
    response_status: number | null;
    error: string | null;
  };
  'events.tickets': { hash: string; tenant_id: TenantId; caller: Json<object>; expires_at: Date };
}
