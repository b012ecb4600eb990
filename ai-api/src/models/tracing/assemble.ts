import type { SpanRecord, TraceRecord } from '@ai-manager/langfuse/tracing';
import type { CallRecord } from '../ledger/store.ts';
import { storedTrace } from './draft.ts';
import type { PendingTrace } from './store.ts';

/** A trace of what was stored about it and of its calls in the ledger. */
export function assemble(pending: PendingTrace, calls: readonly CallRecord[]): TraceRecord {
  const { name, endedAt, person, sessionId, tags, metadata, input, output, parts } = storedTrace.parse(
    pending.content,
  );
  return {
    id: pending.id,
    name,
    startedAt: pending.started_at,
    endedAt,
    person: person ?? null,
    sessionId: sessionId ?? null,
    tags,
    metadata: { ...metadata, tenantId: pending.tenant_id },
    input,
    output,
    spans: [
      ...parts.map(
        ({ error = null, ...part }, index): SpanRecord => ({
          ...part,
          error,
          key: `part:${index}:${part.name}`,
        }),
      ),
      ...calls.map(toSpan),
      ...fallbacks(calls),
    ],
  };
}

function toSpan(call: CallRecord): SpanRecord {
  const startedAt = call.started_at;
  return {
    key: `call:${call.id}`,
    name: `${call.provider}:${call.model}`,
    type: call.kind === 'chat' ? 'generation' : 'embedding',
    startedAt,
    endedAt: new Date(startedAt.getTime() + call.latency_ms),
    input: parsed(call.input),
    output: parsed(call.output),
    metadata: {
      outcome: call.outcome,
      attempt: call.attempt,
      purpose: call.purpose,
      ...(call.tokens_estimated ? { tokens: 'estimated' } : {}),
      ...(call.prompt_version ? { promptVersion: call.prompt_version } : {}),
    },
    error: call.outcome === 'ok' ? null : (call.error ?? call.outcome),
    model: call.model,
    usage: { tokensIn: call.tokens_in, tokensOut: call.tokens_out, tokensCached: call.tokens_cached },
    costMicros: call.cost_micros,
    ...(call.prompt_name && call.prompt_link !== null
      ? { prompt: { name: call.prompt_name, version: call.prompt_link } }
      : {}),
  };
}

/** From the attempt that failed to the other provider that was asked in its place. */
function fallbacks(calls: readonly CallRecord[]): SpanRecord[] {
  return calls.flatMap((call, index) => {
    const before = calls.slice(0, index).findLast(({ call_id }) => call_id === call.call_id);
    if (!before || (before.provider === call.provider && before.model === call.model)) return [];
    return {
      key: `fallback:${call.id}`,
      name: 'fallback',
      type: 'event',
      startedAt: call.started_at,
      endedAt: call.started_at,
      metadata: {
        from: `${before.provider}:${before.model}`,
        to: `${call.provider}:${call.model}`,
        because: before.outcome,
      },
    };
  });
}

/** Long texts were cut, and are no JSON any more. */
function parsed(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
