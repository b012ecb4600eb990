import { notFound } from '../../../../http/problem.ts';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import type { RetentionKind } from '../../../../platform/retention.ts';
import type { Parts } from '../parts.ts';
import { type Days, type Period, periodOf } from './period.ts';
import { chosenDays, findPolicy, type PolicyRecord } from './store.ts';

/** A kind of data with the module that keeps it. */
export type OwnedKind = RetentionKind & { module: string };

/** A kind as it is kept at a moment. */
export interface Kept {
  kind: OwnedKind;
  policy: PolicyRecord | undefined;
  /** What the company chose; undefined when it did not. */
  chosen: Days | undefined;
  /** What the plan allows of this kind; null without a limit. */
  planDays: Days;
  period: Period;
}

/** The kinds of data of all modules, and for how long a company keeps each. */
export function createKinds({ hooks, plans, now }: Pick<Parts, 'hooks' | 'plans' | 'now'>) {
  const all = (): OwnedKind[] =>
    hooks().flatMap(({ module, retention = [] }) => retention.map((kind) => ({ ...kind, module })));

  /** @throws {import('../../../../http/problem.ts').Problem} NOT_FOUND */
  function requireKind(name: string): OwnedKind {
    const found = all().find(({ kind }) => kind === name);
    if (!found) throw notFound('kind of data', name);
    return found;
  }

  /** A kind, and the kinds that have its period. */
  const withFollowers = (name: string) =>
    all().filter(({ kind, follows }) => kind === name || follows === name);

  async function keptAs(
    transaction: TenantTransaction,
    kind: OwnedKind,
    known?: PolicyRecord,
  ): Promise<Kept> {
    const policy = known ?? (await findPolicy(transaction, kind.kind));
    if (kind.follows !== undefined)
      return { ...(await keptAs(transaction, requireKind(kind.follows))), kind, policy };
    const chosen = await chosenDays(transaction, kind, policy);
    const { keptDays } = await plans.terms.entitlementsOf(transaction);
    const planDays = kind.isPlanLimited ? keptDays : null;
    const period = periodOf({ kind, chosen, policy, planDays, now: now() });
    return { kind, policy, chosen, planDays, period };
  }

  return { all, require: requireKind, withFollowers, keptAs };
}

export type Kinds = ReturnType<typeof createKinds>;
