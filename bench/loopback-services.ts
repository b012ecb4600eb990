import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveParent } from './child-server.ts';
import { startLoopbackModel } from './loopback-model.ts';

/** A model that answers after LATENCY_MS and a Langfuse that answers at once, in a process of their own. */
await serveParent(async () => {
  const model = await startLoopbackModel(Number(process.env.LATENCY_MS ?? 0));
  const langfuse = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{}'));
  });
  await new Promise<void>((resolve) => langfuse.listen(0, '127.0.0.1', resolve));
  const { port } = langfuse.address() as AddressInfo;
  return {
    urls: { model: model.url, langfuse: `http://127.0.0.1:${port}` },
    stop: async () => {
      await model.stop();
      langfuse.closeAllConnections();
      langfuse.close();
    },
  };
});
