import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { issueLicence, send } from '../../../../test/licences/company.ts';
import { refusal } from '../../../../test/people.ts';
import { erase } from '../../../../test/privacy.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

const NOW = '2037-11-30T12:00:00.000Z';
const WEEK = '2037-W48';
const TEAMS = { Harbour: 6, Orchard: 6, Kiln: 2 } as const;
const MODEL = 'claude-sonnet-4-5-20250929';
/** By the list that comes with the product: 1,000 tokens in and 100 out. */
const COST_MICROS = 1_000 * 3 + 100 * 15;
const DEVICE = 'fingerprint-of-a-desk';
const shaOf = (text: string) => createHash('sha1').update(text).digest('hex');
const minutes = (from: string, more: number) => new Date(Date.parse(from) + more * 60_000).toISOString();

interface Person {
  name: string;
  email: string;
  team: keyof typeof TEAMS;
  client: Client;
  userId: string;
}

describe.each(businessDatabases())('analytics on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let client: Client;
  const people: Person[] = [];

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, {}, { clock: { now: () => new Date(NOW) } });
    client = api.client;
    await makePeople();
    for (const [index, person] of people.entries()) await work(person, index);
    await vi.waitFor(
      async () => expect((await client.link.list({ status: 'confirmed' })).items).toHaveLength(7),
      { timeout: 30_000, interval: 100 },
    );
    await client.analytics.compute({});
  }, 120_000);
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  async function makePeople(): Promise<void> {
    const given = Object.entries(TEAMS).flatMap(([team, count]) =>
      Array.from({ length: count }, (_, n) => ({
        team,
        name: `${team} ${n}`,
        email: `${team}.${n}@example.com`,
      })),
    );
    const rows = given.map(
      ({ team, name, email }, n) => `b-${n},${name},${email},${team},,active,2037-01-05,40,UTC`,
    );
    const header = 'builder_id,name,email,team,title,status,started_on,weekly_hours,timezone';
    await client.people.import({
      builders: [header, ...rows].join('\n'),
    });
    for (const { team, name, email } of given) {
      const { userId } = await client.user.create({ email, name, roles: ['builder'] });
      await client.user.update({ userId, status: 'active' });
      const as = createClient(resources, { baseUrl: api.url, apiKey: ADMIN_KEY, actingFor: userId });
      people.push({ team: team as keyof typeof TEAMS, name, email, userId, client: as });
    }
  }

  /** A conversation with an edit on Monday of the week; of every second person it leads to a commit, and one edit in six is refused. */
  async function work(
    person: Person,
    index: number,
    start = '2037-11-23T09:00:00.000Z',
    committedAt = minutes(start, 120),
  ): Promise<void> {
    const isLinked = index % 2 === 0;
    const sha = shaOf(`${person.email} ${index}`);
    await person.client.conversation.create({
      tool: 'claude-code',
      sessionId: `session-${index}`,
      repository: 'github.com/sample/otter',
      startedAt: start,
      commits: isLinked ? [{ sha, kind: 'made', messageId: 'a' }] : [],
      messages: [
        {
          id: 'q',
          author: 'human',
          text: `How do we rotate the signing keys in keys.ts? ${person.name}`,
          at: start,
        },
        {
          id: 'a',
          author: 'assistant',
          text: 'Done.',
          model: MODEL,
          tokens: { input: 1_000, output: 100 },
          at: minutes(start, 5),
          toolCalls: [
            {
              name: 'Edit',
              action: 'edit',
              rejected: index % 6 === 5,
              edits: [{ path: 'keys.ts', before: '', after: `rotate(${index})` }],
            },
          ],
        },
      ],
    });
    await client.commit.record({
      repository: 'https://github.com/sample/otter.git',
      commits: [
        {
          sha,
          message: `Rotate keys ${index}`,
          authorName: person.name,
          authorEmail: person.email,
          authoredAt: committedAt,
          committedAt,
          branch: 'main',
          parents: [],
          files: [
            {
              path: `docs/${index}.md`,
              change: 'added',
              patch: `@@ -0,0 +1,2 @@\n+Line one of ${index}\n+Line two of ${index}`,
              added: 2,
              deleted: 0,
            },
          ],
        },
      ],
    });
  }

  test('figures have numerator and denominator, of the company and of teams that are large enough', async () => {
    const { company, teams, hiddenTeams, trend } = await client.analytics.velocity({ weeks: 2 });
    expect(company.figures.conversationsWithCommits).toEqual({
      numerator: 7,
      denominator: 14,
      value: 0.5,
      weeks: 1,
    });
    expect(company.figures.commitsWithLink).toMatchObject({ numerator: 7, denominator: 14 });
    expect(company.figures.editAcceptance).toMatchObject({ numerator: 12, denominator: 14 });
    expect(company.figures.hoursToFirstCommit).toMatchObject({ numerator: 14, denominator: 7, value: 2 });
    expect(company.figures.costPerLinkedCommit).toMatchObject({ numerator: 7 * COST_MICROS, denominator: 7 });
    expect(company.figures.costPerPerson).toMatchObject({ value: COST_MICROS });
    expect(company.amounts).toMatchObject({
      costUnlinkedMicros: 7 * COST_MICROS,
      tokens: 14 * 1_100,
      tokensUnpriced: 0,
    });
    // Kiln has two people, so that the smaller of the others would leave them: only one team is shown.
    expect(teams.map(({ group }) => group)).toEqual(['Orchard']);
    expect(hiddenTeams).toBe(2);
    expect(trend.map(({ week }) => week)).toEqual(['2037-W47', WEEK]);
  });

  test('commits with and without a link stand side by side, as correlation', async () => {
    const { compared } = (await client.analytics.velocity({ weeks: 1 })).company;
    expect(compared.note).toMatch(/^Correlation, not cause/);
    expect(compared.linked.linesPerCommit).toMatchObject({ numerator: 14, denominator: 7, value: 2 });
    expect(compared.other.rework).toMatchObject({ numerator: 0, denominator: 14 });
  });

  test('adoption counts the members of a team', async () => {
    const { company, teams, stickiness } = await client.analytics.adoption({ weeks: 1 });
    expect(company).toEqual({ active: 14, members: 14, share: 1 });
    expect(teams).toEqual([{ team: 'Orchard', active: 6, members: 6, share: 1 }]);
    expect(stickiness).toMatchObject({ numerator: 14, denominator: 14 });
  });

  test('assistants and repositories are shown by the same rule', async () => {
    const { items } = await client.analytics.assistants({ weeks: 1 });
    expect(items).toMatchObject([
      { assistant: `claude-code · ${MODEL}`, conversations: 14, messages: 28, tokens: 15_400 },
    ]);
    const repositories = await client.analytics.repositories({ weeks: 1 });
    expect(repositories.items).toMatchObject([
      { repository: 'sample/otter', commitsWithLink: { numerator: 7 }, costOfCommitsMicros: 7 * COST_MICROS },
    ]);
  });

  test('a person sees their own figures, and no others', async () => {
    const first = people[0] as Person;
    const mine = await first.client.analytics.mine({ weeks: 1 });
    expect(mine.figures.conversationsWithCommits).toMatchObject({ numerator: 1, denominator: 1 });
    expect(mine.amounts).toMatchObject({ commits: 1, costMicros: COST_MICROS });
    await expect(first.client.analytics.velocity({})).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('a week that is not over is not shown', async () => {
    await expect(client.analytics.velocity({ to: '2037-W49' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  test('computing everything again changes nothing', async () => {
    const before = await client.analytics.velocity({});
    await client.analytics.compute({ whole: true });
    expect(await client.analytics.velocity({})).toEqual(before);
  });

  test('a person who moves stays in the team of the weeks that were computed', async () => {
    const header = 'builder_id,name,email,team,title,status,started_on,weekly_hours,timezone';
    await client.people.import({
      builders: `${header}\nb-6,Orchard 0,Orchard.0@example.com,Harbour,,active,2037-01-05,40,UTC`,
    });
    await client.analytics.compute({ whole: true });
    const { teams } = await client.analytics.velocity({ weeks: 1 });
    expect(teams).toMatchObject([
      { group: 'Orchard', figures: { conversationsPerPerson: { denominator: 6 } } },
    ]);
  });

  test('what several people ask is a knowledge gap; a private conversation is not in it', async () => {
    await (people[0] as Person).client.conversation.update({
      conversationId:
        (await (people[0] as Person).client.conversation.list({ author: 'me' })).items[0]?.id ?? '',
      private: true,
    });
    // Two searches at once leave what one finds.
    expect(await Promise.all([client.knowledgeGap.find({}), client.knowledgeGap.find({})])).toEqual([
      { gaps: 1 },
      { gaps: 1 },
    ]);
    const { items } = await client.knowledgeGap.list({});
    expect(items).toHaveLength(1);
    expect(items).toMatchObject([{ people: 13, conversations: 13, shared: 'keys.ts' }]);
    expect(items[0]?.topic).toMatch(/rotat|sign|key/);
    expect(items[0]?.examples).toHaveLength(3);
  });

  test('cost is compared with commits, bills and unused seats', async () => {
    await client.assistantSpend.import({
      vendor: 'Anthropic',
      csv: `usage_date_utc,model_version,user,cost_usd\n2037-11-24,${MODEL},a@example.com,1.25\n2037-11-24,${MODEL},b@example.com,0.75`,
    });
    const [partly, fully] = [
      await issueLicence(client, { maxSeats: 5 }),
      await issueLicence(client, { maxSeats: 1 }),
    ];
    // A seat that is taken now was in use for no time yet.
    api.context.clock.now = () => new Date(minutes(NOW, -120));
    for (const { licenseKey } of [partly, fully])
      expect(
        await send(api.url, 'POST', '/api/v1/licenses/acquire', licenseKey, { device: DEVICE }),
      ).toMatchObject({ status: 201 });
    api.context.clock.now = () => new Date(NOW);
    const report = await client.assistantSpend.report({ weeks: 2 });
    expect(report).toMatchObject({
      from: '2037-W47',
      to: WEEK,
      estimatedMicros: 14 * COST_MICROS,
      billedMicros: 2_000_000,
    });
    expect(report.trend).toEqual([
      { week: '2037-W47', estimatedMicros: null, billedMicros: 0 },
      { week: WEEK, estimatedMicros: 14 * COST_MICROS, billedMicros: 2_000_000 },
    ]);
    expect(report.licences).toEqual([
      { licence: 'Design team', product: partly.productCode, seats: 5, peak: 1, unused: 4 },
    ]);
    expect(report.byVendor).toEqual([{ vendor: 'Anthropic', model: MODEL, billedMicros: 2_000_000 }]);
    await client.assistantSpend.setPrice({
      model: 'claude-sonnet-4-5',
      validFrom: '2037-11-01',
      input: 6,
      output: 30,
    });
    expect((await client.assistantSpend.report({ weeks: 1 })).estimatedMicros).toBe(2 * 14 * COST_MICROS);
    await client.assistantSpend.deletePrice({ model: 'claude-sonnet-4-5', validFrom: '2037-11-01' });
    expect((await client.assistantSpend.report({ weeks: 1 })).estimatedMicros).toBe(14 * COST_MICROS);
  });

  test('the report of the week is an e-mail with a chart, and a PDF', async () => {
    const { html, text, subject } = await client.teamReport.file({ format: 'html' });
    expect(subject).toBe(`Week ${WEEK}: 14 of 14 people worked with assistants`);
    expect(html).toContain('50 %');
    expect(text).toContain('Conversations with edits that led to a commit: 50 % (7 of 14)');
    const { file } = await client.teamReport.file({ format: 'pdf' });
    const { pathname, search } = new URL(file?.url ?? '');
    const pdf = await fetch(`${api.url}${pathname}${search}`);
    expect((await pdf.text()).startsWith('%PDF-')).toBe(true);
  });

  test('the compliance report counts what was captured, redacted, exported and erased', async () => {
    const author = (people[1] as Person).client;
    const { id: conversationId } = await author.conversation.create({
      tool: 'codex',
      messages: [{ author: 'human', text: `token=${'ghp_'}${'a1B2'.repeat(9)}` }],
    });
    await author.conversation.export({ conversationId });
    await author.conversation.delete({ conversationId });
    const span = { from: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10), to: '2099-01-01' };
    const report = await client.conversationCompliance.report(span);
    expect(report).toMatchObject({
      // One of the fourteen is private by now.
      captured: [{ tool: 'claude-code', conversations: 13, messages: 26 }],
      exported: { conversations: 1 },
      erased: [{ reason: 'removed', count: 1 }],
    });
  });

  test('old conversations are removed, and their figures stay', async () => {
    // Its commit is made on a day that is not final when the conversation goes.
    await work(people[0] as Person, 14, '2037-11-25T09:00:00.000Z', '2037-11-29T09:00:00.000Z');
    // One of the eight is of a conversation that became private.
    await vi.waitFor(
      async () => expect((await client.link.list({ status: 'confirmed' })).items).toHaveLength(7),
      { timeout: 30_000, interval: 100 },
    );
    await client.analytics.compute({});
    const figures = async () => [
      await client.analytics.velocity({ weeks: 1 }),
      await client.analytics.repositories({ weeks: 1 }),
    ];
    const before = await figures();
    expect(await client.conversationRetention.cleanUp({})).toEqual({ days: null, conversations: 0 });
    await client.conversationRetention.set({ days: 2 });
    expect(await client.conversationRetention.cleanUp({})).toEqual({ days: null, conversations: 0 });
    const today = api.context.clock.now;
    api.context.clock.now = () => new Date(Date.parse(NOW) - 24 * 3_600_000);
    expect(await client.retention.dryRun({ kind: 'conversations' })).toMatchObject({
      days: 2,
      inForceDays: null,
      needsDryRun: false,
    });
    api.context.clock.now = today;
    expect(await client.conversationRetention.cleanUp({})).toEqual({ days: 2, conversations: 15 });
    await vi.waitFor(async () => expect((await client.conversation.list({})).items).toEqual([]), {
      timeout: 30_000,
      interval: 100,
    });
    await client.analytics.compute({ whole: true });
    expect(await figures()).toEqual(before);
    const { company } = await client.analytics.velocity({ weeks: 1 });
    expect(company.amounts).toMatchObject({ conversations: 15, tokens: 16_500 });
    expect(company.figures.commitsWithLink).toMatchObject({ numerator: 8, denominator: 15 });
    expect((await client.conversationRetention.get({})).finalBefore).toBe('2037-11-28');
  });

  test('a person who objects is in no team from the next computation on, and stays in totals', async () => {
    const subject = `user:${(people[2] as Person).userId}`;
    const rows = () =>
      api.context.database
        .system('the test looks at all rows')
        .selectFrom('context.activity_days')
        .select(['team', 'messages'])
        .where('owner', '=', subject)
        .orderBy('day')
        .execute();
    const before = await rows();
    expect(before.filter(({ team }) => team !== '')).not.toEqual([]);
    const { requestId } = await client.privacyRequest.create({
      kind: 'objection',
      subject,
      reason: 'Asked by letter.',
      verification: 'They asked from the address on file.',
    });
    const again = client.privacyRequest.create({
      kind: 'objection',
      subject,
      reason: 'Asked by letter.',
      verification: 'They asked from the address on file.',
    });
    expect(await refusal(again)).toMatchObject({ code: 'CONFLICT' });
    await client.analytics.compute({});
    expect(await rows()).toEqual(before.map((row) => ({ ...row, team: '' })));
    const withdraw = { requestId, reason: 'They changed their mind.' };
    expect(await client.privacyRequest.withdraw(withdraw)).toMatchObject({ state: 'withdrawn' });
    expect(await refusal(client.privacyRequest.withdraw(withdraw))).toMatchObject({ code: 'PRIVACY_STATE' });
    await work(people[2] as Person, 15, '2037-11-30T09:00:00.000Z');
    await client.analytics.compute({ whole: true });
    expect(await rows()).toEqual([
      ...before.map((row) => ({ ...row, team: '' })),
      { team: 'Harbour', messages: expect.any(Number) },
    ]);
  });

  test('nothing is left of a person who is erased', async () => {
    const { userId } = people[3] as Person;
    const subject = `user:${userId}`;
    await erase(api, subject);
    const owner = api.context.database.system('the test looks at all rows');
    const days = await owner
      .selectFrom('context.activity_days')
      .selectAll()
      .where('owner', '=', subject)
      .execute();
    const commits = await owner
      .selectFrom('context.commit_figures')
      .selectAll()
      .where('author', '=', subject)
      .execute();
    expect([days, commits]).toEqual([[], []]);
  });

  test('nothing is left of an author who is erased as a builder, in figures and in messages', async () => {
    const header = 'builder_id,name,email,team,title,status,started_on,weekly_hours,timezone';
    await client.people.import({
      builders: `${header}\nb-90,Nora,Nora.X@example.com,Kiln,,active,2037-01-05,40,UTC`,
    });
    const sha = shaOf('nora');
    const at = '2037-11-29T10:00:00.000Z';
    await client.commit.record({
      repository: 'https://github.com/sample/otter.git',
      commits: [
        {
          sha,
          message:
            'Draw icons, ask nora.x@example.com. Not eleonora.x@example.com, nora.x@example.com.au\n\nCo-authored-by: Nora <Nora.X@example.com>\nRefs: 1',
          authorName: 'Nora',
          authorEmail: 'nora.x@example.com',
          authoredAt: at,
          committedAt: at,
        },
      ],
    });
    await client.analytics.compute({});
    const owner = api.context.database.system('the test looks at all rows');
    const { id } = await owner
      .selectFrom('context.commits')
      .select('id')
      .where('sha', '=', sha)
      .executeTakeFirstOrThrow();
    const figure = () =>
      owner
        .selectFrom('context.commit_figures')
        .select(['author', 'team'])
        .where('commit_id', '=', id)
        .executeTakeFirst();
    expect(await figure()).toEqual({ author: expect.stringMatching(/^author:/), team: 'Kiln' });
    await erase(api, 'builder:b-90');
    expect(await figure()).toEqual({ author: 'unknown', team: '' });
    expect(await client.commit.get({ sha })).toMatchObject({
      authorName: null,
      authorEmail: null,
      message:
        'Draw icons, ask [erased]. Not eleonora.x@example.com, nora.x@example.com.au\n\nCo-authored-by: [erased]\nRefs: 1',
    });
  });
});
