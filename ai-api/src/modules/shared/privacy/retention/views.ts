import type { Kept } from './kinds.ts';
import { shorter } from './period.ts';
import type { Ran } from './run.ts';

const iso = (moment: Date | null | undefined) => moment?.toISOString() ?? null;

/** A kind with its period as the API shows it. */
export function policyView({ kind, policy, planDays, period }: Kept) {
  const { days, pending } = period;
  return {
    kind: kind.kind,
    module: kind.module,
    title: kind.title,
    days: pending ? pending.days : days,
    inForceDays: days,
    inForceFrom: iso(pending?.from),
    defaultDays: shorter(kind.defaultDays, planDays),
    minDays: kind.minDays,
    maxDays: shorter(kind.maxDays, planDays) ?? kind.maxDays,
    planDays,
    floor: kind.floor ?? null,
    keeps: kind.keeps ?? null,
    follows: kind.follows ?? null,
    tables: [...kind.tables],
    setBy: policy?.is_chosen ? policy.set_by : null,
    setAt: policy?.is_chosen ? iso(policy.set_at) : null,
    needsDryRun: pending !== null && pending.from === null,
    dryRunAt: iso(policy?.dry_run_at),
    dryRunCount: policy?.dry_run_count ?? null,
    ranAt: iso(policy?.ran_at),
    ranCount: policy?.ran_count ?? null,
  };
}

export function ranView({ kind, title, removed, before, isDone, skipped }: Ran) {
  return { kind, title, removed, before: iso(before), isDone, skipped };
}
