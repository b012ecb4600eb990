import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { ACT_AS, DECIDE } from '../contract/scopes.ts';
import { type Database, dataRegionOf, isHere } from '../platform/database/index.ts';
import type { Modules } from './modules.ts';

/**
 * Makes the company that the configuration names, with its first key and administrator, and what modules give it; not
 * where its data stays in another region.
 */
export async function seedTenant(
  config: Config,
  database: Database,
  { services: { identity, plans, prompts }, seed }: Modules,
  log: Logger,
): Promise<void> {
  const { TENANT, TENANT_TIER, BILLING } = config;
  const tenantId = await identity.ensureTenant(TENANT, TENANT_TIER, { onlyNew: BILLING === 'stripe' });
  const region = await dataRegionOf(database, tenantId);
  if (!isHere(database.residency, region))
    return log.warn({ tenant: config.TENANT, region }, 'the company of TENANT keeps its data elsewhere');
  if (config.BOOTSTRAP_API_KEY)
    await identity.ensureKey(
      tenantId,
      'bootstrap',
      config.BOOTSTRAP_API_KEY,
      ['admin'],
      ['*', ACT_AS, DECIDE],
    );
  const { BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: password } = config;
  if (email && password) await identity.users.ensureAdmin(tenantId, email, password);
  await database.withTenant(tenantId, async (transaction) => {
    await plans.setBase(transaction, tenantId);
    await seed(transaction, tenantId);
  });
  prompts.claim(tenantId);
}
