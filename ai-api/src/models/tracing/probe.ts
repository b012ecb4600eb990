import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { LangfuseClient } from '@ai-manager/langfuse/client';
import { z } from 'zod';
import type { Database } from '../../platform/database/index.ts';
import { keepTrace } from './draft.ts';

/** What became of a trace that was made to check the connection to Langfuse. */
export type ProbeOutcome = 'read' | 'not sampled' | 'not readable' | 'not sent' | 'refused';

const LOOK_MS = 250;
const observations = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Stores a trace as a judgement does, waits until some process has sent it, and reads it back from Langfuse. */
export async function probeTrace(
  database: Database,
  langfuse: LangfuseClient,
  tenantId: string,
  { hurry, timeoutMs }: { hurry(): void; timeoutMs: number },
): Promise<ProbeOutcome> {
  // Ends in zeros, so that it belongs to every share of traces but none.
  const id = `${randomBytes(12).toString('hex')}00000000`;
  const now = new Date();
  await database.withTenant(tenantId, (transaction) =>
    keepTrace(transaction, { id, name: 'connection check', startedAt: now, endedAt: now, parts: [] }),
  );
  hurry();
  const until = performance.now() + timeoutMs;
  const sent = await exported(database, tenantId, id, until);
  if (sent !== 'exported') return sent;
  do {
    const { data } = await langfuse.send({
      what: 'read a trace',
      request: (api, limits) => api.observations.getMany({ traceId: id, limit: 1 }, limits),
      schema: observations,
      isIdempotent: true,
    });
    if (data.length > 0) return 'read';
    await pause(LOOK_MS * 4);
  } while (performance.now() < until);
  return 'not readable';
}

async function exported(database: Database, tenantId: string, id: string, until: number) {
  let attempts = 0;
  do {
    const row = await database.withTenant(tenantId, (transaction) =>
      transaction
        .selectFrom('models.traces')
        .select(['exported_at', 'export_attempts', 'export_after'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow(),
    );
    if (row.exported_at) return 'exported';
    if (row.export_attempts > 0 && String(row.export_after) === String(Number.POSITIVE_INFINITY))
      return 'not sampled';
    attempts = row.export_attempts;
    if (attempts > 1) return 'refused';
    await pause(LOOK_MS);
  } while (performance.now() < until);
  return attempts > 0 ? 'refused' : 'not sent';
}
