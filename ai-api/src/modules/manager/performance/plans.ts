import { z } from 'zod';
import type { RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { actorOf, displayName, record, requireDecider } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { People } from '../../shared/people/index.ts';
import {
  changePlan,
  checkInsOf,
  findPlan,
  insertCheckIn,
  insertPlan,
  listPlans,
  type PlanRecord,
} from './store.ts';
import { planView } from './views.ts';

interface Seen {
  planId: string;
  version: number;
}
interface Goal {
  goalId: string;
  title: string;
  measure: string;
}

/** Performance plans. */
export function createPlans(database: Database, people: People, events: Events, now: () => Date) {
  const today = () => now().toISOString().slice(0, 10);

  async function describe(transaction: TenantTransaction, rows: readonly PlanRecord[]) {
    const builders = await people.findBuilders(
      transaction,
      rows.map(({ builder_id }) => builder_id),
    );
    const checkIns = await checkInsOf(
      transaction,
      rows.map(({ id }) => id),
    );
    return rows.map((row) =>
      planView(row, builders.get(row.builder_id)?.name, checkIns.get(row.id) ?? [], today()),
    );
  }

  const describeOne = async (transaction: TenantTransaction, row: PlanRecord) =>
    (await describe(transaction, [row]))[0] as ReturnType<typeof planView>;

  /** One change of an active plan: written, told and described in one transaction. */
  const change = (
    request: RequestContext,
    { planId, version }: Seen,
    values: Parameters<typeof changePlan>[2],
    content: object,
    also: (transaction: TenantTransaction, plan: PlanRecord) => Promise<void> = async () => {},
  ) =>
    database.withTenant(request.caller.tenantId, async (transaction) => {
      const before = await findPlan(transaction, planId);
      if (!before) throw notFound('plan', planId);
      request.requireOwn(before.builder_id);
      if (before.status !== 'active') throw new Problem('CONFLICT', `The plan has ended: ${before.status}.`);
      await also(transaction, before);
      const row = await changePlan(transaction, { id: planId, version }, values);
      if (!row) throw new Problem('CONFLICT', `Version ${before.version} is the newest. Reload it first.`);
      if (row.status !== 'active') {
        await events.publish(transaction, row.tenant_id, 'plan.closed', {
          planId,
          builderId: row.builder_id,
          status: row.status,
        });
      }
      await record(transaction, actorOf(request), {
        subject: `plan:${planId}`,
        details: [{ about: [`builder:${row.builder_id}`], content }],
      });
      return describeOne(transaction, row);
    });

  return {
    describePlan: describeOne,

    listPlans: (
      tenantId: string,
      filter: {
        builderId?: string | undefined;
        status?: PlanRecord['status'] | undefined;
        overdue?: boolean | undefined;
      },
      page: Page,
    ) =>
      database.withTenant(tenantId, async (transaction) => {
        const { overdue, ...rest } = filter;
        const wanted = { ...rest, overdueOn: overdue ? today() : undefined };
        return listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listPlans(transaction, wanted, after, limit),
          key: ({ id }) => id,
          describe: (rows) => describe(transaction, rows),
        });
      }),

    createPlan: (
      request: RequestContext,
      given: { builderId: string; reason: string; goals: Goal[]; startsOn: string; endsOn: string },
    ) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const { builderId, goals, startsOn, endsOn } = given;
        if (endsOn <= startsOn) throw invalidField('endsOn', 'must be after startsOn');
        const ids = goals.map(({ goalId }) => goalId);
        const twice = ids.find((id, index) => ids.indexOf(id) !== index);
        if (twice !== undefined) throw invalidField('goals', `has ${twice} twice`);
        const builder = await people.findBuilder(transaction, builderId);
        if (!builder) throw notFound('builder', builderId);
        const actor = actorOf(request);
        const person = requireDecider(actor);
        if (person.builderId === builderId) throw invalidField('builderId', 'must not be yourself');
        const row = await insertPlan(transaction, { ...given, createdBy: displayName(actor) });
        if (!row) throw new Problem('CONFLICT', `${builder.name} has an active plan already.`);
        await events.publish(transaction, row.tenant_id, 'plan.created', {
          planId: row.id,
          builderId,
          endsOn,
        });
        const { reason } = given;
        await record(transaction, actor, {
          subject: `plan:${row.id}`,
          details: [
            { about: [`builder:${builderId}`], content: { reason, goals, startsOn, endsOn, via: actor.via } },
          ],
        });
        return describeOne(transaction, row);
      }),

    getPlan: (tenantId: string, planId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await findPlan(transaction, planId);
        if (!row) throw notFound('plan', planId);
        return describeOne(transaction, row);
      }),

    checkIn: (
      request: RequestContext,
      { note, progress, ...seen }: Seen & { note: string; progress: { goalId: string; percent: number }[] },
    ) =>
      change(request, seen, {}, { note, progress }, async (transaction, plan) => {
        const known = (plan.goals as unknown as Goal[]).map(({ goalId }) => goalId);
        const unknown = progress.findIndex(({ goalId }) => !known.includes(goalId));
        if (unknown !== -1) throw invalidField(`progress.${unknown}.goalId`, 'is no goal of this plan');
        const madeBy = displayName(actorOf(request));
        await insertCheckIn(transaction, plan.id, { note, progress, madeBy });
      }),

    extendPlan: (
      request: RequestContext,
      { endsOn, reason, ...seen }: Seen & { endsOn: string; reason: string },
    ) =>
      change(request, seen, { ends_on: endsOn }, { endsOn, reason }, async (transaction, plan) => {
        if (endsOn <= plan.ends_on) throw invalidField('endsOn', `must be after ${plan.ends_on}`);
        const note = `More time until ${endsOn}: ${reason}`;
        await insertCheckIn(transaction, plan.id, {
          note,
          progress: [],
          madeBy: displayName(actorOf(request)),
        });
      }),

    closePlan: (
      request: RequestContext,
      { status, outcome, ...seen }: Seen & { status: 'met' | 'not_met' | 'cancelled'; outcome: string },
    ) => {
      const actor = actorOf(request);
      if (status === 'not_met') requireDecider(actor);
      const closed = { status, outcome, closed_by: displayName(actor), closed_at: now() };
      return change(request, seen, closed, { status, outcome, via: actor.via });
    },
  };
}
