import { z } from 'zod';
import type { TenantTransaction } from '../../platform/database/index.ts';
import type { CallContext } from '../chat.ts';
import { maskValue } from '../ledger/mask.ts';

/** A part of the work that is no call to a model: those are in the ledger. */
export interface TracePart {
  name: string;
  type: 'span' | 'retriever';
  startedAt: Date;
  endedAt: Date;
  input?: unknown;
  output?: unknown;
  error?: string | null;
}

/**
 * What is known of a judgement or a turn of a conversation when it is over. With the calls of the ledger that
 * have the same trace id it becomes a trace.
 */
export interface TraceDraft extends Pick<CallContext, 'person' | 'sessionId' | 'tags'> {
  /** 32 hex digits, which the calls were made with. */
  id: string;
  name: string;
  startedAt: Date;
  endedAt: Date;
  input?: unknown;
  output?: unknown;
  metadata?: Record<string, unknown>;
  parts: readonly TracePart[];
}

const moment = z.coerce.date();

/** A draft as it is stored. */
export const storedTrace = z.object({
  name: z.string(),
  endedAt: moment,
  person: z.string().optional(),
  sessionId: z.string().optional(),
  tags: z.array(z.string()).default([]),
  metadata: z.record(z.string(), z.unknown()).default({}),
  input: z.unknown().optional(),
  output: z.unknown().optional(),
  parts: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['span', 'retriever']),
      startedAt: moment,
      endedAt: moment,
      input: z.unknown().optional(),
      output: z.unknown().optional(),
      error: z.string().nullable().optional(),
    }),
  ),
});

/** Stores what a trace is made of, masked, in the transaction that stores what it is about. */
export async function keepTrace(transaction: TenantTransaction, draft: TraceDraft): Promise<void> {
  const { id, startedAt, ...content } = draft;
  const text = JSON.stringify(maskValue(JSON.parse(JSON.stringify(content))));
  await transaction
    .insertInto('models.traces')
    .values({ id, started_at: startedAt, content: text.replaceAll('\\u0000', '').toWellFormed() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
