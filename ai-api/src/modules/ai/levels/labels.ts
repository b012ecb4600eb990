import type { TenantTransaction } from '../../../platform/database/index.ts';

/** What a module knows of the decisions of people about its subjects, beside their outcome. */
export interface Label {
  /** People granted all that was asked for. */
  isInFull: boolean;
  /** It was drawn by chance for people to look at, so that it speaks for those that were not. */
  isDrawn: boolean;
}

/** A kind of judgement for which a company may name a level. */
export interface Labels {
  kind: string;
  /** What is known of these subjects; those that are gone are left out. */
  labelsOf(transaction: TenantTransaction, subjectIds: readonly string[]): Promise<Map<string, Label>>;
}
