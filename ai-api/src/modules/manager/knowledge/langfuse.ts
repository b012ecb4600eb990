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

/** Feedback is given by the user who asked, who is not named in Langfuse. */
const ASKER = 'the asker';

export type TellFeedback = (
  transaction: TenantTransaction,
  tenantId: string,
  turnId: string,
) => Promise<void>;

export interface FeedbackOptions {
  retrySeconds: number;
  /** That of the traces. */
  environment: string;
  /** Whether Langfuse gets a trace: nothing is said there of one that it does not have. */
  isSampled(traceId: string): boolean;
}

/**
 * Sends Langfuse the feedback on answers, by jobs: nothing here waits for it. The score has the id of the
 * turn, so that later feedback replaces earlier feedback. Without a client nothing is sent.
 */
export function feedbackToLangfuse(
  database: Database,
  jobs: Jobs,
  client: LangfuseClient | null,
  { retrySeconds, environment, isSampled }: FeedbackOptions,
): TellFeedback {
  if (!client) return async () => {};
  const langfuse = langfuseScores(client);

  async function send({ tenantId, turnId }: Job): Promise<void> {
    const turn = await database.withTenant(tenantId, (transaction) => findTurn(transaction, turnId));
    if (!turn?.trace_id || turn.helpful === null || !isSampled(turn.trace_id)) return;
    const { name, dataType } = CONFIG;
    const configId = (await langfuse.configs()).get(name) ?? (await langfuse.createConfig(CONFIG));
    const value = turn.helpful ? 1 : 0;
    const comment = turn.comment && maskText(turn.comment);
    const metadata = { reviewer: ASKER, reviewerName: ASKER };
    const score = {
      id: turnId,
      traceId: turn.trace_id,
      name,
      dataType,
      value,
      comment,
      environment,
      metadata,
    };
    await langfuse.put({ ...score, configId });
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
