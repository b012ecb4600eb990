import { readConfig } from '../ai-api/src/config/index.ts';
import { createLog } from '../ai-api/src/platform/log.ts';
import { startServer } from '../ai-api/src/server.ts';
import { serveParent } from './child-server.ts';

await serveParent(async () => {
  const config = readConfig(process.env);
  const server = await startServer(config, createLog(config.LOG_LEVEL));
  return { urls: { api: server.url as string }, stop: () => server.stop() };
});
