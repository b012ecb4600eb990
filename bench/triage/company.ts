import type { Client } from '../../ai-api/src/catalogue/client.ts';
import type { EarlierRequest, LabelledRequest, TriageSet } from './generate.ts';

const AT_ONCE = 4;
/** What the model of the preparation answers with 100: the words of the requests that make up a record. */
export const RECORD_TEXT = 'Measured the gates of a warehouse some weeks before.';

/**
 * Imports the company of a set and gives its builders their records, through the API: earlier requests that the engine
 * approves because a loopback model answers 100, and rejects because they are for days of leave.
 * @throws when one of them comes out otherwise
 */
export async function prepareCompany(client: Client, set: TriageSet): Promise<void> {
  const { builders, projects, entries, leave, members, budgets } = set;
  await client.people.import({ builders, projects });
  await client.people.importTime({ entries, leave, members, budgets });
  await client.approval.setSettings({ triage: 'manual', oldestDays: 366 });
  const byBuilder = Map.groupBy(set.earlier, ({ builderId }) => builderId);
  await eachOf([...byBuilder.values()], async (earlier) => {
    for (const one of earlier) await decideEarlier(client, one);
  });
  await client.approval.setSettings({ oldestDays: 30 });
  await eachOf(set.repeated, async (index) => {
    await client.approval.submit((set.requests[index] as LabelledRequest).asked);
  });
}

async function decideEarlier(client: Client, { builderId, date, outcome }: EarlierRequest): Promise<void> {
  const { approvalId } = await client.approval.submit({
    builderId,
    date,
    hours: 1,
    category: 'development',
    projectId: 'open',
    justification: RECORD_TEXT,
  });
  const { decision, reasoning } = await client.approval.triage({ approvalId });
  if (decision !== outcome) throw new Error(`A record came out as ${decision}: ${reasoning}`);
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
