import { readConfig } from '../src/config/index.ts';
import { createLog } from '../src/platform/log.ts';
import { startServer } from '../src/server.ts';

/**
 * A server of this product that is killed at a moment of a delivery, once: the environment names it as CRASH_AT, such as
 * `acted|email`. It prints `ready` when it serves.
 */
const [point, channel] = (process.env.CRASH_AT ?? '').split('|');
const config = readConfig(process.env);
await startServer(config, createLog('silent'), {
  atDelivery: (reached, where) => {
    if (reached === point && where.channel === channel) process.kill(process.pid, 'SIGKILL');
  },
});
process.stdout.write('ready\n');
