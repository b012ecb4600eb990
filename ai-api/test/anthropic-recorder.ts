import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** The part of a request for a message that this product sends; anything else is refused with 400. */
const request = z.object({
  model: z.string().min(1),
  max_tokens: z.number().int().min(1),
  system: z.union([
    z.string().min(1),
    z.array(z.object({ type: z.literal('text'), text: z.string().min(1) })),
  ]),
  messages: z.array(z.object({ role: z.enum(['user', 'assistant']), content: z.unknown() })).min(1),
  tools: z
    .tuple([
      z.object({
        name: z.string().regex(/^[\w-]{1,64}$/),
        input_schema: z.looseObject({ type: z.literal('object') }),
      }),
    ])
    .optional(),
  tool_choice: z.object({ type: z.literal('tool'), name: z.string() }).optional(),
  stream: z.boolean().optional(),
});

/** How Claude answers, or what goes wrong in place of that. */
export type AnthropicReply = {
  delayMs?: number;
  usage?: { tokensIn: number; tokensOut: number; cached?: number };
} & (
  | { input: unknown; stop?: string }
  | { text: string; stop?: string }
  | { status: number; headers?: Record<string, string> }
  | { body: string }
  /** Nothing; half a message, then a broken connection; a stream that ends early. */
  | { fault: 'hang' | 'break' | 'half' }
);

export interface AnthropicRecorder {
  /** What ANTHROPIC_BASE_URL is set to. */
  url: string;
  calls: { model: string; apiKey: string; tool: string | null; isStream: boolean; maxTokens: number }[];
  answerWith(reply: AnthropicReply): void;
  close(): Promise<void>;
}

/** Starts a server on loopback that takes messages as Anthropic does. */
export async function startAnthropicRecorder(first: AnthropicReply): Promise<AnthropicRecorder> {
  const calls: AnthropicRecorder['calls'] = [];
  let reply = first;
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const sent = request.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null'));
    const apiKey = incoming.headers['x-api-key'];
    if (
      incoming.url !== '/v1/messages' ||
      typeof apiKey !== 'string' ||
      !incoming.headers['anthropic-version']
    )
      return fail(response, 404, 'not_found_error', 'no such thing');
    if (!sent.success) return fail(response, 400, 'invalid_request_error', z.prettifyError(sent.error));
    const { model, tools, stream = false, max_tokens: maxTokens } = sent.data;
    calls.push({ model, apiKey, tool: tools?.[0].name ?? null, isStream: stream, maxTokens });
    if (stream) sendStream(response, model, reply);
    else send(response, model, tools?.[0].name ?? null, reply);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    answerWith: (next) => {
      reply = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function fail(response: ServerResponse, status: number, type: string, message: string, headers = {}): void {
  const body = JSON.stringify({ type: 'error', error: { type, message } });
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

function usageOf({ usage = { tokensIn: 100, tokensOut: 20 } }: AnthropicReply) {
  return {
    input_tokens: usage.tokensIn - (usage.cached ?? 0),
    output_tokens: usage.tokensOut,
    cache_read_input_tokens: usage.cached ?? 0,
    cache_creation_input_tokens: 0,
  };
}

function send(response: ServerResponse, model: string, tool: string | null, reply: AnthropicReply): void {
  if ('status' in reply) {
    fail(response, reply.status, 'api_error', 'no', reply.headers);
    return;
  }
  if ('fault' in reply && reply.fault === 'hang') return;
  const content =
    'input' in reply
      ? [{ type: 'tool_use', id: 'toolu_1', name: tool, input: reply.input }]
      : [{ type: 'text', text: 'text' in reply ? reply.text : '' }];
  const stop = ('stop' in reply && reply.stop) || ('text' in reply ? 'end_turn' : 'tool_use');
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content };
  const whole =
    'body' in reply
      ? reply.body
      : JSON.stringify({ ...message, stop_reason: stop, stop_sequence: null, usage: usageOf(reply) });
  const length = Buffer.byteLength(whole);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': length });
  if ('fault' in reply) response.write(whole.slice(0, whole.length / 2), () => response.destroy());
  else response.end(whole);
}

function sendStream(response: ServerResponse, model: string, reply: AnthropicReply): void {
  if ('status' in reply) {
    fail(response, reply.status, 'api_error', 'no', reply.headers);
    return;
  }
  if ('fault' in reply && reply.fault === 'hang') return;
  const text = 'text' in reply ? reply.text : 'Half of it';
  const { output_tokens, ...input } = usageOf(reply);
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], stop_reason: null };
  const event = (data: { type: string; [field: string]: unknown }) =>
    response.write(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  event({ type: 'message_start', message: { ...message, usage: { ...input, output_tokens: 0 } } });
  event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
  for (const piece of text.match(/\S+\s*/g) ?? [])
    event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } });
  if ('fault' in reply) {
    if (reply.fault === 'break') response.destroy();
    else response.end();
    return;
  }
  event({ type: 'content_block_stop', index: 0 });
  event({
    type: 'message_delta',
    delta: { stop_reason: ('stop' in reply && reply.stop) || 'end_turn', stop_sequence: null },
    usage: { output_tokens },
  });
  event({ type: 'message_stop' });
  response.end();
}
