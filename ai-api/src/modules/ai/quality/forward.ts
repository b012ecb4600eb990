import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { ScoreRecord } from './scores-store.ts';

/** Sends Langfuse what was stored here, by jobs of the same transaction. */
export interface Forward {
  /** The state in which something about a trace begins. */
  initial(traceId: string | null): 'off' | 'pending';
  /** Sends a score that is pending. */
  score(
    transaction: TenantTransaction,
    tenantId: string,
    score: Pick<ScoreRecord, 'root_id' | 'langfuse'>,
  ): Promise<void>;
  review(transaction: TenantTransaction, tenantId: string, reviewId: string): Promise<void>;
  /** Scores a judgement by what a person decided in its place. */
  decision(transaction: TenantTransaction, decision: Decision): Promise<void>;
}

/** A judgement of a person and the one that it replaces. */
export interface Decision {
  judgementId: string;
  replacedId: string;
}

/** Without Langfuse nothing is sent. */
export const NOWHERE: Forward = {
  initial: () => 'off',
  score: async () => {},
  review: async () => {},
  decision: async () => {},
};
