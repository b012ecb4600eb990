import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { PEOPLE } from './people.ts';

/** Colleagues look at the sample builder's data, for different purposes. A second start finds what they left. */
export async function accesses(as: (email: string) => Client): Promise<void> {
  const { user } = await as(PEOPLE.builder).identity.whoami({});
  const builderId = user?.builderId;
  if (!builderId) return;
  const { items: known } = await as(PEOPLE.builder).access.mine({ limit: 500 });
  if (known.some(({ operation }) => operation === 'performance.history')) return;
  for (const email of [PEOPLE.executive, PEOPLE.reviewer]) {
    await as(email).performance.history({ builderId });
    const { items } = await as(email).evaluation.list({ builderId, limit: 1 });
    for (const { evaluationId } of items) await as(email).evaluation.get({ evaluationId });
  }
  await as(PEOPLE.operations).builder.get({ builderId });
  await as(PEOPLE.builder).myData.request({
    kind: 'correction',
    text: 'My title is Senior builder since October.',
  });
}
