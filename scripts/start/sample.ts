import { createClient } from '../../ai-api/src/catalogue/client.ts';
import { resources } from '../../ai-api/src/catalogue/index.ts';
import { addWeeks } from '../../ai-api/src/platform/week.ts';
import { makePeople, type SamplePerson, seedSample } from '../sample/index.ts';
import { companyIn, keepCompany } from './company.ts';
import type { Options } from './options.ts';
import type { Progress } from './progress.ts';
import type { LocalSecrets } from './secrets.ts';

/** Weeks that were judged before the one that this start judges. */
const PAST_WEEKS = 3;
const TIMEOUT_MS = 120_000;

/**
 * Brings the sample company to life, once: weeks judged before, requests, policies, plans, reviews and the people who
 * sign in. Rules alone judge it, so that no model is paid for. @returns those people
 */
export async function liveSample(
  { company, dataDirectory }: Options,
  { apiKey, peoplePassword: password }: LocalSecrets,
  baseUrl: string,
  progress: Progress,
): Promise<SamplePerson[]> {
  const as = (actingFor?: string) => {
    const person = actingFor === undefined ? {} : { actingFor };
    return createClient(resources, { baseUrl, apiKey, timeoutMs: TIMEOUT_MS, ...person });
  };
  const client = as();
  if (companyIn(dataDirectory)?.isSeeded) return makePeople(client, password);
  const weeks = Array.from({ length: PAST_WEEKS }, (_, back) =>
    addWeeks(company.newestWeek, back - PAST_WEEKS),
  );
  progress.line(`Sample: judging ${weeks.join(', ')}, with requests, policies, plans and reviews`);
  await client.tenant.update({ models: 'off' });
  const people = await seedSample({ client, as, password, weeks, modelWeek: null });
  await client.tenant.update({ models: 'allowed' });
  keepCompany(dataDirectory, { directory: company.directory, isSeeded: true });
  progress.line('Sample: ready');
  return people;
}
