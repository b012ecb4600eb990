import { openDatabase } from '../ai-api/src/composition/database.ts';
import { readConfig } from '../ai-api/src/config/index.ts';
import { verifyChain } from '../ai-api/src/modules/shared/audit/index.ts';
import type { Database } from '../ai-api/src/platform/database/index.ts';
import { createLog } from '../ai-api/src/platform/log.ts';
import { resolveEnvironment } from '../ai-api/src/platform/secrets/index.ts';
import { dataDirectory } from './data-directory.ts';

/**
 * `npm run audit:verify`: checks the audit trail of every company in the database that the environment names
 * (`DATABASE_URL`, else `DATA_DIR` as `npm start` uses it). Exits with 1 when a chain is broken, and with 2 when
 * it could not look.
 */
async function main(): Promise<number> {
  const config = readConfig(await resolveEnvironment(process.env));
  const database = await openDatabase({ ...config, DATA_DIR: dataDirectory(config) }, createLog('silent'));
  try {
    return (await verifyAll(database)) ? 0 : 1;
  } finally {
    await database.close();
  }
}

/** Prints a line for each company. @returns whether all chains hold */
async function verifyAll(database: Database): Promise<boolean> {
  const tenants = await database
    .system('every company is verified')
    .selectFrom('identity.tenants')
    .select(['id', 'name'])
    .orderBy('name')
    .execute();
  let intact = true;
  for (const { id, name } of tenants) {
    const { checked, firstBroken, head } = await verifyChain(database, id);
    if (firstBroken) {
      intact = false;
      console.log(`${name}: BROKEN at entry ${firstBroken.seq}, which ${firstBroken.reason}.`);
      console.log(`  ${checked} entries before it are intact.`);
    } else {
      console.log(`${name}: intact, ${checked} entries. Head: ${head.seq} ${head.hash}`);
    }
  }
  if (tenants.length === 0) console.log('No companies in this database.');
  return intact;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(`Verification failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  },
);
