import type { Client } from '../../ai-api/src/catalogue/client.ts';

const OF_SAMPLE = 'Sample of a letter';

/**
 * Privacy requests of the sample company: an export that is done, an erasure that waits for its second person, an
 * objection, and a legal hold; periods that it set, and compliance reports. A second start finds them.
 */
export async function privacy(client: Client): Promise<void> {
  const { items } = await client.privacyRequest.list({ limit: 1 });
  if (items.length > 0) return;
  const ask = (kind: 'export' | 'erasure' | 'objection', subject: string) =>
    client.privacyRequest.create({
      kind,
      subject,
      reason: OF_SAMPLE,
      verification: 'They asked from the address on file.',
    });
  await ask('export', 'builder:b-0012');
  await ask('erasure', 'builder:b-0074');
  await ask('objection', 'builder:b-0033');
  await client.legalHold.set({ subject: 'builder:b-0075', reason: 'A sample case at court is open.' });
  await retention(client);
  for (const kind of ['gdpr-events', 'soc2-access-review'] as const) await client.audit.reports({ kind });
}

/** A longer period, a shorter one that begins tonight, and one that waits for its dry run. */
async function retention(client: Client): Promise<void> {
  await client.retention.set({ kind: 'licence-history', days: 730 });
  const asked = { kind: 'questions', days: 365 };
  const { total: previewed } = await client.retention.preview(asked);
  await client.retention.set({ ...asked, previewed });
  await client.retention.set({ kind: 'agent-executions', days: 180 });
}
