import type { Generated } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

export type DeliveryState =
  | 'pending'
  | 'deferred'
  | 'batched'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'digested'
  | 'failed'
  | 'unknown'
  | 'suppressed'
  | 'skipped';

/** What a channel sends; each uses its own fields. */
export interface DeliveryContent {
  subject?: string;
  html?: string;
  text: string;
  link?: string | null;
}

export interface NotificationsTables {
  'notifications.templates': {
    tenant_id: TenantId;
    name: string;
    published_version: number | null;
    created_at: Timestamp;
  };
  'notifications.versions': {
    tenant_id: TenantId;
    name: string;
    version: number;
    content: Json<object>;
    comment: string;
    created_by: string;
    created_by_id: string;
    created_at: Timestamp;
    published_at: Date | null;
    published_by: string | null;
  };
  'notifications.settings': {
    tenant_id: TenantId;
    zone: Generated<string>;
    locale: Generated<string>;
    quiet_from: string | null;
    quiet_to: string | null;
    digest_hour: Generated<number>;
    retention_days: Generated<number>;
  };
  'notifications.profiles': {
    tenant_id: TenantId;
    user_id: string;
    phone: string | null;
    zone: string | null;
    locale: string | null;
    quiet_from: string | null;
    quiet_to: string | null;
    digest_hour: number | null;
    webhook_url: string | null;
    webhook_secret: string | null;
    /** The number that was confirmed by its code; verified is what equals `phone`. */
    verified_phone: string | null;
    /** Keyed digest of the code on its way to `phone`. */
    phone_code: string | null;
    phone_code_until: Date | null;
    phone_code_failures: Generated<number>;
    updated_at: Timestamp;
  };
  'notifications.preferences': {
    id: string;
    tenant_id: TenantId;
    owner: string;
    template: Generated<string>;
    category: Generated<string>;
    channel: Generated<string>;
    choice: 'on' | 'off' | 'digest';
    updated_at: Timestamp;
  };
  'notifications.suppressions': {
    id: string;
    tenant_id: TenantId;
    channel: 'email' | 'sms';
    address: string;
    reason: 'bounce' | 'complaint' | 'stop' | 'added';
    detail: Generated<string>;
    created_at: Timestamp;
  };
  'notifications.notifications': {
    id: string;
    tenant_id: TenantId;
    owner: string;
    user_id: string | null;
    name: string;
    template: string;
    version: number | null;
    category: string;
    critical: boolean;
    title: string;
    summary: string;
    link: string | null;
    source: string | null;
    /** Preferences and quiet hours do not apply: a digest or a test. */
    regardless: Generated<boolean>;
    dedupe_key: string | null;
    digest: string;
    created_by: string;
    created_at: Date;
  };
  'notifications.batches': {
    id: string;
    tenant_id: TenantId;
    owner: string;
    due_at: Date;
    is_open: Generated<boolean>;
    notification_id: string | null;
  };
  'notifications.deliveries': {
    id: string;
    tenant_id: TenantId;
    notification_id: string;
    channel: 'email' | 'sms' | 'webhook' | 'inbox';
    address: string;
    content: Json<DeliveryContent>;
    state: DeliveryState;
    not_before: Date | null;
    attempts: Generated<number>;
    round: Generated<number>;
    batch_id: string | null;
    provider_id: string | null;
    error_code: string | null;
    error: string | null;
    created_at: Date;
    sending_at: Date | null;
    sent_at: Date | null;
    ended_at: Date | null;
  };
  'notifications.attempts': {
    id: string;
    tenant_id: TenantId;
    delivery_id: string;
    started_at: Date;
    duration_ms: number;
    outcome: 'sent' | 'refused' | 'failed' | 'unknown';
    code: string | null;
    message: string | null;
  };
  'notifications.inbox': {
    notification_id: string;
    tenant_id: TenantId;
    user_id: string;
    seen_at: Date | null;
    read_at: Date | null;
    archived_at: Date | null;
  };
}
