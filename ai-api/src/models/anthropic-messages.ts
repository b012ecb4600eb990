import { ChatAnthropic } from '@langchain/anthropic';

/** Longest answer that is asked for, in tokens; Anthropic wants to be told one. */
const LONGEST_ANSWER_TOKENS = 8_192;

/** Claude by the adapter, with one request for each call. */
export function connectAnthropic(options: {
  apiKey: string;
  baseUrl?: string | undefined;
  model: string;
  timeoutMs: number;
}): ChatAnthropic {
  return new ChatAnthropic({
    model: options.model,
    apiKey: options.apiKey,
    ...(options.baseUrl ? { anthropicApiUrl: options.baseUrl } : {}),
    maxTokens: LONGEST_ANSWER_TOKENS,
    maxRetries: 0,
    clientOptions: { timeout: options.timeoutMs, maxRetries: 0 },
  });
}
