import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type StripeRecorder, startStripeRecorder } from '../../../../test/stripe-recorder.ts';
import { resources } from '../../../catalogue/index.ts';
import type { DailyQuota, Plan } from '../../../contract/plans.ts';
import { PLANS } from '../../../contract/plans.ts';
import type { Caller } from '../../../http/caller.ts';
import { Problem } from '../../../http/problem.ts';
import { DAY_MS, HOUR_MS } from '../../../platform/durations.ts';
import { changeCompany, findCompany } from './store.ts';

/** What happens to a company, one thing after another. */
type Action =
  | { do: 'take'; quota: DailyQuota; items: number }
  | { do: 'fail'; hours: number; items: number }
  | { do: 'wait'; hours: number }
  | { do: 'agree'; quota: DailyQuota; limit: number | null; hours: number }
  | { do: 'subscribe'; plan: Plan }
  | { do: 'stop paying' }
  | { do: 'cancel' };

const quota = fc.constantFrom<DailyQuota>('conversations', 'searches');
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('take' as const), quota, items: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      hours: fc.integer({ min: 0, max: 20 }),
      items: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 200 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('agree' as const),
      quota,
      limit: fc.option(fc.integer({ min: 0, max: 60 })),
      hours: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('subscribe' as const),
      plan: fc.constantFrom<Plan>('pro', 'enterprise'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop paying' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const) }) },
);

/** The small model: what a company may use, in one place and without a database. */
class Model {
  now: number;
  readonly counts = new Map<string, number>();
  readonly agreements: { quota: DailyQuota; limit: number | null; endsAt: number }[] = [];
  plan: Plan = 'starter';
  /** The moment at which an unpaid plan ends. */
  paidUntil = Infinity;

  constructor(now: number) {
    this.now = now;
  }

  get day(): string {
    return new Date(this.now).toISOString().slice(0, 10);
  }

  limit(quota: DailyQuota): number {
    const agreed = this.agreements.findLast((one) => one.quota === quota && this.now < one.endsAt);
    if (agreed) return agreed.limit ?? Infinity;
    return PLANS[this.now < this.paidUntil ? this.plan : 'starter'].limits[quota];
  }

  used(quota: DailyQuota): number {
    return this.counts.get(`${quota} ${this.day}`) ?? 0;
  }

  fits(quota: DailyQuota, items: number): boolean {
    return this.used(quota) + items <= this.limit(quota);
  }

  add(quota: DailyQuota, items: number): void {
    this.counts.set(`${quota} ${this.day}`, this.used(quota) + items);
  }
}

const GRACE_DAYS = 3;
const { search } = resources.conversation.operations;

const callerOf = (tenantId: string): Caller => ({
  tenantId,
  tenantName: 'A company',
  tier: 'starter',
  dataRegion: null,
  credential: { kind: 'key', id: 'a-key', expiresAt: null },
  keyId: 'a-key',
  keyName: 'A key',
  user: null,
  roles: ['admin'],
  scopes: ['*'],
});

describe.each(businessDatabases())('counters on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let recorder: StripeRecorder;
  let clock = Date.parse('2026-11-30T09:00:00Z');

  beforeAll(async () => {
    testDatabase = await create();
    recorder = await startStripeRecorder();
    const env = { ...recorder.env, BILLING_GRACE_DAYS: String(GRACE_DAYS), TENANT_TIER: 'starter' };
    api = await startApi(testDatabase, env, { clock: { now: () => new Date(clock) } });
  });
  afterAll(async () => {
    await api.stop();
    await recorder.close();
    await testDatabase.remove();
  });

  const company = (name: string) => api.context.identity.ensureTenant(name);
  /** Counts several in one transaction: all of them or none. */
  const take = (tenantId: string, of: DailyQuota, items = 1) =>
    api.context.database.withTenant(tenantId, async (transaction) => {
      for (let taken = 0; taken < items; taken++) await api.context.plans.take(transaction, tenantId, of);
    });
  const isRefused = (error: unknown) => error instanceof Problem && error.code === 'QUOTA_EXCEEDED';

  /** What Stripe would have answered, written as a reading of it does. */
  const subscribe = (tenantId: string, status: 'active' | 'past_due' | 'canceled', plan: Plan) =>
    api.context.database.withTenant(tenantId, async (transaction) => {
      const seen = await findCompany(transaction);
      const past_due_since = status === 'past_due' ? new Date(clock) : null;
      await changeCompany(transaction, seen?.version ?? 0, { status, plan, past_due_since }, new Date(clock));
    });

  async function takeAs(model: Model, tenantId: string, of: DailyQuota, items: number): Promise<void> {
    const fits = model.fits(of, items);
    const outcome = await take(tenantId, of, items).catch((error: unknown) => error);
    expect(isRefused(outcome), `${items} beside ${model.used(of)} of ${model.limit(of)}`).toBe(!fits);
    if (fits) model.add(of, items);
  }

  /** A search that takes hours and fails, while other searches come. */
  async function failAs(model: Model, tenantId: string, hours: number, items: number): Promise<void> {
    const fits = model.fits('searches', 1);
    if (fits) model.add('searches', 1);
    const { day } = model;
    const failing = api.context.requestPolicies.plans.admit(search, callerOf(tenantId), async () => {
      clock += hours * HOUR_MS;
      model.now = clock;
      await takeAs(model, tenantId, 'searches', items);
      throw new Error('the search fails');
    });
    expect(isRefused(await failing.catch((error: unknown) => error))).toBe(!fits);
    if (fits) model.counts.set(`searches ${day}`, (model.counts.get(`searches ${day}`) ?? 0) - 1);
  }

  async function carryOut(model: Model, tenantId: string, one: Action): Promise<void> {
    switch (one.do) {
      case 'take':
        return takeAs(model, tenantId, one.quota, one.items);
      case 'fail':
        return failAs(model, tenantId, one.hours, one.items);
      case 'wait':
        clock += one.hours * HOUR_MS;
        model.now = clock;
        return;
      case 'agree': {
        // Each is made at a moment of its own, as a person makes them.
        clock += 1000;
        model.now = clock;
        const endsAt = clock + one.hours * HOUR_MS;
        await api.client.planOverride.set({
          company: tenantId,
          quota: one.quota,
          allowed: one.limit,
          endsAt: new Date(endsAt).toISOString(),
          reason: 'Agreed by the property test',
        });
        model.agreements.push({ quota: one.quota, limit: one.limit, endsAt });
        return;
      }
      case 'subscribe':
        await subscribe(tenantId, 'active', one.plan);
        Object.assign(model, { plan: one.plan, paidUntil: Infinity });
        return;
      case 'stop paying':
        await subscribe(tenantId, 'past_due', model.plan);
        model.paidUntil = clock + GRACE_DAYS * DAY_MS;
        return;
      case 'cancel':
        await subscribe(tenantId, 'canceled', model.plan);
        Object.assign(model, { plan: 'starter', paidUntil: Infinity });
    }
  }

  test('never let more pass than the plan allows, and never lock out whom it lets in', async () => {
    let companies = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 30 }), async (actions) => {
        const tenantId = await company(`property-${++companies}`);
        await api.context.database.withTenant(tenantId, (transaction) =>
          api.context.plans.terms.companyOf(transaction),
        );
        const model = new Model(clock);
        for (const one of actions) await carryOut(model, tenantId, one);
        const { plan, items } = await api.context.plans.reports.usage(tenantId);
        const used = Object.fromEntries(items.map((item) => [item.quota, item.used]));
        expect(used).toMatchObject({
          conversations: model.used('conversations'),
          searches: model.used('searches'),
        });
        expect(plan).toBe(model.now < model.paidUntil ? model.plan : 'starter');
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  test('let exactly as many pass as there is room for when all come at once', async () => {
    const tenantId = await company('at-once');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 80 }, () => take(tenantId, 'conversations')),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(outcomes.length - refused.length).toBe(50);
    expect(refused.every(({ reason }) => isRefused(reason))).toBe(true);
  });

  test('let exactly as many members in as there is room for when all come at once', async () => {
    const tenantId = await company('members-at-once');
    const { database, plans } = api.context;
    const add = (index: number) =>
      database.withTenant(tenantId, async (transaction) => {
        await plans.requireRoom(transaction, tenantId, 'members', 1);
        await transaction
          .insertInto('identity.users')
          .values({
            id: crypto.randomUUID(),
            email: `person-${index}@example.com`,
            name: 'A person',
            roles: ['admin'],
            status: 'active',
          })
          .execute();
      });
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, (_, index) => add(index)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  test('count nothing of what is rolled back', async () => {
    const tenantId = await company('rolled-back');
    const failing = api.context.database.withTenant(tenantId, async (transaction) => {
      await api.context.plans.take(transaction, tenantId, 'conversations');
      throw new Error('it fails after counting');
    });
    await expect(failing).rejects.toThrow('it fails after counting');
    await take(tenantId, 'conversations', 50);
    await expect(take(tenantId, 'conversations')).rejects.toSatisfy(isRefused);
  });
});
