import type { LangfuseClient } from '@ai-manager/langfuse/client';
import type { Delivery, TraceExporter, TracingOptions } from '@ai-manager/langfuse/tracing';
import type { Logger } from 'pino';
import type { Database, TenantTransaction } from '../../platform/database/index.ts';
import { maskText } from '../ledger/mask.ts';
import { assemble } from './assemble.ts';
import { probeTrace } from './probe.ts';
import {
  callsOf,
  claimTraces,
  countTraces,
  noteOutcomes,
  type Outcome,
  type PendingTrace,
  renewTraces,
  skipOld,
} from './store.ts';

export { keepTrace, type TraceDraft } from './draft.ts';

export interface TraceSettings {
  langfuse: Omit<TracingOptions, 'mask'>;
  /** Share of the traces that is exported, 0 to 1. */
  sampleRate: number;
  log: Logger;
  /** Told how many traces came to an end in which way. */
  onDelivery?: (outcome: TraceOutcome, traces: number) => void;
}

/** `failed` is tried again, `given_up` by itself not. */
export type TraceOutcome = 'exported' | 'failed' | 'given_up' | 'not_sampled';

const BATCH = 100;
/** Attempts at one trace, with pauses that double from five seconds to ten minutes. */
const ATTEMPTS = 12;
const PAUSE_SECONDS = { least: 5, longest: 600 };
/** Between looks for traces that are due, in milliseconds. */
const LOOK_MS = 1_000;
/** What is older when Langfuse is first set up is not sent unasked. */
const OLD_MS = 24 * 60 * 60 * 1000;

export type Traces = ReturnType<typeof createTraces>;

/**
 * Sends traces to Langfuse from the database, where judgements leave them: nothing waits for Langfuse, and what it
 * misses while it is away it gets when it is back. Without settings traces stay where they are.
 */
export function createTraces(database: Database, settings: TraceSettings | null) {
  let exporting: Exporting | null = null;
  const sampleRate = settings?.sampleRate ?? 1;
  return {
    isConnected: settings !== null,
    /** Begins to export in this process. */
    start: async () => {
      exporting = settings && (await startExport(database, settings));
      return exporting;
    },
    /** Looks at once for traces that are due, if this process exports. */
    hurry: () => exporting?.hurry(),
    /** Whether Langfuse gets a trace, by its id. */
    isSampled: (id: string) => isSampled(id, settings?.sampleRate ?? 0),
    /** Why Langfuse does not take traces of this process; null while it does. */
    fault: () => exporting?.fault() ?? null,
    /** Makes traces of a span of time due again, of those that Langfuse gets; answers how many. */
    renew: (transaction: TenantTransaction, since: Date, until: Date, alsoExported: boolean) =>
      renewTraces(transaction, { since, until, alsoExported, sampleRate }),
    count: (tenantId: string) =>
      database.withTenant(tenantId, (transaction) => countTraces(transaction, sampleRate)),
    /** Sends one trace to Langfuse and reads it back. */
    probe: (tenantId: string, langfuse: LangfuseClient, timeoutMs: number) =>
      probeTrace(database, langfuse, tenantId, { hurry: () => exporting?.hurry(), timeoutMs }),
  };
}

interface Exporting {
  hurry(): void;
  fault: TraceExporter['fault'];
  close(): Promise<void>;
}

async function startExport(database: Database, settings: TraceSettings): Promise<Exporting> {
  const { log, onDelivery = () => {} } = settings;
  // Most processes never need it.
  const { createTraceExporter } = await import('@ai-manager/langfuse/tracing');
  const exporter = createTraceExporter({ ...settings.langfuse, mask: maskText });
  await skipOld(database, new Date(Date.now() - OLD_MS));
  let failures = 0;
  let isFailing = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let wake: (() => void) | undefined;

  async function round(): Promise<number> {
    const claimed = await claimTraces(database, failures > 0 ? 1 : BATCH);
    if (claimed.length === 0) return 0;
    const chosen = claimed.filter(({ id }) => isSampled(id, settings.sampleRate));
    const deliveries = await deliver(database, exporter, chosen);
    const outcomes = claimed.map((trace) => outcomeOf(trace, deliveries.get(keyOf(trace))));
    await noteOutcomes(database, outcomes);
    const tally = Map.groupBy(claimed, (trace) => nameOf(trace, deliveries.get(keyOf(trace))));
    for (const [outcome, traces] of tally) onDelivery(outcome, traces.length);
    const states = [...deliveries.values()];
    const hasFailed = states.includes('failed');
    // While Langfuse takes some, the others wait for their own turn alone.
    failures = hasFailed && !states.includes('exported') ? failures + 1 : 0;
    if (hasFailed && !isFailing) {
      const fault = exporter.fault();
      const line = { traces: chosen.length, reason: fault?.reason };
      if (fault?.isKeyRefused) log.error(line, 'Langfuse refuses our keys; traces are kept');
      else log.warn(line, 'Langfuse does not take traces; they are kept');
    }
    isFailing = hasFailed;
    return claimed.length;
  }

  async function loop(): Promise<void> {
    while (!isClosed) {
      const sent = await round().catch((err: unknown) => {
        if (!isClosed) log.error({ err }, 'export of traces');
        failures += 1;
        return 0;
      });
      const pause = failures > 0 ? Math.min(LOOK_MS * 2 ** failures, 60_000) : sent === BATCH ? 0 : LOOK_MS;
      if (isClosed) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, pause).unref();
      });
    }
  }

  const running = loop();
  const rouse = () => {
    clearTimeout(timer);
    wake?.();
  };
  return {
    fault: exporter.fault,
    hurry: () => {
      failures = 0;
      rouse();
    },
    /** Sends what is due once more, unless Langfuse is away; ends in a time that is known. */
    close: async () => {
      isClosed = true;
      rouse();
      await running;
      if (failures === 0) await round().catch(() => 0);
      await exporter.close();
    },
  };
}

/** Trace ids are unique within a tenant. */
function keyOf({ tenant_id, id }: PendingTrace): string {
  return `${tenant_id}/${id}`;
}

async function deliver(
  database: Database,
  exporter: TraceExporter,
  traces: readonly PendingTrace[],
): Promise<Map<string, Delivery>> {
  if (traces.length === 0) return new Map();
  const calls = Map.groupBy(await callsOf(database, traces), (call) => `${call.tenant_id}/${call.trace_id}`);
  const records = traces.flatMap((trace) => {
    try {
      return [assemble(trace, calls.get(keyOf(trace)) ?? [])];
    } catch {
      // One that cannot be read must not hold up the others.
      return [];
    }
  });
  const tried = traces.filter(({ export_attempts }) => export_attempts > 1).map(({ id }) => id);
  // One whose answer was lost is there already; one that cannot be looked up is not sent.
  const known = await exporter.known(tried);
  const held = new Set(tried.filter((id) => known.get(id) !== false));
  const byId = await exporter.export(records.filter(({ id }) => !held.has(id)));
  for (const id of held) byId.set(id, known.get(id) ? 'exported' : 'failed');
  return new Map(traces.map((trace) => [keyOf(trace), byId.get(trace.id) ?? 'tooLarge']));
}

function nameOf(trace: PendingTrace, delivery: Delivery | undefined): TraceOutcome {
  if (delivery === undefined) return 'not_sampled';
  if (delivery === 'exported') return 'exported';
  return delivery === 'tooLarge' || trace.export_attempts >= ATTEMPTS ? 'given_up' : 'failed';
}

function outcomeOf(trace: PendingTrace, delivery: Delivery | undefined): Outcome {
  const { tenant_id, id, export_attempts: attempts } = trace;
  const name = nameOf(trace, delivery);
  const pause = Math.min(PAUSE_SECONDS.least * 2 ** (attempts - 1), PAUSE_SECONDS.longest);
  return { tenant_id, id, exported: name === 'exported', again: name === 'failed' ? pause : null };
}

/** The same answer for the same trace, always. */
function isSampled(id: string, rate: number): boolean {
  // The first digits of an id of ours are its time; the last are random.
  return Number.parseInt(id.slice(-8), 16) / 0x1_0000_0000 < rate;
}
