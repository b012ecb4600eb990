import { Problem } from '../../../http/problem.ts';
import { activeThresholds, appendThresholds, type Thresholds } from '../../../judgement/index.ts';
import type { Database } from '../../../platform/database/index.ts';
import { type Actor, displayName, record } from '../../shared/audit/index.ts';
import { proposeThresholds } from '../rules/index.ts';
import { kindName, kindOf } from './judge-text.ts';
import type { Judging } from './judging.ts';
import { decidedCases } from './results-store.ts';

const MAX_CASES = 5_000;

interface Applied extends Omit<Thresholds, 'version'> {
  expectedVersion: number;
  reason: string;
}

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
    setThresholds: (actor: Actor, name: string, { expectedVersion, reason, ...given }: Applied) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const { ruleSet } = await judging.open(transaction, actor.tenantId, name, 'newest', {
          mayAskModel: false,
        });
        const inForce = await activeThresholds(transaction, kindOf(ruleSet), now());
        const conflict = () =>
          new Problem('CONFLICT', `Version ${inForce.version} is in force by now. Reload it first.`);
        if (inForce.version !== expectedVersion) throw conflict();
        const applied: Thresholds = { ...given, version: expectedVersion + 1 };
        if (!(await appendThresholds(transaction, kindName(name), applied, reason, displayName(actor))))
          throw conflict();
        await record(transaction, actor, {
          subject: `thresholds:${kindName(name)}`,
          details: [{ about: [], content: { before: inForce, after: applied, reason } }],
        });
        return applied;
      }),
  };
}
