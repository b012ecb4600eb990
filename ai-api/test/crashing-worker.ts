import { readConfig } from '../src/config/index.ts';
import { createLog } from '../src/platform/log.ts';
import { startServer } from '../src/server.ts';

/**
 * A server of this product that is killed at a moment of a file or an erasure, once: the environment names it as
 * CRASH_AT, such as `file inspected`. It prints `ready` when it serves.
 */
const point = process.env.CRASH_AT;
const config = readConfig(process.env);
const die = () => process.kill(process.pid, 'SIGKILL');
await startServer(config, createLog('silent'), {
  atFilePoint: (reached) => {
    if (`file ${reached}` === point) die();
  },
  atErasure: (step) => {
    if (`erasure ${step}` === point) die();
  },
});
process.stdout.write('ready\n');
