import type { TenantTransaction } from './database/index.ts';

/** Outcomes of one sort that are adverse for a person, as a module's own tables have them. */
export interface AdverseCount {
  /** Such as `plans that were opened`. */
  of: string;
  checked: number;
  /** Of them, those that no person decided, as far as the table and the audit trail say. */
  broken: number;
  /** When the newest of these was made. */
  newest: Date | null;
}

/** Counts adverse outcomes in a transaction of a company. */
export type CountAdverse = (transaction: TenantTransaction) => Promise<AdverseCount>;

/** What was counted for a promise in a company's data. */
export interface Evidence {
  /** What the count is of, such as "judgements by engines". */
  of: string;
  checked: number;
  /** Of them, those that break the promise. */
  broken: number;
  /** What else a reader has to know, such as how far the count reaches; null for nothing. */
  note: string | null;
}

/** A promise that the product makes to those whom it judges, with how its evidence is counted. */
export interface CountedPromise {
  /** Such as `adverse-needs-a-person`. */
  id: string;
  /** As people read it: "No engine decides against a person." */
  says: string;
  count(tenantId: string, signal: AbortSignal): Promise<Evidence>;
}
