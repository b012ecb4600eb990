import { sign } from '@octokit/webhooks-methods';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { problem } from '../../../../test/runs.ts';
import { type StripeRecorder, startStripeRecorder } from '../../../../test/stripe-recorder.ts';
import { ApiError, type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import { planErrors } from '../../../contract/operation.ts';
import type { Quota } from '../../../contract/plans.ts';

const HOUR = 3_600_000;
const reason = 'Agreed for the test';
const soon = () => new Date(Date.now() + HOUR).toISOString();
const base64 = (text: string) => Buffer.from(text).toString('base64');
const messages = (text: string) => [
  { id: 'a', author: 'human' as const, text },
  { id: 'b', author: 'assistant' as const, text: 'It is not awaited.' },
];

describe.each(businessDatabases())('the plan of a company on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let stripe: StripeRecorder;
  let companies = 0;

  beforeAll(async () => {
    testDatabase = await create();
    stripe = await startStripeRecorder();
    api = await startApi(testDatabase, { ...stripe.env, DASHBOARDS_URL: 'https://tools.example.com' });
  });
  afterAll(async () => {
    await api.stop();
    await stripe.close();
    await testDatabase.remove();
  });

  /** A company of the plan Starter, with limits of its own. */
  async function company(limits: Partial<Record<Quota, number>> = {}) {
    const number = String(++companies).padStart(4, '0');
    const name = `limited-${number}`;
    const tenantId = await api.context.identity.ensureTenant(name);
    const apiKey = `aim_plan${number}_${'0123456789abcdef'.repeat(3)}`;
    await api.context.identity.ensureKey(tenantId, `key-${number}`, apiKey, ['admin'], ['*', 'decide']);
    const client = createClient(resources, { baseUrl: api.url, apiKey });
    await client.companyPlan.get({});
    for (const [quota, allowed] of Object.entries(limits)) await agree(name, quota as Quota, allowed);
    return { name, tenantId, client };
  }

  const agree = (name: string, quota: Quota, allowed: number) =>
    api.client.planOverride.set({ company: name, quota, allowed, endsAt: soon(), reason });

  async function used(client: Client, name: Quota) {
    const { items } = await client.companyPlan.usage({});
    return items.find(({ quota }) => quota === name)?.used;
  }

  /** What an operation refused, with what it says of the plan. */
  async function refusal(call: Promise<unknown>) {
    const error = await call.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ApiError)) throw new Error('It was not refused', { cause: error });
    return { status: error.status, code: error.code, plan: error.document?.plan };
  }

  test('includes some operations and not others, and says which plan does', async () => {
    const { client } = await company();
    const refused: [string, () => Promise<unknown>][] = [
      ['analytics.team', () => client.analytics.velocity({})],
      ['analytics.team', () => client.knowledgeGap.list({})],
      ['analytics.spend', () => client.assistantSpend.report({})],
      ['compliance.evidence', () => client.conversationCompliance.report({})],
      ['agents', () => client.agent.create({ name: 'A guide', purpose: 'Answers', instructions: 'Answer.' })],
    ];
    for (const [feature, call] of refused)
      expect(await refusal(call())).toEqual({
        status: 402,
        code: 'FEATURE_NOT_IN_PLAN',
        plan: { plan: 'starter', feature, upgradeUrl: expect.stringContaining('/plan-and-usage') },
      });
    expect(
      await problem(client.tenant.chooseRegion({ region: 'eu-central-1', storedElsewhere: false })),
    ).toMatchObject({
      status: 402,
    });
    await client.tenant.update({ timezone: 'Europe/Oslo' });
  });

  test('counts in a batch as it does alone, and is seen by what carries operations out in process', async () => {
    const { client } = await company({ searches: 1 });
    const read = { operation: 'conversation.search', input: { q: 'letters' } };
    const { answers } = await client.batch.read({ requests: [{ operation: 'analytics.velocity' }, read] });
    expect(answers.map(({ status }) => status)).toEqual([402, 200]);
    expect(await problem(client.conversation.search({ q: 'letters' }))).toEqual({
      status: 429,
      code: 'QUOTA_EXCEEDED',
    });
  });

  test('lets searches pass up to its quota, gives back what fails, and says when it starts again', async () => {
    const { client } = await company({ searches: 2 });
    expect(await problem(client.conversation.search({ q: 'letters', cursor: 'not-a-cursor' }))).toMatchObject(
      {
        status: 422,
      },
    );
    expect(await used(client, 'searches')).toBe(0);
    await client.conversation.search({ q: 'letters' });
    await client.policy.search({ query: 'letters' });
    expect(await refusal(client.conversation.search({ q: 'letters' }))).toEqual({
      status: 429,
      code: 'QUOTA_EXCEEDED',
      plan: {
        plan: 'starter',
        quota: 'searches',
        limit: 2,
        used: 2,
        resetsAt: expect.stringMatching(/T00:00:00\.000Z$/),
        upgradeUrl: 'https://tools.example.com/applications/ai-manager-executive/plan-and-usage',
      },
    });
  });

  test('counts new conversations and not what is added to one, however they come', async () => {
    const { client, name } = await company({ conversations: 2 });
    const save = (sessionId: string, text: string) =>
      client.conversation.create({ tool: 'codex', sessionId, messages: messages(text) });
    await save('s-1', 'Why does it lose a letter?');
    await client.conversation.create({
      tool: 'codex',
      sessionId: 's-1',
      messages: [...messages('Why does it lose a letter?'), { id: 'c', author: 'human', text: 'And now?' }],
    });
    expect(await used(client, 'conversations')).toBe(1);
    const history = (title: string) =>
      `# aider chat started at 2026-11-10 09:00:0${title.length % 10}\n\n#### ${title}\n\nIt is done.\n`;
    const { conversations, files } = await client.conversation.import({
      files: ['First', 'Second one'].map((title) => ({
        name: '.aider.chat.history.md',
        base64: base64(history(title)),
      })),
    });
    expect(conversations).toBe(1);
    expect(files.flatMap((file) => file.conversations.map(({ refused }) => refused !== null))).toEqual([
      false,
      true,
    ]);
    const key = { idempotencyKey: 'a-conversation-of-tomorrow' };
    const another = () =>
      client.conversation.create({ tool: 'codex', sessionId: 's-2', messages: messages('Another one') }, key);
    expect(await problem(another())).toEqual({ status: 429, code: 'QUOTA_EXCEEDED' });
    expect((await client.conversation.list({})).items).toHaveLength(2);
    await agree(name, 'conversations', 3);
    expect(await another()).toMatchObject({ created: true });
  });

  test('counts webhooks of forges, a repetition once, and commits that are recorded', async () => {
    const { client } = await company({ webhooks: 2 });
    const { webhookUrl, webhookSecret } = await client.gitConnection.create({
      provider: 'github',
      name: 'Forge',
    });
    const deliver = async (delivery: string) => {
      const body = JSON.stringify({ zen: 'Keep it simple', hook_id: 1 });
      const { pathname, search } = new URL(webhookUrl);
      const response = await fetch(`${api.url}${pathname}${search}`, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'x-github-event': 'ping',
          'x-github-delivery': delivery,
          'x-hub-signature-256': await sign(webhookSecret, body),
        },
      });
      return { status: response.status, retryAfter: response.headers.get('retry-after') !== null };
    };
    expect(await deliver('one')).toEqual({ status: 202, retryAfter: false });
    expect(await deliver('one')).toEqual({ status: 200, retryAfter: false });
    const at = '2026-11-10T09:00:00Z';
    const commit = { sha: 'a'.repeat(40), message: 'Fix it', authoredAt: at, committedAt: at };
    await client.commit.record({ repository: 'https://github.com/acme/shop', commits: [commit] });
    expect(await deliver('two')).toEqual({ status: 429, retryAfter: true });
    expect(await problem(client.commit.record({ repository: 'acme/shop', commits: [commit] }))).toMatchObject(
      {
        status: 429,
      },
    );
    const { items } = await client.gitConnection.listDeliveries({
      connectionId: new URL(webhookUrl).searchParams.get('connection') ?? '',
    });
    expect(items.map(({ deliveryKey }) => deliveryKey)).toEqual(['one']);
  });

  test('has no room beyond its storage and seats, whichever operation needs it', async () => {
    const { client } = await company({ storage: 40, seats: 3 });
    const upload = (text: string) =>
      client.file.upload({
        name: 'notes.txt',
        category: 'document',
        contentType: 'text/plain',
        base64: base64(text),
      });
    await upload('It has some words.');
    expect(await refusal(upload('It has so many words that there is no room for them.'))).toMatchObject({
      status: 402,
      code: 'PLAN_LIMIT_REACHED',
      plan: { quota: 'storage', limit: 40, used: 18, resetsAt: null },
    });
    const policy = client.policy.upload({
      folder: 'sops',
      name: 'a.md',
      base64: base64(`# A\n\n${'word '.repeat(20)}`),
    });
    expect(await problem(policy)).toEqual({ status: 402, code: 'PLAN_LIMIT_REACHED' });
    const { productId } = await client.licenceProduct.create({ code: 'drawing', name: 'Drawing' });
    const issue = (maxSeats: number) => client.licence.create({ productId, name: 'Team', maxSeats });
    const { licenceId, version } = await issue(2);
    expect(await problem(issue(2))).toEqual({ status: 402, code: 'PLAN_LIMIT_REACHED' });
    const change = (maxSeats: number, seen = version) =>
      client.licence.update({ licenceId, version: seen, maxSeats });
    expect(await problem(change(4))).toEqual({ status: 402, code: 'PLAN_LIMIT_REACHED' });
    expect(await change(3)).toMatchObject({ maxSeats: 3 });
    expect([await used(client, 'storage'), await used(client, 'seats')]).toEqual([18, 3]);
  });

  test('has no room for an expired licence that is renewed beside others', async () => {
    const { client } = await company({ seats: 3 });
    const { productId } = await client.licenceProduct.create({ code: 'drawing', name: 'Drawing' });
    const expired = await client.licence.create({
      productId,
      name: 'Last year',
      maxSeats: 2,
      expiresAt: soon(),
    });
    await api.context.database
      .system('the test lets time pass for one licence')
      .updateTable('licences.licences')
      .set({ expires_at: new Date(Date.now() - HOUR) })
      .where('id', '=', expired.licenceId)
      .execute();
    const current = await client.licence.create({ productId, name: 'Team', maxSeats: 2 });
    const renewal = { licenceId: expired.licenceId, version: expired.version, expiresAt: soon() };
    const key = { idempotencyKey: 'a-renewal-once-there-is-room' };
    const renew = () => client.licence.renew(renewal, key);
    expect(await problem(renew())).toEqual({ status: 402, code: 'PLAN_LIMIT_REACHED' });
    expect(await problem(renew())).toEqual({ status: 402, code: 'PLAN_LIMIT_REACHED' });
    const { licenceId, version } = current;
    await client.licence.revoke({ licenceId, version, reason });
    expect(await renew()).toMatchObject({ licenceId: expired.licenceId, maxSeats: 2 });
    expect(planErrors(resources.licence.operations.renew)).toEqual(['PLAN_LIMIT_REACHED']);
  });

  test('limits what models cost in a month', async () => {
    const { tenantId } = await company({ models: 0 });
    await expect(api.context.ledger.admit(tenantId)).rejects.toThrow(
      'budget for models is used up for this month',
    );
    const { tenantId: another } = await company();
    await expect(api.context.ledger.admit(another)).resolves.toBeUndefined();
  });

  test('notifies administrators at 80 % and at 100 %, each once for a limit', async () => {
    const { client, name, tenantId } = await company({ searches: 5 });
    const email = `${name}@example.com`;
    await client.user.create({
      email,
      name: 'An administrator',
      roles: ['admin'],
      password: 'a long pass phrase 1',
    });
    const events = () =>
      api.context.database
        .system('the test reads what was published')
        .selectFrom('events.outbox')
        .select(['type', 'data'])
        .where('tenant_id', '=', tenantId)
        .where('type', 'like', 'quota.%')
        .orderBy('id')
        .execute();
    const search = () => client.conversation.search({ q: 'letters' });
    for (let count = 0; count < 3; count++) await search();
    expect(await events()).toEqual([]);
    await search();
    await search();
    await problem(search());
    await api.context.plans.watch?.look(tenantId);
    expect((await events()).map(({ type, data }) => [type, (data as { used: number }).used])).toEqual([
      ['quota.warning', 4],
      ['quota.reached', 5],
    ]);
    await agree(name, 'searches', 10);
    for (let count = 0; count < 3; count++) await search();
    expect((await events()).slice(2).map(({ type, data }) => [type, data])).toEqual([
      ['quota.warning', expect.objectContaining({ used: 8, limit: 10 })],
    ]);
    await vi.waitFor(async () => {
      const { items } = await client.notification.list({});
      expect(items.map(({ title }) => title)).toEqual([
        '80 % of your plan is used: searches',
        '100 % of your plan is used: searches',
        '80 % of your plan is used: searches',
      ]);
    });
  });

  test('can be changed for one company by those who run the installation alone, and is audited there', async () => {
    const { client, name, tenantId } = await company();
    const set = (caller: Client, more: object) =>
      caller.planOverride.set({ endsAt: soon(), reason, ...more } as Parameters<
        Client['planOverride']['set']
      >[0]);
    expect(await problem(set(client, { quota: 'searches', allowed: 500 }))).toMatchObject({ status: 403 });
    expect(await problem(client.planOverride.list({ company: 'default' }))).toMatchObject({ status: 403 });
    for (const wrong of [
      {},
      { plan: 'pro', quota: 'searches', allowed: 1 },
      { quota: 'searches' },
      { feature: 'agents', allowed: 3 },
      { plan: 'pro', endsAt: '2020-01-01T00:00:00Z' },
      { plan: 'pro', endsAt: '2100-01-01T00:00:00Z' },
    ])
      expect(
        await problem(set(api.client, { company: name, ...wrong })),
        JSON.stringify(wrong),
      ).toMatchObject({
        status: 422,
      });
    expect(await problem(set(api.client, { company: 'no such company', plan: 'pro' }))).toMatchObject({
      status: 404,
    });
    const { overrideId } = await set(api.client, { company: tenantId, plan: 'pro' });
    expect(await client.companyPlan.get({})).toMatchObject({
      plan: 'pro',
      overrides: [{ plan: 'pro', inForce: true }],
    });
    expect(await client.tenant.get({})).toMatchObject({ tier: 'pro' });
    await client.analytics.velocity({});
    await api.client.planOverride.end({ overrideId, company: name });
    expect(await client.companyPlan.get({})).toMatchObject({ plan: 'starter', overrides: [] });
    expect((await client.planOverride.list({})).items).toMatchObject([{ plan: 'pro', inForce: false }]);
    const { items } = await client.audit.list({ operationId: 'planOverride.set' });
    expect(items).toHaveLength(1);
  });
});
