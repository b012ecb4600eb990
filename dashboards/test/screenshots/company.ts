import { type Client, createClient } from '../../../ai-api/src/catalogue/client.ts';
import { resources } from '../../../ai-api/src/catalogue/index.ts';
import { ADMIN_KEY, sampleCompany, type TestApi } from '../../../ai-api/test/api.ts';
import { makeDeadLetter } from '../../../ai-api/test/dead-letter.ts';
import { PEOPLE, type SamplePerson, seedSample } from '../../../scripts/sample/index.ts';

export { PEOPLE } from '../../../scripts/sample/index.ts';

const WEEKS = ['2026-W44', '2026-W45', '2026-W46'];

/** Fills a new company with the sample as `npm start` does, and with what goes wrong in some weeks. */
export async function fillCompany(api: TestApi, hooks: string): Promise<SamplePerson[]> {
  const { client, url } = api;
  await client.people.import(sampleCompany());
  await client.webhook.create({
    url: `${hooks}/hook/ok`,
    events: ['evaluation.run.completed', 'approval.decided'],
  });
  await client.webhook.create({ url: `${hooks}/hook/broken`, events: ['evaluation.run.completed'] });
  const as = (actingFor: string) => createClient(resources, { baseUrl: url, apiKey: ADMIN_KEY, actingFor });
  const people = await seedSample({
    client,
    as,
    password: 'Sample people sign in with this 1',
    weeks: WEEKS,
    modelWeek: '2026-W43',
  });
  await contestWeek(as(PEOPLE.builder));
  await makeDeadLetter(api);
  await lookAt(as(PEOPLE.operations), people);
  return people;
}

/** The builder contests an earlier week, with a fact that is said to be wrong. */
async function contestWeek(builder: Client): Promise<void> {
  const { items } = await builder.evaluation.list({ week: WEEKS[1] });
  const { judgement } = await builder.evaluation.get({ evaluationId: items[0]?.evaluationId ?? '' });
  await builder.contest.create({
    judgementId: judgement?.judgementId ?? '',
    reason: 'The tracker was off on the train: two days at the customer are missing.',
    facts: [{ path: 'week.hoursWorked', value: 41 }],
  });
}

/** An administrator opens accounts, so that *My data* has who looked. */
async function lookAt(admin: Client, people: readonly SamplePerson[]): Promise<void> {
  const looked = [PEOPLE.executive, PEOPLE.reviewer, PEOPLE.council];
  for (const { userId, email } of people)
    if (looked.some((one) => one === email)) await admin.user.get({ userId });
}
