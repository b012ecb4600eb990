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
