import type { z } from 'zod';
import type { ModelFailureKind } from './failures.ts';

/** What a call to a model used, also when its answer could not be used. */
export interface Usage {
  tokensIn: number;
  tokensOut: number;
  /** Part of `tokensIn` that the provider had seen before and charges less for. */
  tokensCached?: number;
  /** Part of `tokensIn` that was written into the provider's cache, for which some charge more. */
  tokensCacheWritten?: number;
}

export const NO_USAGE: Usage = { tokensIn: 0, tokensOut: 0 };

/** The model did not give a usable answer. */
export class ModelError extends Error {
  readonly kind: ModelFailureKind;
  readonly usage: Usage;
  /** Set when other attempts at a usable answer were made already; then it need not be asked again. */
  readonly isFinal: boolean;

  constructor(
    kind: ModelFailureKind,
    message: string,
    usage: Usage = NO_USAGE,
    cause?: unknown,
    isFinal = false,
  ) {
    super(message, { cause });
    this.name = 'ModelError';
    this.kind = kind;
    this.usage = usage;
    this.isFinal = isFinal;
  }
}

/** Whose call it is and what it is for: what the ledger and the trace say of it. */
export interface CallContext {
  tenantId: string;
  /** A word such as `judgement` or `chat`; usage is counted by it. */
  purpose: string;
  /** Whom or what it is about, such as `evaluation:b-001`. */
  subject?: string | undefined;
  /** The judgement it is part of, by the id under which that will be stored. */
  judgementId?: string | undefined;
  /** The prompt that was sent, if it is a versioned one. */
  prompt?:
    | { name: string; version: string | number; langfuseVersion?: number | null | undefined }
    | undefined;
  /** Id of the person for whom it is made. */
  person?: string | undefined;
  /** Conversation, run or whatever else holds several traces together. */
  sessionId?: string | undefined;
  tags?: readonly string[] | undefined;
  /** 32 hex digits; defaults to the judgement's id without hyphens. */
  traceId?: string | undefined;
}

interface ModelRequest {
  /** What the platform asks; trusted. */
  system: string;
  call: CallContext;
  /** Longest answer in tokens; defaults to the provider's limit. */
  maxOutputTokens?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface StructuredRequest<T extends z.ZodType> extends ModelRequest {
  /** The facts; may hold text of people, already marked as data. */
  user: string;
  /** Name of the schema, as the provider shows it. */
  name: string;
  schema: T;
}

export interface ChatMessage {
  role: 'user' | 'assistant';
  content: string;
}

export interface TextRequest extends ModelRequest {
  /** Oldest first; the last one is the user's. */
  messages: readonly ChatMessage[];
}

/** A piece of a text as it is written; the last part says what it used and who wrote it. */
export type TextPart =
  | { type: 'delta'; delta: string }
  /** `isCutOff`: the limit of its length was reached before the model ended it. */
  | { type: 'end'; usage: Usage; model: string; isCutOff?: true };

/**
 * A chat model that answers by a schema or with text. Every call is entered in the ledger in a transaction of
 * its own before its answer is handed on: never call it inside an open transaction.
 */
export interface ChatModel {
  /** Provider and model, for example `openai:gpt-4.1-mini`; of several, the one that is asked first. */
  readonly name: string;
  /**
   * Asks for an answer that fits the schema, with bounded retries, and other providers where there are some.
   * `model` is the one that answered.
   * @throws {ModelError} and the reason of `signal`
   */
  structured<T extends z.ZodType>(
    request: StructuredRequest<T>,
  ): Promise<{ value: z.output<T>; usage: Usage; model: string }>;
  /**
   * Asks for text and hands it on as it is written. Retries and other providers come before the first piece
   * only; afterwards a failure ends the text.
   * @throws {ModelError} and the reason of `signal`
   */
  stream(request: TextRequest): AsyncIterable<TextPart>;
}
