import { readConfig } from '../src/config/index.ts';
import { createLog } from '../src/platform/log.ts';
import { startServer } from '../src/server.ts';

/**
 * A server of this product that is killed at a moment of a delivery, once: the environment names it as CRASH_AT, such as
 * `acted|ada@example.com`. It prints `ready` when it serves.
 */
const [point, address] = (process.env.CRASH_AT ?? '').split('|');
const config = readConfig(process.env);
await startServer(config, createLog('silent'), {
  atDelivery: (reached, where) => {
    if (reached === point && where.address === address) process.kill(process.pid, 'SIGKILL');
  },
});
process.stdout.write('ready\n');
