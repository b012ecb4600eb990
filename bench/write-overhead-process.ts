import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { readConfig } from '../ai-api/src/config/index.ts';
import { systemActor } from '../ai-api/src/modules/shared/audit/index.ts';
import { createLog } from '../ai-api/src/platform/log.ts';
import { startServer } from '../ai-api/src/server.ts';
import { serveParent } from './child-server.ts';
import { hearPglite, hearPostgres } from './statements.ts';

/** What both sides are asked to write. */
const CHANGE = { timezone: 'UTC' };

await serveParent(async () => {
  const config = readConfig(process.env);
  const { context, stop, url } = await startServer(config, createLog(config.LOG_LEVEL));
  const statements = config.DATABASE_URL ? hearPostgres(config.DATABASE_URL) : hearPglite();
  const actor = systemActor(await context.identity.ensureTenant(config.TENANT), 'tenant.update');
  let answer: object = {};
  const sent = await statements.record(async () => {
    answer = await context.tenancy.update(actor, CHANGE);
  });
  if (sent.length === 0) throw new Error('Writing sent no statement: there is nothing to compare');
  statements.stopRecording();
  const app = express();
  app.patch('/tenant', express.json(), async (_request, response) => {
    await statements.replay(sent);
    response.json(answer);
  });
  const bare = createServer(app);
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  return {
    urls: { api: url as string, bare: `http://127.0.0.1:${(bare.address() as AddressInfo).port}` },
    stop: async () => {
      bare.closeAllConnections();
      bare.close();
      await statements.close();
      await stop();
    },
  };
});
