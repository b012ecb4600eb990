import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

/** The part of a chat completion request that this product sends; anything else is refused with 400. */
const request = z.object({
  model: z.string().min(1),
  messages: z
    .tuple([
      z.object({ role: z.literal('system'), content: z.string().min(1) }),
      z.object({ role: z.literal('user'), content: z.string().min(1) }),
    ])
    .rest(z.object({ role: z.enum(['assistant', 'user']), content: z.string().min(1) })),
  response_format: z
    .discriminatedUnion('type', [
      z.object({
        type: z.literal('json_schema'),
        json_schema: z.object({
          name: z.string().regex(/^[\w-]{1,64}$/),
          strict: z.literal(true),
          schema: z.record(z.string(), z.unknown()),
        }),
      }),
      z.object({ type: z.literal('json_object') }),
    ])
    .optional(),
  temperature: z.number().optional(),
  max_completion_tokens: z.number().int().min(1).optional(),
  max_tokens: z.number().int().min(1).optional(),
  stream: z.boolean().optional(),
  stream_options: z.object({ include_usage: z.literal(true) }).optional(),
});

/** One call as it came in. */
export interface ModelCall {
  /** Counts from 1. */
  number: number;
  model: string;
  system: string;
  user: string;
  /** Name of the answer's schema. */
  name: string;
  schema: Record<string, unknown>;
  apiKey: string;
  temperature: number | undefined;
  /** How the form of the answer was asked for. */
  format: 'json_schema' | 'json_object' | undefined;
  /** The last message, when there are more than two. */
  last: string | undefined;
  /** Longest answer, by the name it was sent by. */
  limits: { max_completion_tokens?: number; max_tokens?: number };
  /** A text that is sent as it is written. */
  isStream: boolean;
  /** Resolves when the connection is gone, also before an answer. */
  closed: Promise<void>;
}

/** How the model answers: a completion, or what goes wrong in place of one. */
export type ModelReply = { delayMs?: number; usage?: { tokensIn: number; tokensOut: number } | null } & (
  | { answer: unknown }
  /** The content as it is: not JSON, cut off, far too long. */
  | { content: string; finishReason?: string }
  | { refusal: string }
  | { status: number; headers?: Record<string, string>; body?: unknown }
  /** A 200 with a body that is no completion. */
  | { body: string; contentType: string }
  /** No answer; the first half, then nothing; the first half, then a broken connection; a stream that just ends. */
  | { fault: 'hang' | 'stall' | 'break' | 'half' }
);

export type AnswerModel = (call: ModelCall) => ModelReply | Promise<ModelReply>;

export interface ModelRecorder {
  /** What OPENAI_BASE_URL is set to. */
  url: string;
  calls: ModelCall[];
  /** Changes how the next calls are answered. */
  answerWith(answer: AnswerModel): void;
  /** Stops listening and breaks open connections. */
  close(): Promise<void>;
}

const USAGE = { tokensIn: 100, tokensOut: 20 };

/** Starts a server on loopback that takes chat completions as a strict OpenAI-compatible provider does. */
export async function startModelRecorder(first: AnswerModel): Promise<ModelRecorder> {
  const calls: ModelCall[] = [];
  let answer = first;
  const server = createServer((incoming, response) => {
    reply(incoming, response).catch(() => response.destroy());
  });

  async function reply(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await readBody(incoming);
    const problem = problemOf(incoming, sent);
    if (problem !== null)
      return sendJson(response, 400, { error: { message: problem, type: 'invalid_request_error' } });
    const call = toCall(calls.length + 1, incoming, response, request.parse(sent));
    calls.push(call);
    const given = await answer(call);
    if (given.delayMs) await pause(given.delayMs);
    send(response, call, given);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    answerWith: (next) => {
      answer = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

function problemOf(incoming: IncomingMessage, sent: unknown): string | null {
  if (incoming.method !== 'POST' || incoming.url !== '/v1/chat/completions')
    return `${incoming.method} ${incoming.url} is not served`;
  if (!/^Bearer \S+$/.test(incoming.headers.authorization ?? '')) return 'an API key is needed';
  const parsed = request.safeParse(sent);
  if (!parsed.success) return z.prettifyError(parsed.error);
  const { response_format: format, stream } = parsed.data;
  const isInWords = parsed.data.messages.at(-1)?.content.includes('JSON Schema') ?? false;
  if (!format) return stream || isInWords ? null : 'a schema is needed';
  if (format.type === 'json_object') return isInWords ? null : 'the messages must say JSON';
  return looseness(format.json_schema.schema, 'schema');
}

const PERMITTED = new Set([
  'type',
  'description',
  'title',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'enum',
  'const',
]);

/** Why a schema is not strict as providers understand it; null when it is. */
function looseness(schema: unknown, path: string): string | null {
  const node = schema as Record<string, unknown>;
  const foreign = Object.keys(node).find((keyword) => !PERMITTED.has(keyword));
  if (foreign) return `Invalid schema: at ${path}, '${foreign}' is not permitted`;
  const properties = (node.properties ?? {}) as Record<string, unknown>;
  if (node.type === 'object') {
    if (node.additionalProperties !== false)
      return `Invalid schema: ${path} needs additionalProperties: false`;
    const missing = Object.keys(properties).find(
      (name) => !(node.required as string[] | undefined)?.includes(name),
    );
    if (missing) return `Invalid schema: ${path} must require ${missing}`;
  }
  const below = [
    ...Object.entries(properties).map(([name, child]) => looseness(child, `${path}.${name}`)),
    ...((node.anyOf ?? []) as unknown[]).map((child, index) => looseness(child, `${path}.anyOf.${index}`)),
    ...(node.items ? [looseness(node.items, `${path}.items`)] : []),
  ];
  return below.find((problem) => problem !== null) ?? null;
}

function toCall(
  number: number,
  incoming: IncomingMessage,
  response: ServerResponse,
  sent: z.output<typeof request>,
): ModelCall {
  const [system, user] = sent.messages;
  return {
    number,
    model: sent.model,
    system: system.content,
    user: user.content,
    name: schemaOf(sent)?.name ?? '',
    schema: schemaOf(sent)?.schema ?? {},
    temperature: sent.temperature,
    format: sent.response_format?.type,
    last: sent.messages.length > 2 ? sent.messages.at(-1)?.content : undefined,
    isStream: sent.stream ?? false,
    limits: {
      ...(sent.max_completion_tokens ? { max_completion_tokens: sent.max_completion_tokens } : {}),
      ...(sent.max_tokens ? { max_tokens: sent.max_tokens } : {}),
    },
    apiKey: (incoming.headers.authorization ?? '').slice('Bearer '.length),
    closed: once(response, 'close').then(() => {}),
  };
}

function schemaOf({ response_format: format }: z.output<typeof request>) {
  return format?.type === 'json_schema' ? format.json_schema : undefined;
}

function send(response: ServerResponse, call: ModelCall, given: ModelReply): void {
  if ('status' in given) {
    sendJson(response, given.status, given.body ?? { error: { message: 'no' } }, given.headers);
  } else if ('body' in given) {
    response.writeHead(200, { 'content-type': given.contentType }).end(given.body);
  } else if (call.isStream) {
    sendStream(response, call, given);
  } else if ('fault' in given) {
    misbehave(response, call, given.fault);
  } else {
    sendJson(response, 200, completion(call, given));
  }
}

/** Sends the content word by word; of a faulty text the first words only. */
function sendStream(response: ServerResponse, call: ModelCall, given: ModelReply): void {
  if ('fault' in given && given.fault === 'hang') return;
  const content = 'content' in given ? given.content : 'Half of';
  const chunk = (delta: object, finish: string | null, more: object = {}) => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    const object = 'chat.completion.chunk';
    const data = { id: `chatcmpl-${call.number}`, object, created: 0, model: call.model, choices, ...more };
    response.write(`data: ${JSON.stringify(data)}\n\n`);
  };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if ('refusal' in given) chunk({ role: 'assistant', refusal: given.refusal }, null);
  else for (const word of content.match(/\S+\s*/g) ?? []) chunk({ role: 'assistant', content: word }, null);
  if ('fault' in given) {
    if (given.fault === 'break') response.write(': \n\n', () => setTimeout(() => response.destroy(), 20));
    if (given.fault === 'half') response.end();
    return;
  }
  chunk({}, 'stop');
  const { tokensIn, tokensOut } = given.usage ?? USAGE;
  const usage = { prompt_tokens: tokensIn, completion_tokens: tokensOut, total_tokens: tokensIn + tokensOut };
  if (given.usage !== null) chunk({}, null, { choices: [], usage });
  response.end('data: [DONE]\n\n');
}

/** Answers half of a good completion, or nothing. */
function misbehave(
  response: ServerResponse,
  call: ModelCall,
  fault: 'hang' | 'stall' | 'break' | 'half',
): void {
  if (fault === 'hang') return;
  const whole = Buffer.from(JSON.stringify(completion(call, { answer: {} })));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length });
  response.write(whole.subarray(0, whole.length / 2), () => {
    if (fault !== 'stall') response.destroy();
  });
}

function completion(call: ModelCall, given: ModelReply): object {
  const { tokensIn, tokensOut } = given.usage ?? USAGE;
  const content =
    'answer' in given ? JSON.stringify(given.answer) : 'content' in given ? given.content : null;
  return {
    id: `chatcmpl-${call.number}`,
    object: 'chat.completion',
    created: 0,
    model: call.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: 'refusal' in given ? given.refusal : null },
        finish_reason: ('finishReason' in given && given.finishReason) || 'stop',
        logprobs: null,
      },
    ],
    ...(given.usage === null
      ? {}
      : {
          usage: {
            prompt_tokens: tokensIn,
            completion_tokens: tokensOut,
            total_tokens: tokensIn + tokensOut,
          },
        }),
  };
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** The ids of the criteria that a call asks for. */
export function askedCriteria({ user }: ModelCall): string[] {
  const questions = user.slice(user.lastIndexOf('Decide these criteria:'));
  return [...questions.matchAll(/^- ([\w-]+) \(/gm)].map((match) => match[1] as string);
}

/** A model that scores whatever it is asked, from evidence that is there. */
export function scoreEverything(score: number, evidence: (criterion: string) => string[]): AnswerModel {
  return (call) => ({
    answer: {
      criteria: askedCriteria(call).map((id) => ({
        id,
        score,
        reason: `Read and found ${score}.`,
        evidence: evidence(id),
      })),
      feedback: 'The model read your words and says: go on.',
    },
  });
}

/** A claim as a witness gives it. */
export interface SaidClaim {
  kind: string;
  quote: string;
  date: string | null;
  from: string | null;
  until: string | null;
  hours: number | null;
}

/** A claim of these words; what it says of time is null unless given. */
export function claimOf(kind: string, quote: string, time: Partial<SaidClaim> = {}): SaidClaim {
  return { kind, quote, date: null, from: null, until: null, hours: null, ...time };
}

/** The text that a witness is asked about; undefined where a call asks for something else. */
export function heardText({ user }: Pick<ModelCall, 'user'>): string | undefined {
  return /\nFind the claims in \S+:\n<<([\da-f]{16}) ([\s\S]*) \1>>$/.exec(user)?.[2];
}

/** A witness that finds claims in the text that it is shown. */
export function testify(find: (text: string) => SaidClaim[]): AnswerModel {
  return (call) => ({ answer: { claims: find(heardText(call) ?? '') } });
}

/** A witness that takes every sentence for an activity, and what comes after a semicolon for the reason. */
export const testifyAll: AnswerModel = testify((text) => {
  const [done = '', ...reasons] = text.split(';').map((part) => part.trim());
  return [claimOf('activity', done), ...reasons.map((reason) => claimOf('reason', reason))];
});
