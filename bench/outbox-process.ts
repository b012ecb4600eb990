import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readConfig } from '../ai-api/src/config/index.ts';
import { createLog } from '../ai-api/src/platform/log.ts';
import { startServer } from '../ai-api/src/server.ts';
import { serveParent } from './child-server.ts';

/** The platform, and beside it a server that writes as many events as the path of a POST says. */
await serveParent(async () => {
  const config = readConfig(process.env);
  const { context, stop, url } = await startServer(config, createLog(config.LOG_LEVEL));
  const tenantId = await context.identity.ensureTenant(config.TENANT);
  const data = { week: '2026-W46', builders: 9, judged: 1, failed: 0, pending: 8 };

  /** All of them in one transaction, so that delivering begins when they are written. */
  const publish = (count: number) =>
    context.database.withTenant(tenantId, async (transaction) => {
      for (let event = 0; event < count; event++)
        await context.events.publish(transaction, tenantId, 'evaluation.judged', {
          runId: randomUUID(),
          ...data,
        });
    });

  const publisher = createServer(async (request, response) => {
    await publish(Number(request.url?.slice(1)));
    response.end();
  });
  await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve));
  return {
    urls: {
      api: url as string,
      publish: `http://127.0.0.1:${(publisher.address() as AddressInfo).port}`,
    },
    stop: async () => {
      publisher.closeAllConnections();
      publisher.close();
      await stop();
    },
  };
});
