import type { Generated } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

export interface DecisionsTables {
  'decisions.requests': {
    id: string;
    tenant_id: TenantId;
    title: string;
    message: string | null;
    /** Names and values, in the order they were given. */
    details: Json<[string, string | number | boolean][]>;
    approve_label: string;
    decline_label: string;
    reason_required: boolean;
    reference: string | null;
    /** Sealed: anyone who knows it can resume what waits there. */
    callback_url: string | null;
    /** Sealed; signs the callback. Null without a callback, and for decisions from before callbacks were signed. */
    callback_secret: string | null;
    callback_state: 'pending' | 'delivered' | 'failed' | null;
    status: Generated<'pending' | 'approved' | 'declined' | 'expired' | 'cancelled'>;
    reason: string | null;
    decided_at: Date | null;
    decided_via: 'link' | 'api' | null;
    decided_by: string | null;
    requested_by: string;
    expires_at: Date;
    created_at: Timestamp;
  };
  'decisions.approvers': {
    id: string;
    tenant_id: TenantId;
    decision_id: string;
    email: string;
    mails: Generated<number>;
    mailed_at: Date | null;
    mail_error: string | null;
  };
  'decisions.links': { hash: string; tenant_id: TenantId; approver_id: string; created_at: Timestamp };
}
