import type { Generated } from 'kysely';
import type { TenantId, Timestamp } from './columns.ts';

type PlanName = 'starter' | 'pro' | 'enterprise';

export interface PlansTables {
  'plans.companies': {
    tenant_id: TenantId;
    /** What applies without a subscription. */
    base_plan: PlanName;
    customer_id: Generated<string | null>;
    subscription_id: Generated<string | null>;
    /** What the subscription is for; whether it applies depends on its status and the time. */
    plan: Generated<PlanName>;
    status: Generated<
      | 'none'
      | 'incomplete'
      | 'incomplete_expired'
      | 'trialing'
      | 'active'
      | 'past_due'
      | 'unpaid'
      | 'paused'
      | 'canceled'
    >;
    period_end: Generated<Date | null>;
    trial_end: Generated<Date | null>;
    ends_at_period_end: Generated<boolean>;
    past_due_since: Generated<Date | null>;
    /** Goes up with each change, so that what was read at Stripe before a change is not written after it. */
    version: Generated<number>;
    read_at: Generated<Date | null>;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'plans.overrides': {
    id: string;
    tenant_id: TenantId;
    plan: PlanName | null;
    feature: string | null;
    quota: string | null;
    /** Null is no limit; of a feature 1 includes it and 0 does not. */
    value: number | null;
    ends_at: Date;
    reason: string;
    /** As the audit trail names them, never a person's own name. */
    set_by: string;
    created_at: Date;
    ended_at: Generated<Date | null>;
  };
  'plans.counters': {
    tenant_id: TenantId;
    quota: string;
    day: string;
    used: number;
  };
  'plans.notices': {
    tenant_id: TenantId;
    quota: string;
    period: string;
    /** The limit that the notice was about. */
    quota_limit: number;
    percent: number;
    created_at: Timestamp;
  };
  'plans.stripe_events': {
    id: string;
    tenant_id: TenantId;
    type: string;
    received_at: Date;
  };
}
