import type { RequestContext } from '../../../http/caller.ts';
import type { Facts, Grade, JudgedByEngine, ReviewedJudgement } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';

/** Where a result had gone before it was changed. */
export interface SentTo {
  what: 'mail' | 'report';
  to: string;
  at: string;
}

/** What a person decides in the place of a contested judgement. */
export interface Change {
  reason: string;
  /** In kinds that grade. */
  grade?: Exclude<Grade, 'insufficient evidence'> | undefined;
  /** In requests for time. */
  hours?: number | undefined;
  /** What the rules of that time say with the facts that the person accepts; null where no fact was accepted. */
  again: Pick<JudgedByEngine, 'grade' | 'score' | 'coverage' | 'outcome' | 'criteria' | 'feedback'> | null;
  /** All facts, with those that were accepted; empty where none was. */
  facts: Facts;
}

/** How a module suspends and changes its judgements of a kind, when they are contested. */
export interface Contestable {
  kind: string;
  /**
   * Suspends the effect of a judgement as far as it can be, and marks what rests on it as contested.
   * @throws {import('../../../http/problem.ts').Problem} CONTEST_REFUSED with what to do instead
   */
  suspend(transaction: TenantTransaction, judgement: ReviewedJudgement, at: Date): Promise<void>;
  /** Users who decided it and whom no judgement names, such as the first of two approvers. */
  decidedBefore?(transaction: TenantTransaction, judgement: ReviewedJudgement): Promise<string[]>;
  /** Lets a judgement count again. */
  resume(transaction: TenantTransaction, judgement: ReviewedJudgement): Promise<void>;
  /**
   * Decides otherwise, as a person: the earlier judgement is superseded and kept. What was suspended has been resumed.
   * @returns the judgement that is in force then
   * @throws {import('../../../http/problem.ts').Problem} INVALID_INPUT where the change says nothing for this kind
   */
  change(
    transaction: TenantTransaction,
    request: RequestContext,
    judgement: ReviewedJudgement,
    change: Change,
  ): Promise<string>;
  /** Where the result has gone. */
  sentTo(transaction: TenantTransaction, judgement: ReviewedJudgement): Promise<SentTo[]>;
}
