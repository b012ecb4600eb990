import { v7 as uuidv7 } from 'uuid';
import { type Client, createClient } from '../src/catalogue/client.ts';
import { resources } from '../src/catalogue/index.ts';
import type { Role } from '../src/contract/operation.ts';
import { ADMIN_KEY, type TestApi } from './api.ts';

/** Makes a user of the test's company, and answers the API as that person sees it. */
export async function staff(api: TestApi, email: string, roles: Role[], name = email): Promise<Client> {
  const tenantId = await api.context.identity.ensureTenant(api.context.config.TENANT);
  const user = { id: uuidv7(), email, name, roles, status: 'active' as const };
  await api.context.database.withTenant(tenantId, (transaction) =>
    transaction.insertInto('identity.users').values(user).execute(),
  );
  return createClient(resources, { baseUrl: api.url, apiKey: ADMIN_KEY, actingFor: email });
}
