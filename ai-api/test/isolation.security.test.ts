import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createClient } from '../src/catalogue/client.ts';
import { resources } from '../src/catalogue/index.ts';
import { locationOf, type Operation } from '../src/contract/operation.ts';
import { startApi, type TestApi } from './api.ts';
import { databaseKinds, type TestDatabase } from './databases.ts';
import { type Connection, connect } from './followers.ts';
import { generateInput, type Words } from './generate-input.ts';
import { builderRow, projectRow, projectWeekRow, weekRow } from './people.ts';
import { completed, everyItem } from './runs.ts';
import { type Subscriber, startSubscriber } from './subscriber.ts';

const WEEK = '2026-W45';
const ROUNDS = 3;
/** After so long no further round begins. */
const ENOUGH_MS = 6_000;
/** Successes of which one at least must have written something. */
const ENOUGH_CALLS = 3;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Every operation of the contracts: one that is added to them is walked too. */
const OPERATIONS: [string, Operation][] = Object.values(resources).flatMap((resource) =>
  Object.entries(resource.operations as Record<string, Operation>).map(([key, op]): [string, Operation] => [
    `${resource.id}.${key}`,
    op,
  ]),
);

/** Unsafe operations that leave no entry in the trail, and why they need not. */
const UNRECORDED: Record<string, string> = {
  'account.forgotPassword':
    'it answers the same for every address; a link that is sent is recorded by its job',
  'account.register':
    'it answers the same for every address; a user or a company that it leads to is recorded',
  'approval.bulk': 'it succeeds also when none of its requests could be decided; each decision is recorded',
  'evaluation.confirm': 'it succeeds also when no grade is proposed; each confirmation is recorded',
  'approval.triage': 'without an id it judges what it is given and stores nothing',
  'audit.verify': 'it reads',
  'batch.read': 'it reads',
  'connection.check': 'it reads; its calls to models are in the usage',
  'conversation.import': 'files that are refused change nothing; each conversation that is saved is recorded',
  'inbox.archive': 'it is a mark of the person alone',
  'inbox.read': 'it is a mark of the person alone',
  'notificationTemplate.preview': 'it reads',
  'evaluation.startWeekly':
    'a week that was started before is answered as it is; one that begins is recorded',
  'evaluation.retry': 'nobody failed here, so it changes nothing; with failures it is recorded',
  'provenance.blame': 'it reads',
  'rule.check': 'it reads',
  'rule.replay': 'it reads',
  ...Object.fromEntries(
    ['acquire', 'heartbeat', 'release', 'releaseSession', 'releaseByPost', 'borrow', 'return'].map((name) => [
      `seat.${name}`,
      'the row of the session is its history',
    ]),
  ),
  'validation.try': 'it keeps nothing',
  'validationRuleSet.check': 'it reads',
  'validationRuleSet.replay': 'it reads',
  'workflowTemplate.check': 'it reads',
  'workflowTemplate.dryRun': 'it reads',
  'workflowTemplate.evaluate': 'it reads',
  'retention.run': 'nothing was old enough; what it deletes is recorded by kind',
  'realtime.createTicket': 'a ticket lets its caller do what the credential lets them do already',
};

/** Fields that hold a credential. */
const CAPABILITIES = new Set([
  'token',
  'accessToken',
  'refreshToken',
  'csrfToken',
  'ticket',
  'secret',
  'webhookSecret',
  'key',
  'licenseKey',
]);

/** One of the companies, and all that was said by it and to it. */
class Company {
  readonly marker = `mark-${randomBytes(8).toString('hex')}`;
  /** Ids that were first told to this company. */
  readonly own = new Set<string>();
  sent = '';
  tenantId = '';
  key = '';
  connection: Connection | undefined;
  subscriber: Subscriber | undefined;
}

interface Call {
  operation: string;
  company: Company;
  status: number;
  requestId: string;
  unsafe: boolean;
}

describe.each(databaseKinds())('two companies on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  const companies = [new Company(), new Company()] as const;
  const values = new Map<string, Set<string>>();
  const calls: Call[] = [];
  const leaks: string[] = [];
  /** Operations that left an entry in the trail. */
  const written = new Set<string>();

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    for (const company of companies) await settle(company);
  });
  afterAll(async () => {
    for (const { connection, subscriber } of companies) {
      await connection?.close();
      await subscriber?.close();
    }
    await api.stop();
    await testDatabase.remove();
  });

  /** Gives a company a key, people, a week, a webhook endpoint and a live connection; all of it says whose it is. */
  async function settle(company: Company): Promise<void> {
    const { marker } = company;
    company.tenantId = await api.context.identity.ensureTenant(`${marker} company`);
    await renewKey(company);
    company.subscriber = await startSubscriber();
    const client = createClient(resources, { baseUrl: api.url, apiKey: company.key });
    await client.people.import({
      builders: [builderRow({ name: marker, email: `${marker}@people.example`, team: marker })],
      projects: [projectRow({ name: marker, goal: marker, tam_rationale: marker })],
      metrics: [weekRow({ note: marker, week: WEEK })],
      projectMetrics: [projectWeekRow({ week: WEEK })],
    });
    const types = resources.webhook.operations.create.input.shape.events.def.element.options;
    await client.webhook.create({ url: company.subscriber.url, events: [...types] });
    company.connection = await connect(api.url, {}, company.key);
    const { runId } = await client.evaluation.startWeekly({ week: WEEK });
    await completed(client, runId);
  }

  async function renewKey(company: Company): Promise<void> {
    company.key = `aim_${randomBytes(4).toString('hex')}_${randomBytes(24).toString('hex')}`;
    await api.context.identity.ensureKey(
      company.tenantId,
      company.marker,
      company.key,
      ['admin'],
      ['*', 'decide'],
    );
  }

  /** Looks for data of the other company in what a company received. */
  function hear(company: Company, where: string, text: string): void {
    const other = companies.find((candidate) => candidate !== company) as Company;
    if (text.includes(other.marker)) leaks.push(`${where} holds the other's text: ${text.slice(0, 300)}`);
    for (const id of text.match(UUID) ?? []) {
      const isTheirs = id === other.tenantId || other.own.has(id);
      if (isTheirs && !company.sent.includes(id)) leaks.push(`${where} holds the other's ${id}`);
      if (!isTheirs && !other.sent.includes(id)) company.own.add(id);
    }
  }

  function remember(value: unknown, name = ''): void {
    // A link or a token is a capability: its holder may use it.
    if (CAPABILITIES.has(name)) return;
    if (typeof value === 'string' && value.length < 300 && !value.startsWith('http')) {
      const kept = values.get(name) ?? new Set();
      values.set(name, kept);
      if (kept.size < 60) kept.add(value);
    } else if (Array.isArray(value)) for (const item of value) remember(item, name);
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) remember(inner, key === 'id' ? name : key);
  }

  const wordsOf = (company: Company): Words => ({
    marker: company.marker,
    url: company.subscriber?.url ?? '',
    known: (field) => [...(values.get(field) ?? [])].filter((value) => !mentionsOther(company, value)),
    ids: () => companies.flatMap(({ own }) => [...own].slice(-100)),
  });
  /** Ids of the other are tried; its texts are not, so that they are known for its own wherever they turn up. */
  const mentionsOther = (company: Company, value: string) =>
    companies.some(({ marker }) => marker !== company.marker && value.includes(marker));

  async function send(company: Company, operation: string, op: Operation, input: Record<string, unknown>) {
    const url = new URL(api.url);
    let path = op.path;
    const body: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(input)) {
      const location = locationOf(op, name);
      if (location === 'path') path = path.replace(`{${name}}`, encodeURIComponent(String(value)) || '-');
      else if (location === 'query') url.searchParams.set(name, String(value));
      else body[name] = value;
    }
    url.pathname = path;
    const hasBody = op.method !== 'GET' && op.method !== 'DELETE';
    const sent = JSON.stringify(input);
    company.sent += sent;
    const response = await fetch(url, {
      method: op.method,
      redirect: 'manual',
      headers: {
        ...(op.access === 'public' ? {} : { authorization: `Bearer ${company.key}` }),
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
      },
      ...(hasBody ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const requestId = response.headers.get('x-request-id') ?? '';
    company.sent += requestId;
    hear(company, `${operation} (${response.status}) asked with ${sent.slice(0, 300)}`, text);
    hear(company, `headers of ${operation}`, JSON.stringify([...response.headers]));
    calls.push({ operation, company, status: response.status, requestId, unsafe: op.method !== 'GET' });
    if (response.status === 401 && op.access !== 'public') await renewKey(company);
    if (!response.ok || !text.startsWith('{')) return;
    remember(JSON.parse(text));
    for (const [link] of text.matchAll(/https?:\/\/[^"\s\\]+/g)) await follow(company, operation, link);
  }

  /** Files of exports and reports are answers too. */
  async function follow(company: Company, operation: string, link: string): Promise<void> {
    const { pathname, search } = URL.parse(link) ?? { pathname: '', search: '' };
    if (!pathname.startsWith('/files/')) return;
    hear(company, `a file of ${operation}`, await (await fetch(api.url + pathname + search)).text());
  }

  test('are never told of each other, whatever they ask in whatever order', async () => {
    const walk = OPERATIONS.flatMap(([name, op]) => companies.map((company) => ({ name, op, company })));
    const order = fc.shuffledSubarray([...walk.keys()], { minLength: walk.length });
    const seed = Date.now() & 0x7fffffff;
    const end = performance.now() + ENOUGH_MS;
    const reached = () =>
      new Set(calls.filter(({ status }) => status < 300).map(({ operation }) => operation)).size;
    // The others need more than a well-formed input: a person to act for, a model, a file, a request that is flagged.
    const enough = OPERATIONS.length / 3;
    await fc.assert(
      fc.asyncProperty(fc.gen(), order, async (gen, places) => {
        if (performance.now() > end && reached() > enough) return;
        for (const place of places) {
          const { name, op, company } = walk[place] as (typeof walk)[0];
          await send(company, name, op, generateInput(op, wordsOf(company), gen));
        }
      }),
      { numRuns: ROUNDS, seed, endOnFailure: true },
    );
    expect(leaks, `seed ${seed}`).toEqual([]);
    expect(reached()).toBeGreaterThan(enough);
  });

  test('hear of their own events only, by webhook and live', async () => {
    for (const company of companies) {
      await vi.waitFor(() => expect(company.connection?.events().length).toBeGreaterThan(0));
      await vi.waitFor(() => expect(company.subscriber?.deliveries.length).toBeGreaterThan(0), 20_000);
      for (const { body, headers } of company.subscriber?.deliveries ?? [])
        hear(company, 'a delivery', body + JSON.stringify(headers));
      for (const message of company.connection?.messages ?? [])
        hear(company, 'a live event', JSON.stringify(message));
    }
    expect(leaks).toEqual([]);
  });

  test('find every write in their own trail, and nothing of the other', async () => {
    for (const company of companies) {
      await renewKey(company);
      const client = createClient(resources, { baseUrl: api.url, apiKey: company.key });
      const entries = await everyItem((page) => client.audit.list({ limit: 500, ...page }));
      hear(company, 'the trail', JSON.stringify(entries));
      for (const { seq } of entries.slice(0, 40))
        hear(company, `entry ${seq}`, JSON.stringify(await client.audit.get({ seq })));
      expect((await client.audit.verify({})).intact).toBe(true);
      const recorded = new Set(entries.map(({ requestId }) => requestId));
      for (const call of calls)
        if (call.company === company && recorded.has(call.requestId)) written.add(call.operation);
    }
    expect(leaks).toEqual([]);
    const successful = calls.filter(({ unsafe, status }) => unsafe && status < 300);
    const times = (operation: string) => successful.filter((call) => call.operation === operation).length;
    const silent = [...new Set(successful.map(({ operation }) => operation))].filter(
      (operation) => !written.has(operation) && !Object.hasOwn(UNRECORDED, operation),
    );
    // A few that succeeded may have found nothing to change.
    expect(silent.filter((operation) => times(operation) >= ENOUGH_CALLS)).toEqual([]);
  });

  test('are nowhere in what the installation reports about itself', async () => {
    for (const path of ['/health', '/ready', '/openapi.json', '/nothing']) {
      const text = await (await fetch(api.url + path)).text();
      for (const { marker, tenantId } of companies) {
        expect(text).not.toContain(marker);
        expect(text).not.toContain(tenantId);
      }
    }
  });
});
