import type { Generated } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

export interface LicencesTables {
  'licences.products': {
    id: string;
    tenant_id: TenantId;
    code: string;
    name: string;
    entitlements: Generated<string[]>;
    created_at: Timestamp;
  };
  'licences.licences': {
    id: string;
    tenant_id: TenantId;
    product_id: string;
    name: string;
    version: Generated<number>;
    key_prefix: string;
    key_hash: string;
    max_seats: number;
    entitlements: Generated<string[]>;
    policy: Json<object>;
    version_from: string | null;
    version_to: string | null;
    state: Generated<'active' | 'suspended' | 'revoked'>;
    starts_at: Date | null;
    expires_at: Date | null;
    seats_at: Generated<number>;
    seats_revision: Generated<number>;
    seats_used: Generated<number>;
    seats_waiting: Generated<number>;
    seats_due: Generated<number>;
    created_by: string;
    created_at: Timestamp;
  };
  'licences.sessions': {
    id: string;
    tenant_id: TenantId;
    licence_id: string;
    member: string;
    device: string;
    user_name: Generated<string>;
    group_name: Generated<string>;
    state: string;
    lease_until: Date;
    queue_seq: number | null;
    revision: number;
    requested_at: Date;
    started_at: Date | null;
    ended_at: Date | null;
    idle_seconds: number | null;
    token: string | null;
    token_issued_at: Date | null;
    token_expires_at: Date | null;
  };
  'licences.denials': {
    id: string;
    tenant_id: TenantId;
    licence_id: string;
    device: string;
    user_name: Generated<string>;
    code: string;
    attempts: Generated<number>;
    first_at: Date;
    last_at: Date;
  };
  'licences.blocked_devices': {
    licence_id: string;
    device: string;
    tenant_id: TenantId;
    reason: string;
    blocked_by: string;
    created_at: Timestamp;
  };
  'licences.device_days': {
    licence_id: string;
    day: string;
    device: string;
    tenant_id: TenantId;
  };
  'licences.notices': {
    licence_id: string;
    expires_at: Date;
    days_before: number;
    tenant_id: TenantId;
  };
  'licences.signing_keys': {
    kid: string;
    provider: 'local' | 'kms';
    key_ref: string | null;
    public_jwk: Json<object>;
    private_key: string | null;
    created_at: Date;
    verifies_until: Date | null;
  };
}
