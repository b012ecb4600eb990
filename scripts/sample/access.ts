import type { Client } from '../../ai-api/src/catalogue/client.ts';

const DOMAIN = 'sample-company.example';
const INVITED = { name: 'Tansy Copper', email: `tansy.copper@${DOMAIN}`, roles: ['readonly' as const] };

/** A person who has not taken their invitation yet, and the domain whose people join by themselves. */
export async function access(client: Client): Promise<void> {
  const { items } = await client.user.list({ search: INVITED.email, limit: 1 });
  if (items.length > 0) return;
  await client.domain.add({ domain: DOMAIN, roles: ['readonly'] });
  await client.domain.verify({ domain: DOMAIN, by: 'administrator' });
  await client.domain.add({ domain: 'sample-partner.example', roles: ['readonly'] });
  await client.invitation.send(INVITED);
}
