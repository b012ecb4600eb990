import { setTimeout as pause } from 'node:timers/promises';
import type { AIMessageChunk } from '@langchain/core/messages';
import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import type { z } from 'zod';
import { type ChatModel, ModelError, type StructuredRequest, type Usage } from './chat.ts';
import type { PlainCompletions } from './openai-completions.ts';
import { classify, ProviderError } from './provider-error.ts';
import { strictSchema } from './strict-schema.ts';

export interface OpenAiOptions {
  apiKey: string;
  /** Any OpenAI-compatible server; the provider's own unless said. */
  baseUrl?: string | undefined;
  model: string;
  /** Milliseconds for one attempt, from connecting to the last byte. */
  timeoutMs: number;
}

/** Largest answer that is read, in characters. */
const LONGEST_ANSWER = 100_000;
const ATTEMPTS = 2;
/** Between attempts, in milliseconds, half of it at random; a longer Retry-After than the last is not waited for. */
const PAUSE = { least: 250, longest: 30_000 };
/** So many failures in a row keep us from asking for so long. */
const BREAKER = { failures: 5, resetMs: 30_000 };

/**
 * A chat model on any OpenAI-compatible endpoint: two attempts for what may pass, one breaker for all calls.
 * The adapter is imported at the first call: without a model nobody pays for it.
 * @see https://platform.openai.com/docs/guides/structured-outputs
 */
export function createOpenAi(options: OpenAiOptions): ChatModel {
  let chat: Promise<PlainCompletions> | undefined;
  const breaker = circuitBreaker(handleWhen(speaksAgainstProvider), {
    halfOpenAfter: BREAKER.resetMs,
    breaker: new ConsecutiveBreaker(BREAKER.failures),
  });

  async function ask(request: StructuredRequest<z.ZodType>): Promise<Completed> {
    chat ??= connect(options);
    const model = await chat;
    request.signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout;
    return complete(model, request, signal).catch((error: unknown) => {
      request.signal?.throwIfAborted();
      throw classify(error, timeout.aborted);
    });
  }

  async function askPatiently(request: StructuredRequest<z.ZodType>, attempt = 1): Promise<Completed> {
    try {
      return await breaker.execute(() => ask(request));
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw new ModelError('unreachable', LEFT_ALONE);
      const mayPass = error instanceof ProviderError && error.passes && error.retryAfterMs <= PAUSE.longest;
      if (!mayPass || attempt === ATTEMPTS) throw error;
      await rest(Math.max(error.retryAfterMs, PAUSE.least * (1 + Math.random())), request.signal);
      return askPatiently(request, attempt + 1);
    }
  }

  return {
    name: `openai:${options.model}`,
    structured: async (request) => {
      const { text, usage } = await askPatiently(request);
      return { value: parse(text, request.schema, usage), usage };
    },
  };
}

const LEFT_ALONE = 'The model provider failed several times in a row and is left alone for a while.';

/**
 * A refusal or a bad answer shows that the provider is alive. A call that was aborted shows nothing, and
 * must not close a circuit that it probed.
 */
function speaksAgainstProvider(error: unknown): boolean {
  return !(error instanceof ModelError) || error.kind === 'unreachable' || error.kind === 'timeout';
}

async function connect({ apiKey, baseUrl, model, timeoutMs }: OpenAiOptions): Promise<PlainCompletions> {
  const { PlainCompletions } = await import('./openai-completions.ts');
  return new PlainCompletions({
    model,
    apiKey,
    timeout: timeoutMs,
    temperature: 0,
    configuration: baseUrl ? { baseURL: baseUrl } : {},
  });
}

interface Completed {
  text: string;
  usage: Usage;
}

async function complete(
  chat: PlainCompletions,
  request: StructuredRequest<z.ZodType>,
  signal: AbortSignal,
): Promise<Completed> {
  const json_schema = { name: request.name, strict: true, schema: strictSchema(request.schema) };
  const message: AIMessageChunk = await chat.invoke(
    [
      ['system', request.system],
      ['human', request.user],
    ],
    { response_format: { type: 'json_schema', json_schema }, signal },
  );
  const { input_tokens: tokensIn = 0, output_tokens: tokensOut = 0 } = message.usage_metadata ?? {};
  return { text: message.text, usage: { tokensIn, tokensOut } };
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

/** @throws the signal's reason as soon as it aborts */
async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await pause(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}
