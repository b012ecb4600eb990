import type { TenantTransaction } from './database/index.ts';

/** How a module answers for the personal data that it holds. */
export interface PersonalData {
  /** Tables with personal data, such as `people.superbuilders`. */
  tables: readonly string[];
  /** What it holds about a subject such as `builder:b-001`; null when it knows nothing about them. */
  about(transaction: TenantTransaction, subject: string): Promise<object | null>;
  /**
   * Deletes what it holds about a subject, where the person's right to erasure reaches it.
   * @returns how many records are gone
   */
  erase?(transaction: TenantTransaction, tenantId: string, subject: string): Promise<number>;
}
