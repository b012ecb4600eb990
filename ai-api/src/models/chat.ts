import type { z } from 'zod';
import type { ModelFailureKind } from './failures.ts';

/** What a call to a model cost, also when its answer could not be used. */
export interface Usage {
  tokensIn: number;
  tokensOut: number;
}

/** The model did not give a usable answer. */
export class ModelError extends Error {
  readonly kind: ModelFailureKind;
  readonly usage: Usage;

  constructor(
    kind: ModelFailureKind,
    message: string,
    usage: Usage = { tokensIn: 0, tokensOut: 0 },
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'ModelError';
    this.kind = kind;
    this.usage = usage;
  }
}

export interface StructuredRequest<T extends z.ZodType> {
  /** What the platform asks; trusted. */
  system: string;
  /** The facts; may hold text of people, already marked as data. */
  user: string;
  /** Name of the schema, as the provider shows it. */
  name: string;
  schema: T;
  signal?: AbortSignal;
}

/** A chat model that answers by a schema. */
export interface ChatModel {
  /** Provider and model, for example `openai:gpt-4.1-mini`. */
  readonly name: string;
  /**
   * One call, with the transport's own bounded retries.
   * @throws {ModelError}
   */
  structured<T extends z.ZodType>(
    request: StructuredRequest<T>,
  ): Promise<{ value: z.output<T>; usage: Usage }>;
}
