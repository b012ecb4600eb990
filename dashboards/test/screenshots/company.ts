import { createClient } from '../../../ai-api/src/catalogue/client.ts';
import { resources } from '../../../ai-api/src/catalogue/index.ts';
import { ADMIN_KEY, sampleCompany, type TestApi } from '../../../ai-api/test/api.ts';
import { makeDeadLetter } from '../../../ai-api/test/dead-letter.ts';
import { type SamplePerson, seedSample } from '../../../scripts/sample/index.ts';

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
  const people = await seedSample({
    client,
    as: (actingFor) => createClient(resources, { baseUrl: url, apiKey: ADMIN_KEY, actingFor }),
    password: 'Sample people sign in with this 1',
    weeks: WEEKS,
    modelWeek: '2026-W43',
  });
  await makeDeadLetter(api);
  return people;
}
