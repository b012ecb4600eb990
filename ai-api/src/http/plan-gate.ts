import type { Operation } from '../contract/operation.ts';
import type { Feature } from '../contract/plans.ts';
import type { Caller } from './caller.ts';

/** Counted by the request; what else is limited is counted where it is made. */
type CountedQuota = Exclude<NonNullable<Operation['quota']>, { by: 'handler' }>['of'];

/** What companies may use, as the plans decide. */
export interface PlanRules {
  /** @throws {import('./problem.ts').Problem} FEATURE_NOT_IN_PLAN */
  requireFeature(caller: Caller, feature: Feature): Promise<void>;
  /**
   * Counts one, and answers how it is given back.
   * @throws {import('./problem.ts').Problem} QUOTA_EXCEEDED
   */
  take(caller: Caller, quota: CountedQuota): Promise<() => Promise<void>>;
}

export type PlanGate = ReturnType<typeof createPlanGate>;

/** Lets operations through by the plan of the company. Without rules every plan includes everything. */
export function createPlanGate() {
  let rules: PlanRules | undefined;
  return {
    /** Has these rules decide from now on. */
    use: (given: PlanRules): void => {
      rules = given;
    },

    /**
     * Carries an operation out if the plan of the caller's company allows it; what it takes is given back when it fails.
     * @throws {import('./problem.ts').Problem} FEATURE_NOT_IN_PLAN, QUOTA_EXCEEDED, and what `run` throws
     */
    admit: async <T>(op: Operation, caller: Caller | undefined, run: () => Promise<T>): Promise<T> => {
      if (!rules || !caller) return run();
      if (op.feature !== undefined) await rules.requireFeature(caller, op.feature);
      if (op.quota === undefined || 'by' in op.quota) return run();
      const giveBack = await rules.take(caller, op.quota.of);
      try {
        return await run();
      } catch (error) {
        await giveBack();
        throw error;
      }
    },
  };
}
