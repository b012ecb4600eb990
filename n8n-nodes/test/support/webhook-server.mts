import type { AddressInfo } from 'node:net';
import type { INode, INodeExecutionData, Workflow } from 'n8n-workflow';
import type { Engine, WebhookCall } from './engine.mts';
import { express } from './n8n.mts';

export interface WebhookServer {
  url: string;
  /** What the deliveries started the workflow with, oldest first. */
  started: INodeExecutionData[];
  /** Serves the trigger of this workflow from here on. */
  serve(workflow: Workflow, node: INode): void;
  close(): Promise<void>;
}

/** Serves a trigger's webhook as n8n does, raw body kept. The node is to answer by itself. */
export async function startWebhookServer(engine: Engine): Promise<WebhookServer> {
  let served: { workflow: Workflow; node: INode } | undefined;
  const started: INodeExecutionData[] = [];
  const app = express();
  app.post('/webhook', async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request = Object.assign(incoming, { rawBody: Buffer.concat(chunks), body: {} }) as unknown;
    const { workflow, node } = served as { workflow: Workflow; node: INode };
    const context = engine.webhook(workflow, node, { request: request as WebhookCall['request'], response });
    const result = await engine.node('aiManagerTrigger').webhook?.call(context);
    started.push(...(result?.workflowData?.[0] ?? []));
    if (!result?.noWebhookResponse) response.status(500).json({ error: 'The node left the answer to n8n' });
  });
  const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    started,
    serve: (workflow, node) => {
      served = { workflow, node };
      started.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
