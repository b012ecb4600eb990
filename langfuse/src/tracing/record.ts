/** What Langfuse calls a kind of observation. */
export type SpanType = 'span' | 'generation' | 'embedding' | 'retriever' | 'event' | 'chain';

/** A part of a trace, told when it is over. */
export interface SpanRecord {
  /** Any text that is always the same for this part: its span id is made of it. */
  key: string;
  name: string;
  type: SpanType;
  startedAt: Date;
  endedAt: Date;
  input?: unknown;
  output?: unknown;
  metadata?: Record<string, unknown>;
  /** What went wrong, if anything did. */
  error?: string | null;
  model?: string;
  usage?: { tokensIn: number; tokensOut: number; tokensCached: number };
  /** Micro-dollars; null when the price is not known. */
  costMicros?: number | null;
  /** Links the call to a version that Langfuse keeps. */
  prompt?: { name: string; version: number };
}

/** A judgement or a turn of a conversation, with what was done for it. */
export interface TraceRecord {
  /** 32 hex digits (W3C trace context). */
  id: string;
  name: string;
  startedAt: Date;
  endedAt: Date;
  person?: string | null;
  sessionId?: string | null;
  tags: readonly string[];
  metadata: Record<string, unknown>;
  input?: unknown;
  output?: unknown;
  spans: readonly SpanRecord[];
}
