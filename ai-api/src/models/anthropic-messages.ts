import { type ChatAnthropicCallOptions, ChatAnthropicMessages } from '@langchain/anthropic';

/** Longest answer that is asked for, in tokens; Anthropic wants to be told one. */
const MAX_ANSWER_TOKENS = 8_192;

interface LimitedOptions extends ChatAnthropicCallOptions {
  /** Longest answer in tokens. */
  maxOutputTokens?: number;
}

export class LimitedAnthropic extends ChatAnthropicMessages<LimitedOptions> {
  override invocationParams(
    options?: this['ParsedCallOptions'],
  ): ReturnType<ChatAnthropicMessages['invocationParams']> {
    const limit = options?.maxOutputTokens;
    return { ...super.invocationParams(options), ...(limit === undefined ? {} : { max_tokens: limit }) };
  }
}

/** Claude by the adapter, with one request for each call. */
export function connectAnthropic(options: {
  apiKey: string;
  baseUrl?: string | undefined;
  model: string;
  timeoutMs: number;
}): LimitedAnthropic {
  return new LimitedAnthropic({
    model: options.model,
    apiKey: options.apiKey,
    ...(options.baseUrl ? { anthropicApiUrl: options.baseUrl } : {}),
    maxTokens: MAX_ANSWER_TOKENS,
    maxRetries: 0,
    clientOptions: { timeout: options.timeoutMs, maxRetries: 0 },
  });
}
