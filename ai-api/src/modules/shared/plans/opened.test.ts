import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { planOf } from '../../../../test/billing.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { openCompany } from '../../../../test/opened-companies.ts';
import { refusal } from '../../../../test/people.ts';
import { type StripeRecorder, startStripeRecorder } from '../../../../test/stripe-recorder.ts';
import { createLog } from '../../../platform/log.ts';
import { type DevInbox, startDevInbox } from '../../../platform/mail/dev-inbox.ts';

describe.each(businessDatabases())('a company that a person opens, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let stripe: StripeRecorder;
  let inbox: DevInbox;
  let api: TestApi;

  beforeAll(async () => {
    testDatabase = await create();
    stripe = await startStripeRecorder();
    inbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: createLog('silent') });
    api = await startApi(testDatabase, {
      ...stripe.env,
      SMTP_URL: inbox.smtpUrl,
      SIGN_UP: 'on',
      TENANT_TIER: 'enterprise',
    });
  });
  afterAll(async () => {
    await api?.stop();
    await Promise.all([stripe?.close(), inbox?.close()]);
    await testDatabase?.remove();
  });

  test('has the plan of SIGN_UP_TIER and its limits, not that of the company TENANT', async () => {
    const client = await openCompany(api, inbox, { email: 'ada@ada.example', company: 'Adas' });
    expect(await planOf(client)).toEqual({ plan: 'starter', subscription: 'none' });
    expect(await client.tenant.get({})).toMatchObject({ tier: 'starter' });
    expect(await planOf(api.client)).toEqual({ plan: 'enterprise', subscription: 'none' });
    const add = (n: number) =>
      client.user.create({ email: `user-${n}@ada.example`, name: `User ${n}`, roles: ['ops'] });
    for (const n of [2, 3, 4, 5]) await add(n);
    expect(await refusal(add(6))).toMatchObject({ code: 'PLAN_LIMIT_REACHED' });
  });
});
