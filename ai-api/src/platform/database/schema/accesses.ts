import type { Generated } from 'kysely';
import type { TenantId } from './columns.ts';

export interface AccessesTables {
  'accesses.accesses': {
    id: string;
    tenant_id: TenantId;
    /** `builder:<id>`, `user:<id>`, or `company` for everyone. */
    subject: string;
    /** As `callerId` names it: `user:<id>`, the id of a key, or `<key> for <user>`. */
    viewer: string;
    /** Name of the key that was used; null where a person came without one. */
    viewer_key: string | null;
    role: string;
    operation: string;
    purpose:
      | 'review'
      | 'approval'
      | 'performance'
      | 'report'
      | 'collaboration'
      | 'administration'
      | 'support'
      | 'export';
    /** Which one was read, such as a week. */
    detail: string;
    reason: string;
    /** Of reader, person, operation, purpose, detail, reason and hour: what is counted in one row. */
    digest: string;
    times: Generated<number>;
    first_at: Date;
    last_at: Date;
  };
}
