import type { Client } from '../../ai-api/src/catalogue/client.ts';

/** Kinds of which everyone is informed: a weekly run judges by them. */
const WEEKLY = ['evaluation', 'project-evaluation'];
/** Builders of each other kind who are still to be informed. */
const LEFT = 9;
const PAPER = { on: '2026-01-05', how: 'On paper, with the contract' };

/**
 * Publishes the notice of each kind. The builder acknowledges those of the weekly evaluation; most others were informed
 * on paper.
 */
export async function notices(client: Client, executive: Client, builder: Client): Promise<void> {
  const { items } = await client.notice.list({});
  const builders = (await client.builder.list({ limit: 500 })).items.filter(
    ({ status }) => status !== 'left',
  );
  const builderIds = builders.slice(LEFT).map(({ builderId }) => builderId);
  for (const { kind, version: published } of items) {
    if (published !== null) continue;
    const { digest } = await executive.notice.preview({ kind });
    const { version } = await executive.notice.publish({ kind, digest });
    const isWeekly = WEEKLY.includes(kind);
    if (isWeekly) await builder.notice.acknowledge({ kind, version });
    await executive.notice.recordInformed({ kind, ...PAPER, ...(isWeekly ? {} : { builderIds }) });
  }
}
