import type { Generated } from 'kysely';
import type { TenantId, Timestamp } from './columns.ts';

export interface PeopleTables {
  'people.superbuilders': {
    tenant_id: TenantId;
    builder_id: string;
    name: string;
    email: string;
    team: string;
    title: string | null;
    status: 'active' | 'on_leave' | 'left';
    started_on: string;
    weekly_hours: number;
    timezone: string | null;
    updated_at: Timestamp;
  };
  'people.projects': {
    tenant_id: TenantId;
    project_id: string;
    name: string;
    builder_id: string;
    status: 'active' | 'paused' | 'done';
    stage: 'idea' | 'validation' | 'build' | 'launch' | 'growth';
    tam_usd: number | null;
    tam_rationale: string | null;
    goal: string | null;
    updated_at: Timestamp;
  };
  'people.project_stages': {
    tenant_id: TenantId;
    project_id: string;
    stage: 'idea' | 'validation' | 'build' | 'launch' | 'growth';
    entered_on: string;
    /** Orders stages that were entered on the same day. */
    position: Generated<number>;
  };
  'people.metrics_weekly': {
    tenant_id: TenantId;
    builder_id: string;
    week: string;
    hours_worked: number | null;
    active_days: number | null;
    brainlift_quality: number | null;
    brainlift_entries: number | null;
    goals_set: number | null;
    goals_met: number | null;
    note: string | null;
    updated_at: Timestamp;
  };
  'people.project_metrics_weekly': {
    tenant_id: TenantId;
    project_id: string;
    week: string;
    goals_set: number | null;
    goals_met: number | null;
    active_users: number | null;
    revenue_micros: number | null;
    updated_at: Timestamp;
  };
  'people.time_entries': {
    tenant_id: TenantId;
    entry_id: string;
    builder_id: string;
    project_id: string | null;
    started_at: Date;
    ended_at: Date;
    updated_at: Timestamp;
  };
  'people.leave': {
    tenant_id: TenantId;
    builder_id: string;
    first_day: string;
    last_day: string;
    updated_at: Timestamp;
  };
  'people.project_members': {
    tenant_id: TenantId;
    project_id: string;
    builder_id: string;
    last_day: string | null;
    updated_at: Timestamp;
  };
  'people.project_budgets': {
    tenant_id: TenantId;
    project_id: string;
    monthly_hours: number;
    updated_at: Timestamp;
  };
  'people.work_records': {
    tenant_id: TenantId;
    record_id: string;
    kind: 'meeting' | 'ticket' | 'document';
    reference: string | null;
    title: string;
    project_id: string | null;
    builder_ids: string[];
    day: string;
    started_at: Date | null;
    ended_at: Date | null;
    updated_at: Timestamp;
  };
}
