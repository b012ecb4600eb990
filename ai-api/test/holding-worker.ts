import { readConfig } from '../src/config/index.ts';
import { createLog } from '../src/platform/log.ts';
import { startServer } from '../src/server.ts';

/**
 * A server of this product in which workflows stop at a moment for ever, until the process is killed: many workflows, each
 * at its own, by one kill. A reference names the moments of its workflow, one for each process of a chain of them, such
 * as `fails|step acted|s3|undo acted|s2`; HOLD is the number of the process. It prints `ready` when it serves, and
 * `held <reference>` for each workflow that stopped.
 */
const hold = Number(process.env.HOLD);
const config = readConfig(process.env);
await startServer(config, createLog('silent'), {
  atPoint: async (point, { path, reference }) => {
    const [wanted, step] = (reference ?? '').split('|').slice(hold * 2 - 1);
    if (point !== wanted || path !== step) return;
    process.stdout.write(`held ${reference}\n`);
    await new Promise(() => {});
  },
});
process.stdout.write('ready\n');
