import { resources } from '@ai-manager/api/catalogue';
import { ApiError, type Client, createClient } from '@ai-manager/api/client';
import type { SourceOptions } from './sources.ts';
import type { ToolJet } from './tooljet.ts';
import { ToolJetError } from './tooljet.ts';

interface Member {
  user_id?: string;
  userId?: string;
  email: string;
  status: string;
}

/**
 * Links ToolJet's users with the people of the API who have the same e-mail address, so that the plugin acts for
 * whoever is signed in. Only of members whose address ToolJet has verified: those who took their invitation.
 * What the server or the key does not allow is said, and stops nothing.
 */
export async function pushPeople(toolJet: ToolJet, source: SourceOptions | undefined): Promise<string[]> {
  if (source?.options.act_as !== true) return [];
  const client = createClient(resources, {
    baseUrl: String(source.options.base_url),
    apiKey: source.secrets.api_key ?? '',
  });
  try {
    const lines: string[] = [];
    for (const member of await membersOf(toolJet)) lines.push(await linkMember(client, member));
    return lines;
  } catch (error) {
    if (error instanceof ToolJetError || error instanceof ApiError)
      return [`users were not linked (${error.message}): link them with user.link`];
    throw error;
  }
}

/** Everyone in the workspace, whether they have joined or not. */
export async function membersOf(toolJet: ToolJet): Promise<Member[]> {
  const members: Member[] = [];
  for (let page = 1; ; page++) {
    const paths = [`/organization-users?page=${page}`, `/organizations/users?page=${page}`];
    const answer = (await toolJet.callFirst('GET', paths)) as {
      users?: Member[];
      meta?: { total_pages?: number };
    };
    members.push(...(answer.users ?? []));
    if (page >= (answer.meta?.total_pages ?? 1)) return members;
  }
}

async function linkMember(client: Client, member: Member): Promise<string> {
  const { email, status } = member;
  const subject = member.user_id ?? member.userId;
  if (status !== 'active' || !subject) return `${email} has not joined ToolJet yet and is not linked`;
  const { items } = await client.user.list({ search: email, limit: 50 });
  const person = items.find((one) => one.email.toLowerCase() === email.toLowerCase());
  if (!person)
    return `${email} is not a user of AI Manager: create the user with user.create, then push again`;
  await client.user.link({ userId: person.userId, issuer: 'tooljet', subject });
  return `${email} is linked`;
}
