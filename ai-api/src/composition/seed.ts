import type { Config } from '../config/index.ts';
import { ACT_AS } from '../contract/scopes.ts';
import { seedKind } from '../judgement/index.ts';
import { record, systemActor } from '../modules/shared/audit/index.ts';
import { seedGates } from '../modules/manager/stage-gates/index.ts';
import type { Database } from '../platform/database/index.ts';
import { KINDS } from './kinds.ts';
import type { Modules } from './modules.ts';

/** Makes the company that the configuration names, with its first key and administrator, rules, gates and prompts. */
export async function seedTenant(
  config: Config,
  database: Database,
  { identity, prompts }: Pick<Modules, 'identity' | 'prompts'>,
): Promise<void> {
  const tenantId = await identity.ensureTenant(config.TENANT, config.TENANT_TIER);
  if (config.BOOTSTRAP_API_KEY)
    await identity.ensureKey(tenantId, 'bootstrap', config.BOOTSTRAP_API_KEY, ['admin'], ['*', ACT_AS]);
  const { BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: password } = config;
  if (email && password) await identity.users.ensureAdmin(tenantId, email, password);
  await database.withTenant(tenantId, async (transaction) => {
    let rules = 0;
    for (const kind of KINDS) rules += await seedKind(transaction, kind);
    if (rules > 0)
      await record(transaction, systemActor(tenantId, 'judgement.seed'), {
        subject: 'rules',
        details: [{ about: [], content: { rules } }],
      });
    await seedGates(transaction, tenantId);
    await prompts.seed(transaction, tenantId);
    prompts.claim(tenantId);
  });
}
