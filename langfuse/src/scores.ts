import { z } from 'zod';
import type { LangfuseClient } from './client.ts';

/** Types of a score. */
export type ScoreType = 'NUMERIC' | 'CATEGORICAL' | 'BOOLEAN' | 'TEXT';

/** What scores are given by, as Langfuse keeps it. */
export interface LangfuseScoreConfig {
  name: string;
  dataType: ScoreType;
  description: string;
  minValue: number | null;
  maxValue: number | null;
  /** Every category has a number there. */
  categories: { label: string; value: number }[] | null;
}

/** A score of a trace. The same id again replaces it. */
export interface LangfuseScore {
  id: string;
  /** 32 hex digits. */
  traceId: string;
  name: string;
  dataType: ScoreType;
  /** A number for NUMERIC, 1 or 0 for BOOLEAN, text otherwise. */
  value: number | string;
  comment: string | null;
  configId: string;
}

const named = z.object({ id: z.string(), name: z.string() });
const created = z.object({ id: z.string() });
const read = z.object({
  data: z.array(z.object({ id: z.string(), value: z.union([z.number(), z.boolean(), z.string()]) })),
});
const queued = z.object({ objectId: z.string() });

/** Scores, their configs and annotation queues in Langfuse. Every function throws {@link LangfuseError}. */
export function langfuseScores(client: LangfuseClient) {
  return {
    /** Ids of score configs by name; of two with one name, the first. */
    configs: async (): Promise<Map<string, string>> =>
      idsByName(
        await client.all('list score configs', named, (api, page, limits) =>
          api.scoreConfigs.get(page, limits),
        ),
      ),

    /** Answers the id of the new config. */
    createConfig: async (config: LangfuseScoreConfig): Promise<string> => {
      const { minValue, maxValue, categories, ...always } = config;
      const body = {
        ...always,
        ...(minValue === null ? {} : { minValue }),
        ...(maxValue === null ? {} : { maxValue }),
        ...(categories === null ? {} : { categories }),
      };
      const { id } = await client.send({
        what: `create score config ${config.name}`,
        request: (api, limits) => api.scoreConfigs.create(body, limits),
        schema: created,
        isIdempotent: false,
      });
      return id;
    },

    /** Ids of annotation queues by name. */
    queues: async (): Promise<Map<string, string>> =>
      idsByName(
        await client.all('list annotation queues', named, (api, page, limits) =>
          api.annotationQueues.listQueues(page, limits),
        ),
      ),

    /** Answers the id of the new queue. */
    createQueue: async (name: string, description: string, scoreConfigIds: string[]): Promise<string> => {
      const { id } = await client.send({
        what: `create annotation queue ${name}`,
        request: (api, limits) =>
          api.annotationQueues.createQueue({ name, description, scoreConfigIds }, limits),
        schema: created,
        isIdempotent: false,
      });
      return id;
    },

    /** Whether a trace is in a queue. */
    isQueued: async (queueId: string, traceId: string): Promise<boolean> => {
      const items = await client.all('list an annotation queue', queued, (api, page, limits) =>
        api.annotationQueues.listQueueItems(queueId, page, limits),
      );
      return items.some(({ objectId }) => objectId === traceId);
    },

    /** Puts a trace into a queue; twice makes two items. */
    enqueue: async (queueId: string, traceId: string): Promise<void> => {
      const body = { objectId: traceId, objectType: 'TRACE' } as const;
      await client.send({
        what: 'put a trace into an annotation queue',
        request: (api, limits) => api.annotationQueues.createQueueItem(queueId, body, limits),
        schema: created,
        isIdempotent: false,
      });
    },

    /** Stores a score. Langfuse takes it before it has checked it: read it back to know. */
    put: async ({ comment, ...score }: LangfuseScore): Promise<void> => {
      const body = { ...score, ...(comment === null ? {} : { comment }) };
      await client.send({
        what: `store a score ${score.name}`,
        request: (api, limits) => api.scores.create(body, limits),
        schema: created,
        isIdempotent: true,
      });
    },

    /** The value that a score has by now, with flags as 1 and 0; null while there is none. */
    valueOf: async (id: string): Promise<number | string | null> => {
      const { data } = await client.send({
        what: 'read a score',
        // `scores.getMany` reads a route that Langfuse 4 no longer answers.
        request: (api, limits) => api.scoresV3.getManyV3({ id, limit: 1 }, limits),
        schema: read,
        isIdempotent: true,
      });
      const found = data.find((score) => score.id === id)?.value ?? null;
      return typeof found === 'boolean' ? Number(found) : found;
    },
  };
}

function idsByName(rows: readonly { id: string; name: string }[]): Map<string, string> {
  return new Map(rows.toReversed().map(({ id, name }) => [name, id]));
}
