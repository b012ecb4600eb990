import { type ChatMessage, ModelError, type Usage } from './chat.ts';
import type { PlainCompletions } from './openai-completions.ts';
import { MAX_ANSWER_LENGTH } from './parse-answer.ts';
import type { Provider, ProviderName, Question } from './provider.ts';

export interface ProviderOptions {
  apiKey: string;
  /** Defaults to the provider's own. */
  baseUrl?: string | undefined;
  model: string;
  /** Milliseconds for one attempt, from connecting to the last byte. */
  timeoutMs: number;
}

/**
 * A model on any OpenAI-compatible endpoint. The adapter is imported at the first call: without a model it is
 * not loaded.
 * @see https://platform.openai.com/docs/guides/structured-outputs
 */
export function openAiProvider(
  options: ProviderOptions,
  provider: Exclude<ProviderName, 'anthropic'> = 'openai',
): Provider {
  let chat: Promise<PlainCompletions> | undefined;
  const connected = () => {
    chat ??= connect(options);
    return chat;
  };
  return {
    provider,
    model: options.model,
    complete: async (question, signal) => {
      const model = await connected();
      signal.throwIfAborted();
      const message = await model.invoke(messagesOf(question), { ...optionsOf(question, provider), signal });
      const { finish_reason: ended } = message.response_metadata as { finish_reason?: string };
      const isCutOff = question.maxOutputTokens !== undefined && ended === 'length';
      return { text: message.text, usage: usageOf(message.usage_metadata), isCutOff };
    },
    stream: async function* (question, signal) {
      const model = await connected();
      signal.throwIfAborted();
      let length = 0;
      for await (const chunk of await model.stream(messagesOf(question), {
        ...optionsOf(question, provider),
        signal,
      })) {
        if (chunk.usage_metadata) yield { usage: usageOf(chunk.usage_metadata) };
        if (chunk.text) yield { delta: chunk.text };
        length += chunk.text.length;
        if (length > MAX_ANSWER_LENGTH) throw new ModelError('error', 'The model did not stop writing.');
      }
    },
  };
}

async function connect({ apiKey, baseUrl, model, timeoutMs }: ProviderOptions): Promise<PlainCompletions> {
  const { PlainCompletions } = await import('./openai-completions.ts');
  return new PlainCompletions({
    model,
    apiKey,
    timeout: timeoutMs,
    temperature: 0,
    configuration: baseUrl ? { baseURL: baseUrl } : {},
  });
}

/** Messages as LangChain takes them. */
export function messagesOf({ system, messages }: Question): [string, string][] {
  const role = { user: 'human', assistant: 'ai' } as const satisfies Record<ChatMessage['role'], string>;
  return [
    ['system', system],
    ...messages.map((message): [string, string] => [role[message.role], message.content]),
  ];
}

/** Of the two names of the limit, compatible endpoints know the older one and newer models the other alone. */
function optionsOf({ format, maxOutputTokens }: Question, provider: ProviderName) {
  const limit = provider === 'openai' ? 'max_completion_tokens' : 'max_tokens';
  const json_schema = format && { name: format.name, strict: true, schema: format.schema };
  return {
    ...(maxOutputTokens === undefined ? {} : { limit: { [limit]: maxOutputTokens } }),
    ...(json_schema ? { response_format: { type: 'json_schema' as const, json_schema } } : {}),
  };
}

interface ReportedUsage {
  input_tokens?: number;
  output_tokens?: number;
  input_token_details?: { cache_read?: number };
}

/** What LangChain says that a call used. */
export function usageOf(reported: ReportedUsage | undefined): Usage {
  const { input_tokens: tokensIn = 0, output_tokens: tokensOut = 0, input_token_details } = reported ?? {};
  const tokensCached = input_token_details?.cache_read;
  return { tokensIn, tokensOut, ...(tokensCached ? { tokensCached } : {}) };
}
