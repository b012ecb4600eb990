import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const values = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })).default([]);
const span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes: values,
  status: z.object({ code: z.number().optional() }).optional(),
});
const logRecord = z.object({
  traceId: z.string().optional(),
  severityText: z.string(),
  body: z.object({ stringValue: z.string() }),
  attributes: values,
});
const traces = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: values }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});
const logs = z.object({
  resourceLogs: z.array(z.object({ scopeLogs: z.array(z.object({ logRecords: z.array(logRecord) })) })),
});

export type RecordedSpan = z.output<typeof span>;

export interface OtlpRecorder {
  url: string;
  spans: RecordedSpan[];
  logs: z.output<typeof logRecord>[];
  /** Everything that came in, as text. */
  bodies: string[];
  authorization: (string | undefined)[];
  /** How the next exports fare. */
  mode: 'takes' | 'fails' | 'hangs' | 'breaks';
  close(): Promise<void>;
}

/** A collector on loopback that takes OTLP over HTTP as JSON, or is in trouble. */
export async function startOtlpRecorder(): Promise<OtlpRecorder> {
  const server = createServer(async (request, response) => {
    if (recorder.mode === 'hangs') return;
    if (recorder.mode === 'breaks') return request.socket.destroy();
    if (recorder.mode === 'fails') return response.writeHead(500).end('out of order');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    recorder.bodies.push(body);
    recorder.authorization.push(request.headers.authorization);
    const json: unknown = JSON.parse(body);
    if (request.url === '/v1/traces')
      for (const { scopeSpans } of traces.parse(json).resourceSpans)
        recorder.spans.push(...scopeSpans.flatMap(({ spans }) => spans));
    if (request.url === '/v1/logs')
      for (const { scopeLogs } of logs.parse(json).resourceLogs)
        recorder.logs.push(...scopeLogs.flatMap(({ logRecords }) => logRecords));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const recorder: OtlpRecorder = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: [],
    logs: [],
    bodies: [],
    authorization: [],
    mode: 'takes',
    close: async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
  return recorder;
}
