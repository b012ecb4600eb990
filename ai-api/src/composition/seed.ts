import type { Config } from '../config/index.ts';
import { ACT_AS } from '../contract/scopes.ts';
import type { Database } from '../platform/database/index.ts';
import type { Modules } from './modules.ts';

/** Makes the company that the configuration names, with its first key and administrator, and what modules give it. */
export async function seedTenant(
  config: Config,
  database: Database,
  { services: { identity }, seed }: Modules,
): Promise<void> {
  const tenantId = await identity.ensureTenant(config.TENANT, config.TENANT_TIER);
  if (config.BOOTSTRAP_API_KEY)
    await identity.ensureKey(tenantId, 'bootstrap', config.BOOTSTRAP_API_KEY, ['admin'], ['*', ACT_AS]);
  const { BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: password } = config;
  if (email && password) await identity.users.ensureAdmin(tenantId, email, password);
  await database.withTenant(tenantId, (transaction) => seed(transaction, tenantId));
}
