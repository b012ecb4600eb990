import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { sampleCommits } from '../../examples/conversations/commits.ts';
import { sampleConversations } from '../../examples/conversations/index.ts';

/**
 * Imports the conversations of the sample company, each as the person who had it. A second time changes nothing.
 * @returns how many are new
 */
export async function importConversations(client: Client, as: (userId: string) => Client): Promise<number> {
  let imported = 0;
  for (const { email, name, files } of sampleConversations()) {
    const report = await as(await ensurePerson(client, email, name)).conversation.import({
      files: files.map((file) => ({ name: file.name, base64: Buffer.from(file.text).toString('base64') })),
    });
    imported += report.conversations;
  }
  return imported;
}

/**
 * Records the commits of the sample company, so that they are linked with its conversations. A second time changes
 * nothing.
 * @returns how many are new
 */
export async function recordCommits(client: Client): Promise<number> {
  let recorded = 0;
  for (const [repository, some] of Map.groupBy(sampleCommits(), (one) => one.repository))
    recorded += (await client.commit.record({ repository, commits: some.map(({ commit }) => commit) }))
      .recorded;
  return recorded;
}

/** The user of a person, who may act from then on. */
export async function ensurePerson(client: Client, email: string, name: string): Promise<string> {
  const { items } = await client.user.list({ search: email, limit: 1 });
  const known = items[0];
  if (known) return known.userId;
  const { userId } = await client.user.create({ email, name, roles: ['builder'] });
  await client.user.update({ userId, status: 'active' });
  return userId;
}
