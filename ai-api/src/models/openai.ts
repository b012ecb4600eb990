import { adapted, type Capabilities, learn, limitationsOf } from './capabilities.ts';
import { type ChatMessage, ModelError } from './chat.ts';
import { fetchNotingDone } from './done-marker.ts';
import type { PlainCompletions } from './openai-completions.ts';
import { MAX_ANSWER_LENGTH } from './parse-answer.ts';
import type { Provider, ProviderName, Question } from './provider.ts';
import { usageOf } from './reported-usage.ts';

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
  const capabilities: Capabilities = {
    temperature: true,
    format: 'json_schema',
    limit: provider === 'openai' ? 'max_completion_tokens' : 'max_tokens',
    streamUsage: true,
  };
  const connected = () => {
    chat ??= connect(options, capabilities);
    return chat;
  };
  return {
    provider,
    model: options.model,
    complete: async (question, signal) => {
      const model = await connected();
      signal.throwIfAborted();
      const message = await model.invoke(messagesOf(question), { ...optionsOf(question), signal });
      const { finish_reason: ended } = message.response_metadata as { finish_reason?: string };
      const isCutOff = question.maxOutputTokens !== undefined && ended === 'length';
      return { text: message.text, usage: usageOf(message.usage_metadata), isCutOff };
    },
    stream: async function* (question, signal) {
      const model = await connected();
      signal.throwIfAborted();
      let length = 0;
      for await (const chunk of await model.stream(messagesOf(question), {
        ...optionsOf(question),
        signal,
      })) {
        const usage = usageOf(chunk.usage_metadata);
        if (usage) yield { usage };
        if (chunk.text) yield { delta: chunk.text };
        if (chunk.response_metadata.finish_reason === 'length') yield { isCutOff: true };
        length += chunk.text.length;
        if (length > MAX_ANSWER_LENGTH) throw new ModelError('error', 'The model did not stop writing.');
      }
    },
    limitations: () => limitationsOf(capabilities),
  };
}

async function connect(
  { apiKey, baseUrl, model, timeoutMs }: ProviderOptions,
  capabilities: Capabilities,
): Promise<PlainCompletions> {
  const { PlainCompletions } = await import('./openai-completions.ts');
  const completions = new PlainCompletions({
    model,
    apiKey,
    timeout: timeoutMs,
    temperature: 0,
    configuration: { ...(baseUrl ? { baseURL: baseUrl } : {}), fetch: fetchNotingDone },
  });
  completions.adapt = (request) => adapted(request, capabilities);
  completions.learn = (error, sent) => learn(capabilities, error, sent);
  return completions;
}

/** Messages as LangChain takes them. */
export function messagesOf({ system, messages }: Question): [string, string][] {
  const role = { user: 'human', assistant: 'ai' } as const satisfies Record<ChatMessage['role'], string>;
  return [
    ['system', system],
    ...messages.map((message): [string, string] => [role[message.role], message.content]),
  ];
}

function optionsOf({ format, maxOutputTokens }: Question) {
  const json_schema = format && { name: format.name, strict: true, schema: format.schema };
  return {
    ...(maxOutputTokens === undefined ? {} : { limit: { max_completion_tokens: maxOutputTokens } }),
    ...(json_schema ? { response_format: { type: 'json_schema' as const, json_schema } } : {}),
  };
}
