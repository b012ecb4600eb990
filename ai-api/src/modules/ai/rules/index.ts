import { type Served, serve } from '../../../http/router.ts';
import { type Kind, seedKind } from '../../../judgement/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { actorOf, record, systemActor } from '../../shared/audit/index.ts';
import { calibration, rule } from './contract.ts';
import { createRules, type Rules } from './service.ts';

export { type AppliedThresholds, applyThresholds, proposeThresholds } from './calibration.ts';
export type { Rules } from './service.ts';

const hasRules = ({ rulesFile }: Kind) => rulesFile !== null;

interface Needs {
  database: Database;
  kinds: readonly Kind[];
  clock: Clock;
}

export function create({ database, kinds, clock }: Needs) {
  return createRules(database, kinds.filter(hasRules), () => clock.now());
}

/** Gives a company the default rules of every kind that it has none of yet. */
export async function seed(
  transaction: TenantTransaction,
  tenantId: string,
  { kinds }: { kinds: readonly Kind[] },
): Promise<void> {
  let rules = 0;
  const retired: string[] = [];
  for (const kind of kinds.filter(hasRules)) {
    const seeded = await seedKind(transaction, kind);
    rules += seeded.added;
    retired.push(...seeded.retired);
  }
  if (rules === 0 && retired.length === 0) return;
  await record(transaction, systemActor(tenantId, 'judgement.seed'), {
    subject: 'rules',
    details: [{ about: [], content: { rules, retired } }],
  });
}

/** The operations of this module. */
export function operations(service: Rules): Served[] {
  return [
    serve(rule, {
      listKinds: async (page) => service.listKinds(page),
      list: ({ kind, search, ...page }, { caller }) => service.list(caller.tenantId, { kind, search }, page),
      check: async ({ kind, rule: definition }) => service.check(kind, definition),
      replay: ({ limit, ...change }, { caller, signal }) =>
        service.replay(caller.tenantId, change, limit, signal),
      save: (input, request) => service.save(actorOf(request), input),
      rollback: (input, request) => service.rollback(actorOf(request), input),
      get: ({ kind, key, version }, { caller }) => service.get(caller.tenantId, kind, key, version),
      listVersions: ({ kind, key, ...page }, { caller }) =>
        service.listVersions(caller.tenantId, kind, key, page),
      diff: ({ kind, key, from, to }, { caller }) => service.diff(caller.tenantId, kind, key, from, to),
    }),
    serve(calibration, {
      get: ({ kind, maxError }, { caller }) => service.calibration(caller.tenantId, kind, maxError),
      apply: ({ kind, ...given }, request) => service.applyThresholds(actorOf(request), kind, given),
    }),
  ];
}
