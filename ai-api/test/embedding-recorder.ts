import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const input = z.array(z.string().min(1)).min(1).max(128);
/** Voyage's and OpenAI's requests, as this product sends them; anything else is refused with 400. */
const request = z.union([
  z.strictObject({
    input,
    model: z.string().startsWith('voyage'),
    input_type: z.enum(['query', 'document']),
    output_dimension: z.union([z.literal(256), z.literal(512), z.literal(1024), z.literal(2048)]),
  }),
  z.strictObject({
    input,
    model: z.string().startsWith('text-embedding'),
    dimensions: z.number().int().min(1).max(3072),
    encoding_format: z.literal('float'),
  }),
]);

export type EmbeddingFault =
  | { status: number; headers?: Record<string, string> }
  | { body: string }
  | { length: number }
  | 'hang'
  | 'nothing'
  | 'endless'
  | 'broken';

export interface EmbeddingRecorder {
  /** What VOYAGE_BASE_URL or OPENAI_BASE_URL is set to. */
  url: string;
  calls: z.output<typeof request>[];
  /** What goes wrong with the next requests, or with so many of them; null ends it. */
  failWith(fault: EmbeddingFault | null, times?: number): void;
  close(): Promise<void>;
}

/** Starts a server on loopback that embeds as Voyage and OpenAI do: the same text always gets the same vector. */
export async function startEmbeddingRecorder(): Promise<EmbeddingRecorder> {
  const calls: EmbeddingRecorder['calls'] = [];
  let faulty: EmbeddingFault | null = null;
  let left = 0;
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const json = (status: number, body: string, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    const sent = request.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null'));
    if (incoming.url !== '/v1/embeddings' || !incoming.headers.authorization?.startsWith('Bearer '))
      return json(404, '{}');
    if (!sent.success) return json(400, JSON.stringify({ detail: z.prettifyError(sent.error) }));
    calls.push(sent.data);
    const fault = left > 0 ? faulty : null;
    left -= 1;
    if (fault === 'hang') return;
    if (fault === 'nothing') return json(200, '{"data":[],"usage":{"total_tokens":5}}');
    if (fault === 'broken') {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"data": [');
      return void setTimeout(() => response.destroy(), 20);
    }
    if (fault === 'endless') return sendEndlessly(response);
    if (fault && 'status' in fault) return json(fault.status, '{"detail":"no"}', fault.headers);
    if (fault && 'body' in fault) return json(200, fault.body);
    const asked = 'dimensions' in sent.data ? sent.data.dimensions : sent.data.output_dimension;
    const length = fault ? fault.length : asked;
    // Backwards: it is the index that counts.
    const data = sent.data.input
      .map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text, length) }))
      .toReversed();
    json(200, JSON.stringify({ object: 'list', data, usage: { total_tokens: sent.data.input.length * 5 } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    failWith: (next, times = Number.POSITIVE_INFINITY) => {
      faulty = next;
      left = times;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As much as the client takes. */
function sendEndlessly(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const piece = ' '.repeat(1_000_000);
  const more = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
}

function vectorOf(text: string, length: number): number[] {
  const seed = createHash('sha256').update(text).digest();
  return Array.from({ length }, (_, i) => ((seed[i % 32] as number) - 127.5) / 127.5);
}
