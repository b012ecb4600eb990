import { activeThresholds } from '../../../judgement/index.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Actor } from '../../shared/audit/index.ts';
import { type AppliedThresholds, applyThresholds, proposeThresholds } from '../rules/index.ts';
import { kindName, kindOf } from './judge-text.ts';
import type { Judging } from './judging.ts';
import { decidedCases } from './results-store.ts';

const MAX_CASES = 5_000;

/** Thresholds of a rule set: proposed from what people decided, put in force by a person. */
export function createThresholds(database: Database, judging: Judging, now: () => Date) {
  return {
    calibration: (tenantId: string, name: string, maxError: number) =>
      database.withTenant(tenantId, async (transaction) => {
        const { ruleSet } = await judging.open(transaction, tenantId, name, 'newest', { mayAskModel: false });
        const inForce = await activeThresholds(transaction, kindOf(ruleSet), now());
        const cases = await decidedCases(transaction, name, MAX_CASES);
        const { status, proposal } = proposeThresholds(cases, inForce, maxError);
        return { name, inForce, cases: cases.length, status, proposal };
      }),

    /** @throws {Problem} NOT_FOUND, CONFLICT */
    setThresholds: (actor: Actor, name: string, given: AppliedThresholds) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const { ruleSet } = await judging.open(transaction, actor.tenantId, name, 'newest', {
          mayAskModel: false,
        });
        const inForce = await activeThresholds(transaction, kindOf(ruleSet), now());
        return applyThresholds(transaction, actor, kindName(name), inForce, given);
      }),
  };
}
