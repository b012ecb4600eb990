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
    /** Id of the person in made_by. */
    made_user: string | null;
    made_at: Date;
  };
}
