import type { AIMessageChunk, UsageMetadata } from '@langchain/core/messages';
import type { ChatOpenAI } from '@langchain/openai';
import type { z } from 'zod';
import { type ChatModel, ModelError, type StructuredRequest, type Usage } from './chat.ts';
import { strictSchema } from './strict-schema.ts';

export interface OpenAiOptions {
  apiKey: string;
  /** Any OpenAI-compatible server; the provider's own unless said. */
  baseUrl?: string | undefined;
  model: string;
  /** Milliseconds for one attempt. */
  timeoutMs: number;
}

/** Largest answer that is read, in characters. */
const LONGEST_ANSWER = 100_000;

/**
 * A chat model on any OpenAI-compatible endpoint.
 * The adapter is imported at the first call: without a model nobody pays for it.
 * @see https://platform.openai.com/docs/guides/structured-outputs
 */
export function createOpenAi(options: OpenAiOptions): ChatModel {
  let chat: Promise<ChatOpenAI> | undefined;
  return {
    name: `openai:${options.model}`,
    structured: async (request) => {
      chat ??= connect(options);
      const { text, usage } = await complete(await chat, request);
      return { value: parse(text, request.schema, usage), usage };
    },
  };
}

async function connect({ apiKey, baseUrl, model, timeoutMs }: OpenAiOptions): Promise<ChatOpenAI> {
  const { ChatOpenAI } = await import('@langchain/openai');
  return new ChatOpenAI({
    model,
    apiKey,
    timeout: timeoutMs,
    maxRetries: 1,
    temperature: 0,
    configuration: baseUrl ? { baseURL: baseUrl } : {},
  });
}

async function complete(chat: ChatOpenAI, request: StructuredRequest<z.ZodType>) {
  const schema = strictSchema(request.schema);
  const message: AIMessageChunk = await chat
    .invoke(
      [
        ['system', request.system],
        ['human', request.user],
      ],
      {
        response_format: { type: 'json_schema', json_schema: { name: request.name, strict: true, schema } },
        ...(request.signal ? { signal: request.signal } : {}),
      },
    )
    .catch((error: unknown) => {
      request.signal?.throwIfAborted();
      throw classify(error);
    });
  const metadata = message.usage_metadata as UsageMetadata | undefined;
  const usage: Usage = { tokensIn: metadata?.input_tokens ?? 0, tokensOut: metadata?.output_tokens ?? 0 };
  if (message.additional_kwargs.refusal)
    throw new ModelError('refused', 'The model refused to answer.', usage);
  return { text: message.text, usage };
}

function parse<T extends z.ZodType>(text: string, schema: T, usage: Usage): z.output<T> {
  if (text.length > LONGEST_ANSWER) {
    throw new ModelError('out_of_schema', `The model answered ${text.length} characters.`, usage);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelError('out_of_schema', 'The model did not answer JSON.', usage, cause);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') || 'the answer';
  throw new ModelError(
    'out_of_schema',
    `The model's answer does not fit: ${where}: ${issue?.message}`,
    usage,
  );
}

function classify(error: unknown): ModelError {
  const { status, name = '' } = error as { status?: number; name?: string };
  const failure = (kind: ModelError['kind'], message: string) =>
    new ModelError(kind, message, undefined, error);
  if (/timeout/i.test(name)) return failure('timeout', 'The model did not answer in time.');
  if (status === 401 || status === 403) return failure('unauthorized', 'The model provider refused the key.');
  if (status === 429) return failure('rate_limited', 'The model provider is limiting our calls.');
  if (status !== undefined && status >= 500)
    return failure('unreachable', `The model provider answered ${status}.`);
  if (status !== undefined) return failure('error', `The model provider answered ${status}.`);
  if (/connection|fetch/i.test(name) || error instanceof TypeError) {
    return failure('unreachable', 'The model provider could not be reached.');
  }
  if (error instanceof SyntaxError)
    return failure('out_of_schema', 'The model provider answered something unreadable.');
  return failure('error', 'The call to the model failed.');
}
