import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect } from 'vitest';
import { bootstrapN8n, type N8nClient } from '../../workflows/src/index.ts';
import { ROOT } from './options.ts';
import type { MailTo } from './workflow-runs.ts';

interface Runs {
  n8n: N8nClient;
  owner: { email: string; password: string };
  stateFile: string;
  start(path: string): Promise<void>;
  mailTo: MailTo;
}

/** Both alerts: over the API with nothing to tell, and over Langfuse once there is a credential for it. */
export async function runQualityAlerts({ n8n, owner, stateFile, start, mailTo }: Runs): Promise<void> {
  await start('quality-alert');
  expect((await n8n.getWorkflow('quality-alert-langfuse')).active).toBe(false);
  const other = await startLangfuseAndMetrics();
  try {
    const langfuse = { baseUrl: other.url, publicKey: 'pk-lf-sample', secretKey: 'sk-lf-sample' };
    await bootstrapN8n({
      n8n,
      owner,
      stateFile,
      credentials: [{ name: 'Langfuse', type: 'langfuseApi', data: langfuse }],
      variables: { metricUrl: `${other.url}/metrics` },
      workflowsDirectory: `${ROOT}/workflows`,
    });
    await start('quality-alert-langfuse');
    const alert = await mailTo(owner.email, 'Quality: 1 figure is out of bounds');
    expect(alert.text).toContain('- reasons hold: 0.62 of 41, expected at least 0.8');
    await expect.poll(() => other.metrics.length, { timeout: 20_000 }).toBe(1);
    expect(other.metrics[0]).toMatchObject({
      namespace: 'AIManager/Quality',
      metrics: [
        { name: 'Score', value: 0.62, dimensions: { score: 'reasons hold' } },
        { name: 'Score', value: 0.9, dimensions: { score: 'tone' } },
      ],
    });
  } finally {
    other.close();
  }
}

/** Langfuse as far as metrics go, and the webhook that takes figures. */
async function startLangfuseAndMetrics() {
  const metrics: unknown[] = [];
  const answer = async (request: IncomingMessage): Promise<object> => {
    if (request.url === '/metrics') {
      metrics.push(await json(request));
      return {};
    }
    return {
      data: [
        { name: 'reasons hold', avg_value: 0.62, count_count: '41' },
        { name: 'tone', avg_value: 0.9, count_count: '3' },
      ],
    };
  };
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(await answer(request)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, metrics, close: () => server.close() };
}
