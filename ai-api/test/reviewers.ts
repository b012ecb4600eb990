import { randomBytes } from 'node:crypto';
import { type Client, createClient } from '../src/catalogue/client.ts';
import { resources } from '../src/catalogue/index.ts';
import type { Role } from '../src/contract/operation.ts';
import type { TestApi } from './api.ts';

/** A client with a key of its own; each represents one person. */
export async function clientAs(api: TestApi, name: string, roles: Role[] = ['reviewer']): Promise<Client> {
  const { tenantId } = await api.client.identity.whoami({});
  const key = `aim_${randomBytes(4).toString('hex')}_${randomBytes(24).toString('hex')}`;
  await api.context.identity.ensureKey(tenantId, name, key, roles);
  return createClient(resources, { baseUrl: api.url, apiKey: key });
}

/** The review that a reviewer got; fails when there was none. */
export async function takeReview(client: Client, kind?: string) {
  const { review } = await client.reviews.next({ kind });
  if (!review) throw new Error('There was nothing to review');
  return review;
}

/** A client of a person who has an account: a service key that acts for them. */
export async function personAs(api: TestApi, name: string, roles: Role[]): Promise<Client> {
  const { tenantId } = await api.client.identity.whoami({});
  const email = `${name}@people.example`;
  const password = randomBytes(16).toString('hex');
  const { userId } = await api.client.user.create({ email, name, roles, password });
  const apiKey = `aim_${randomBytes(4).toString('hex')}_${randomBytes(24).toString('hex')}`;
  await api.context.identity.ensureKey(tenantId, `for ${name}`, apiKey, ['admin'], ['*', 'act-as', 'decide']);
  return createClient(resources, { baseUrl: api.url, apiKey, actingFor: userId });
}
