import { openDatabase } from '../../ai-api/src/composition/database.ts';
import type { Config } from '../../ai-api/src/config/index.ts';
import { verifyChain } from '../../ai-api/src/modules/shared/audit/index.ts';
import { createLog } from '../../ai-api/src/platform/log.ts';
import { BackupError, type Manifest } from './manifest.ts';

/**
 * Verifies every company's audit trail.
 * @param known ends of trails that were written down earlier, which must still be in them
 * @throws {BackupError} which names the company whose trail does not hold
 */
export async function verifyCompanies(
  config: Config,
  known: Manifest['companies'] = [],
): Promise<Manifest['companies']> {
  const database = await openDatabase(config, createLog('silent'));
  try {
    const tenants = await database
      .system('every company is verified')
      .selectFrom('identity.tenants')
      .select(['id', 'name'])
      .orderBy('name')
      .execute();
    for (const { id, name } of known)
      if (!tenants.some((tenant) => tenant.id === id)) throw new BackupError(`${name} is missing.`);
    const companies: Manifest['companies'] = [];
    for (const { id, name } of tenants) {
      const before = known.find((company) => company.id === id)?.head;
      const { firstBroken, head } = await verifyChain(database, id, before?.seq ? before : undefined);
      if (firstBroken)
        throw new BackupError(
          `The audit trail of ${name} is broken at entry ${firstBroken.seq}, which ${firstBroken.reason}.`,
        );
      companies.push({ id, name, head });
    }
    return companies;
  } finally {
    await database.close();
  }
}
