import type { TenantTransaction } from '../../platform/database/index.ts';
import type { ScoreRecord } from './scores-store.ts';

/** Tells Langfuse what was stored here, by jobs of the same transaction. */
export interface Forward {
  /** The state in which a score of a judgement with this trace begins. */
  stateOf(traceId: string | null): ScoreRecord['langfuse'];
  score(transaction: TenantTransaction, tenantId: string, scoreId: string): Promise<void>;
  review(transaction: TenantTransaction, tenantId: string, reviewId: string): Promise<void>;
}

/** Without Langfuse nothing is told. */
export const nowhere: Forward = {
  stateOf: () => 'off',
  score: async () => {},
  review: async () => {},
};
