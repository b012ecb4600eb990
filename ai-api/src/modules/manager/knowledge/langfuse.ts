import { type LangfuseClient, LangfuseError } from '@ai-manager/langfuse/client';
import { langfuseScores } from '@ai-manager/langfuse/scores';
import { maskText } from '../../../models/ledger/mask.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { findTurn } from './chat-store.ts';

const QUEUE = 'knowledge.langfuse-feedback';
interface Job {
  tenantId: string;
  turnId: string;
}

/** What a reader says of an answer, as Langfuse shows it beside the trace. */
const CONFIG = {
  name: 'helpful',
  dataType: 'BOOLEAN',
  description: 'Whether the answer helped the user.',
  minValue: null,
  maxValue: null,
  categories: null,
} as const;

export type TellFeedback = (
  transaction: TenantTransaction,
  tenantId: string,
  turnId: string,
) => Promise<void>;

/**
 * Sends Langfuse the feedback on answers, by jobs: nothing here waits for it. The score has the id of the
 * turn, so that later feedback replaces earlier feedback. Without a client nothing is sent.
 */
export function feedbackToLangfuse(
  database: Database,
  jobs: Jobs,
  client: LangfuseClient | null,
  retrySeconds: number,
): TellFeedback {
  if (!client) return async () => {};
  const langfuse = langfuseScores(client);

  async function send({ tenantId, turnId }: Job): Promise<void> {
    const turn = await database.withTenant(tenantId, (transaction) => findTurn(transaction, turnId));
    if (!turn?.trace_id || turn.helpful === null) return;
    const { name, dataType } = CONFIG;
    const configId = (await langfuse.configs()).get(name) ?? (await langfuse.createConfig(CONFIG));
    const value = turn.helpful ? 1 : 0;
    const comment = turn.comment && maskText(turn.comment);
    await langfuse.put({ id: turnId, traceId: turn.trace_id, name, dataType, value, comment, configId });
  }

  jobs.define<Job>({
    name: QUEUE,
    priority: 'low',
    concurrency: 1,
    // With pauses that double up to an hour, an outage of a day is outlived.
    retryLimit: 30,
    retryDelay: retrySeconds,
    retryDelayMax: 3600,
    expireInSeconds: 300,
    handle: (job) =>
      send(job).catch((error: unknown) => {
        const isRefusal = error instanceof LangfuseError && !error.isTemporary;
        // What Langfuse refuses for good stays here alone; a refused key may be mended.
        if (!isRefusal || error.status === 401 || error.status === 403) throw error;
      }),
    // It stays here, where it was said; dead letters are listed with the jobs.
    onDead: async () => {},
  });
  return (transaction, tenantId, turnId) => jobs.enqueue<Job>(transaction, QUEUE, [{ tenantId, turnId }]);
}
