import type { AddressInfo } from 'node:net';
import type { INode, INodeExecutionData, Workflow } from 'n8n-workflow';
import type { Engine, WebhookCall } from './engine.mts';
import { express } from './n8n.mts';

export interface WebhookServer {
  url: string;
  /** What the deliveries started the workflow with, oldest first. */
  started: INodeExecutionData[];
  /** Serves the trigger of this workflow from here on. */
  serve(
    workflow: Workflow,
    node: INode,
    options?: { mode?: 'webhook' | 'manual'; executionId?: string },
  ): void;
  /** What the last delivery put out, output by output. */
  outputs(): INodeExecutionData[][];
  close(): Promise<void>;
}

interface Served {
  workflow: Workflow;
  node: INode;
  options: { mode?: 'webhook' | 'manual'; executionId?: string };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return {};
  }
}

/** Serves a trigger's webhook as n8n does, raw body kept. The node is to answer by itself. */
export async function startWebhookServer(engine: Engine): Promise<WebhookServer> {
  let served: Served | undefined;
  let outputs: INodeExecutionData[][] = [];
  const started: INodeExecutionData[] = [];
  const app = express();
  app.post('/webhook', async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const rawBody = Buffer.concat(chunks);
    const request = Object.assign(incoming, { rawBody, body: jsonOf(rawBody) }) as unknown;
    const { workflow, node, options } = served as Served;
    const context = engine.webhook(
      workflow,
      node,
      { request: request as WebhookCall['request'], response },
      options,
    );
    const result = await engine.node(node.type.split('.')[1] as string).webhook?.call(context);
    outputs = (result?.workflowData as INodeExecutionData[][] | undefined) ?? [];
    started.push(...outputs.flat());
    if (!result?.noWebhookResponse) response.status(500).json({ error: 'The node left the answer to n8n' });
  });
  const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    started,
    outputs: () => outputs,
    serve: (workflow, node, options = {}) => {
      served = { workflow, node, options };
      outputs = [];
      started.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
