import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../src/composition/database.ts';
import { openDrivers } from '../src/composition/drivers.ts';
import { createModules } from '../src/composition/modules.ts';
import { readConfig } from '../src/config/index.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { dueQueues } from '../src/platform/jobs/store.ts';
import { createLog } from '../src/platform/log.ts';
import { createMetrics } from '../src/platform/telemetry/metrics.ts';

/**
 * A script: runs all migrations, creates the job queues and does the work by the clock in the database that the
 * environment names, as the first start of the platform does. Rows of companies are not made.
 */
const config = readConfig(process.env);
const log = createLog('silent');
const database = await openDatabase(config, log);
await migrate(database.system('the tests prepare a template'));
const drivers = await openDrivers(config, log, database, createMetrics());
await createModules(drivers);
await drivers.jobs.start({ work: true });
while ((await dueQueues(database)).length > 0) await delay(50);
await drivers.jobs.stop(10_000);
await database.close();
process.exit(0);
