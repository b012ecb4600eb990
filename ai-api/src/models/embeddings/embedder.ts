/** Vectors can be compared within one space only. */
export interface Space {
  provider: 'static' | 'voyage' | 'openai';
  model: string;
  dimensions: number;
}

export function isSame(a: Space, b: Space): boolean {
  return a.provider === b.provider && a.model === b.model && a.dimensions === b.dimensions;
}

/** Whose texts they are and what for. */
export interface EmbeddingCall {
  tenantId: string;
  /** A word such as `policies`; usage is counted by it. */
  purpose: string;
  /** What is searched with, and what is searched in: providers may treat them differently. */
  inputType: 'query' | 'document';
  person?: string | undefined;
  traceId?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Vectors of texts, in their order, each of length 1 (or 0 when nothing in the text is known). */
export interface Embedded {
  space: Space;
  vectors: Float32Array[];
  usage: { tokensIn: number };
}

/** Turns texts into vectors of one space. Never call it inside an open transaction. */
export interface Embedder {
  readonly space: Space;
  /** Whether it may be sent texts of a tenant, by where the data of the tenant stays. */
  serves(tenantId: string): Promise<boolean>;
  /** @throws {import('../chat.ts').ModelError} and the reason of the signal */
  embed(texts: readonly string[], call: EmbeddingCall): Promise<Embedded>;
}
