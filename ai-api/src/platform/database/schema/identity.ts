import type { Generated, JSONColumnType } from 'kysely';
import type { TenantId, Timestamp } from './columns.ts';

export interface IdentityTables {
  'identity.tenants': {
    id: string;
    name: string;
    tier: Generated<'starter' | 'pro' | 'enterprise'>;
    data_region: string | null;
    data_region_chosen_at: Generated<Date | null>;
    data_stored_elsewhere: Generated<boolean | null>;
    opened_at: Generated<Date | null>;
    opened_by: Generated<string | null>;
    opening_hash: Generated<string | null>;
    settings: JSONColumnType<object, string | undefined, string>;
    updated_at: Timestamp;
    created_at: Timestamp;
  };
  'identity.api_keys': {
    id: string;
    tenant_id: string;
    name: string;
    prefix: string;
    secret_hash: string;
    roles: string[];
    scopes: Generated<string[]>;
    /** Who made it, as the audit trail names them. */
    created_by: Generated<string | null>;
    expires_at: Date | null;
    last_used_at: Generated<Date | null>;
    /** The secret before the last rotation, which works too until `previous_until`. */
    previous_hash: Generated<string | null>;
    previous_until: Generated<Date | null>;
    revoked_at: Generated<Date | null>;
    created_at: Timestamp;
  };
  'identity.users': {
    id: string;
    tenant_id: TenantId;
    email: string;
    name: string;
    roles: string[];
    status: 'active' | 'invited' | 'disabled';
    password_hash: Generated<string | null>;
    /** Whether the person set it by a link that was sent to their address, not an administrator. */
    password_is_own: Generated<boolean>;
    invitation_hash: Generated<string | null>;
    /** Whether the secret went to the address alone. */
    invitation_by_mail: Generated<boolean>;
    invitation_until: Generated<Date | null>;
    /** Came by the domain of their address; without proof of it while they are invited. */
    self_registered: Generated<boolean>;
    /** When the person last requested one themselves. */
    invitation_requested_at: Generated<Date | null>;
    invitation_sent_at: Generated<Date | null>;
    /** Why the e-mail was not sent. */
    invitation_error: Generated<string | null>;
    /** When the person proved that the address is theirs. */
    email_confirmed_at: Generated<Date | null>;
    last_sign_in_at: Generated<Date | null>;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'identity.domains': {
    tenant_id: TenantId;
    domain: string;
    /** Of people who join by it. */
    roles: string[];
    /** What the DNS record has to say. */
    token: string;
    /** As the audit trail names them. */
    added_by: string;
    verified_how: Generated<'dns' | 'administrator' | null>;
    verified_at: Generated<Date | null>;
    created_at: Date;
  };
  'identity.external_identities': {
    tenant_id: TenantId;
    issuer: string;
    subject: string;
    user_id: string;
    created_at: Timestamp;
  };
  'identity.sessions': {
    id: string;
    tenant_id: TenantId;
    user_id: string;
    kind: 'browser' | 'token';
    /** Of the cookie; a session of tokens has none. */
    secret_hash: string | null;
    provider: string;
    user_agent: string | null;
    created_at: Timestamp;
    last_seen_at: Timestamp;
    idle_until: Date;
    expires_at: Date;
    ended_at: Generated<Date | null>;
    ended_because: Generated<string | null>;
  };
  'identity.refresh_tokens': {
    hash: string;
    tenant_id: TenantId;
    session_id: string;
    created_at: Timestamp;
    expires_at: Date;
    used_at: Generated<Date | null>;
  };
  'identity.sign_ins': {
    state_hash: string;
    tenant_id: TenantId;
    provider: string;
    browser_hash: string;
    sealed: string;
    expires_at: Date;
  };
  /** Of requests that a platform signed, and places of what may happen a few times only; of no company. */
  'identity.platform_nonces': {
    digest: string;
    ends_at: Date;
  };
}
