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

const meta = z.looseObject({ totalPages: z.number() });
const named = z.object({ data: z.array(z.looseObject({ id: z.string(), name: z.string() })), meta });
const created = z.looseObject({ id: z.string() });
const read = z.object({
  data: z.array(z.looseObject({ id: z.string(), value: z.union([z.number(), z.boolean(), z.string()]) })),
});
const items = z.object({ data: z.array(z.looseObject({ id: z.string(), objectId: z.string() })), meta });

/** Scores, their configs and annotation queues in Langfuse. Every function throws {@link LangfuseError}. */
export function langfuseScores(client: LangfuseClient) {
  return {
    /** Ids of score configs by name; of two with one name, the first. */
    configs: async (): Promise<Map<string, string>> => idsByName(await client.all('/score-configs', named)),

    /** Answers the id of the new config. */
    createConfig: async (config: LangfuseScoreConfig): Promise<string> => {
      const { minValue, maxValue, categories, ...always } = config;
      const body = {
        ...always,
        ...(minValue === null ? {} : { minValue }),
        ...(maxValue === null ? {} : { maxValue }),
        ...(categories === null ? {} : { categories }),
      };
      return (await client.send({ method: 'POST', path: '/score-configs', body, schema: created })).id;
    },

    /** Ids of annotation queues by name. */
    queues: async (): Promise<Map<string, string>> =>
      idsByName(await client.all('/annotation-queues', named)),

    /** Answers the id of the new queue. */
    createQueue: async (name: string, description: string, scoreConfigIds: string[]): Promise<string> => {
      const body = { name, description, scoreConfigIds };
      return (await client.send({ method: 'POST', path: '/annotation-queues', body, schema: created })).id;
    },

    /** Whether a trace is in a queue. */
    isQueued: async (queueId: string, traceId: string): Promise<boolean> => {
      const queued = await client.all(`/annotation-queues/${encodeURIComponent(queueId)}/items`, items);
      return queued.some(({ objectId }) => objectId === traceId);
    },

    /** Puts a trace into a queue; twice makes two items. */
    enqueue: async (queueId: string, traceId: string): Promise<void> => {
      const path = `/annotation-queues/${encodeURIComponent(queueId)}/items`;
      const body = { objectId: traceId, objectType: 'TRACE' };
      await client.send({ method: 'POST', path, body, schema: created });
    },

    /** Stores a score. Langfuse takes it before it has checked it: read it back to know. */
    put: async ({ comment, ...score }: LangfuseScore): Promise<void> => {
      const body = { ...score, ...(comment === null ? {} : { comment }) };
      await client.send({ method: 'POST', path: '/scores', body, schema: created, repeatable: true });
    },

    /** The value that a score has by now, with flags as 1 and 0; null while there is none. */
    valueOf: async (id: string): Promise<number | string | null> => {
      const path = `/v3/scores?id=${encodeURIComponent(id)}&limit=1`;
      const { data } = await client.send({ method: 'GET', path, schema: read });
      const found = data.find((score) => score.id === id)?.value ?? null;
      return typeof found === 'boolean' ? Number(found) : found;
    },
  };
}

function idsByName(rows: readonly { id: string; name: string }[]): Map<string, string> {
  return new Map(rows.toReversed().map(({ id, name }) => [name, id]));
}
