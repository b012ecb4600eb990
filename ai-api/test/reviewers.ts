import { randomBytes } from 'node:crypto';
import { type Client, createClient } from '../src/contract/client.ts';
import { resources } from '../src/contract/index.ts';
import type { Role } from '../src/contract/operation.ts';
import type { TestApi } from './api.ts';

/** A client with a key of its own; each stands for one person. */
export async function clientAs(api: TestApi, name: string, roles: Role[] = ['reviewer']): Promise<Client> {
  const { tenantId } = await api.client.identity.whoami({});
  const key = `aim_${randomBytes(4).toString('hex')}_${randomBytes(24).toString('hex')}`;
  await api.context.identity.ensureKey(tenantId, name, key, roles);
  return createClient(resources, { baseUrl: api.url, apiKey: key });
}

/** The review that somebody got; fails when there was none. */
export async function takeReview(client: Client, kind?: string) {
  const { review } = await client.reviews.next({ kind });
  if (!review) throw new Error('There was nothing to review');
  return review;
}
