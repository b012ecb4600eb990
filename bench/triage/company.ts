import { randomUUID } from 'node:crypto';
import { type Client, createClient } from '../../ai-api/src/catalogue/client.ts';
import { resources } from '../../ai-api/src/catalogue/index.ts';
import { ADMIN_KEY, type Platform } from '../platform.ts';
import type { EarlierRequest, LabelledRequest, TriageSet } from './generate.ts';

const AT_ONCE = 4;
const RECORD_TEXT = 'Measured the gates of a warehouse some weeks before.';

/**
 * Imports the company of a set and gives its builders their records, through the API: earlier requests that a person
 * approves, and those for days of leave, which the engine proposes to reject and a person rejects.
 * @throws when one of them comes out otherwise
 */
export async function prepareCompany(
  { url, client }: Pick<Platform, 'url' | 'client'>,
  set: TriageSet,
): Promise<void> {
  const { builders, projects, entries, leave, members, budgets } = set;
  await client.people.import({ builders, projects });
  await client.people.importTime({ entries, leave, members, budgets });
  const person = await approverOf(url, client);
  await client.approval.setSettings({ triage: 'manual', oldestDays: 366 });
  const byBuilder = Map.groupBy(set.earlier, ({ builderId }) => builderId);
  await eachOf([...byBuilder.values()], async (earlier) => {
    for (const one of earlier) await decideEarlier(client, person, one);
  });
  await client.approval.setSettings({ oldestDays: 30 });
  await eachOf(set.repeated, async (index) => {
    await client.approval.submit((set.requests[index] as LabelledRequest).asked);
  });
}

async function decideEarlier(
  client: Client,
  person: Client,
  { builderId, date, outcome }: EarlierRequest,
): Promise<void> {
  const { approvalId } = await client.approval.submit({
    builderId,
    date,
    hours: 1,
    category: 'development',
    projectId: 'open',
    justification: RECORD_TEXT,
  });
  const { proposal, reasoning, approval } = await client.approval.triage({ approvalId });
  if ((proposal === 'reject') !== (outcome === 'reject'))
    throw new Error(`A record came out as ${proposal}: ${reasoning}`);
  const seen = { approvalId, version: approval?.version ?? 1 };
  if (outcome === 'approve') {
    await person.approval.override({ ...seen, decision: 'approve' });
    return;
  }
  const { refused } = await person.approval.bulk({ items: [seen], decision: 'confirm' });
  if (refused[0]) throw new Error(`A record was not confirmed: ${refused[0].detail}`);
}

/** An executive of the company, who confirms what the engine proposes. */
async function approverOf(url: string, client: Client): Promise<Client> {
  const email = 'approver@example.com';
  await client.user.create({ email, name: 'The approver', roles: ['executive'], password: randomUUID() });
  return createClient(resources, { baseUrl: url, apiKey: ADMIN_KEY, actingFor: email });
}

/** Calls `work` with every item, a few at a time; answers in the order of the items. */
export async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const worker = async () => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** Imports the records of a set that a company with such a share of them has. */
export async function importWork(client: Client, { work }: TriageSet, share: number): Promise<void> {
  await client.people.importWork({ records: work.filter(({ from }) => from <= share).map(({ row }) => row) });
}
