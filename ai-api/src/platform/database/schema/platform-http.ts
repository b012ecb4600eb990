import type { Json, TenantId, Timestamp } from './columns.ts';

export interface PlatformHttpTables {
  'platform_http.idempotency_keys': {
    tenant_id: TenantId;
    credential: string;
    operation: string;
    key_hash: string;
    request_hash: string;
    state: 'in_flight' | 'done';
    attempt: string;
    lease_until: Date;
    status: number | null;
    headers: Json<object> | null;
    /** Sealed with the client's key. */
    body: string | null;
    created_at: Timestamp;
    acted_at: Date | null;
    expires_at: Date;
  };
}
