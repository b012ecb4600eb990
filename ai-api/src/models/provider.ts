import type { ChatMessage, Usage } from './chat.ts';

export const PROVIDERS = ['openai', 'anthropic', 'compatible'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** What a provider is asked. */
export interface Question {
  system: string;
  messages: readonly ChatMessage[];
  /** The answer has to be JSON that fits; text by default. */
  format?: { name: string; schema: Record<string, unknown> };
  /** Longest answer in tokens; defaults to the provider's limit. */
  maxOutputTokens?: number;
}

export interface Completed {
  /** As the model wrote it, unread. */
  text: string;
  /** Null when the provider did not say, or cannot be believed. */
  usage: Usage | null;
  /** It ends where the limit of its length was reached, not where the model would have ended it. */
  isCutOff?: boolean;
}

export interface StreamPiece {
  delta?: string;
  usage?: Usage;
  isCutOff?: true;
}

/** One way to a model: each call is one request, without retries. */
export interface Provider {
  readonly provider: ProviderName;
  readonly model: string;
  /** @throws {import('./chat.ts').ModelError} and whatever the provider's client throws */
  complete(question: Question, signal: AbortSignal): Promise<Completed>;
  /** Pieces of text, and what it used when the provider says so; throws as `complete`. */
  stream(question: Question, signal: AbortSignal): AsyncIterable<StreamPiece>;
  /** What the model has turned out not to take, such as `takes no temperature`. */
  limitations?(): string[];
}

/** For example `openai:gpt-4.1-mini`. */
export function nameOf({ provider, model }: Provider): string {
  return `${provider}:${model}`;
}
