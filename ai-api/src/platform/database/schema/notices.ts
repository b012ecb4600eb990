import type { Json, TenantId } from './columns.ts';

export interface NoticesTables {
  'notices.versions': {
    id: string;
    tenant_id: TenantId;
    kind: string;
    version: number;
    /** Of `content`, in canonical form. */
    digest: string;
    title: string;
    content: Json<object>;
    /** The text as it was published, by headings. */
    sections: Json<{ heading: string; lines: string[] }[]>;
    /** Versions of rules, prompt and models at that time. */
    in_force: Json<object>;
    published_by: string;
    published_at: Date;
  };
  'notices.informed': {
    tenant_id: TenantId;
    kind: string;
    version: number;
    builder_id: string;
    acknowledged_at: Date | null;
    /** The day on which the company informed the person otherwise, and how. */
    informed_on: string | null;
    informed_how: string | null;
    recorded_by: string | null;
  };
}
