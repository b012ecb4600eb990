import type { TenantId } from './columns.ts';

export interface ComplianceTables {
  'compliance.reports': {
    id: string;
    tenant_id: TenantId;
    kind: string;
    subject: string | null;
    period_from: Date | null;
    period_to: Date | null;
    basis: string;
    controls: string[];
    covers: string;
    not_covered: string;
    files: string[];
    made_by: string;
    made_at: Date;
  };
}
