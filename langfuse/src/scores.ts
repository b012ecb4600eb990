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
  /** That of the trace, by which scores are filtered as traces are. */
  environment: string;
  /** Who gave it: `authorUserId` is for people of Langfuse. */
  metadata: { reviewer: string; reviewerName: string };
}

/** A score that a person gave in Langfuse. */
export interface Annotation {
  name: string;
  value: number | string | boolean;
  comment: string | null;
  traceId: string;
  queueId: string | null;
  /** Id of the person there. */
  author: string;
}

/** A trace in an annotation queue. */
export interface QueueItem {
  id: string;
  objectId: string;
  status: string;
}

const annotation = z
  .object({
    name: z.string(),
    value: z.union([z.number(), z.boolean(), z.string()]),
    comment: z.string().nullish(),
    subject: z.object({ kind: z.string(), id: z.string() }),
    queueId: z.string().nullish(),
    authorUserId: z.string().nullish(),
  })
  .transform(
    ({ subject, comment, queueId, authorUserId, ...score }): Annotation => ({
      ...score,
      comment: comment ?? null,
      traceId: subject.id,
      queueId: queueId ?? null,
      author: authorUserId ?? 'unknown',
    }),
  );
const annotations = z.object({
  data: z.array(annotation),
  meta: z.object({ cursor: z.string().nullish() }).default({}),
});

const named = z.object({ id: z.string(), name: z.string() });
const created = z.object({ id: z.string() });
const read = z.object({
  data: z.array(z.object({ id: z.string(), value: z.union([z.number(), z.boolean(), z.string()]) })),
});
const queued = z.object({ id: z.string(), objectId: z.string(), status: z.string() });

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

    /** The traces in a queue, all of them or those in one state. */
    items: (queueId: string, status?: 'PENDING' | 'COMPLETED'): Promise<QueueItem[]> =>
      client.all('list an annotation queue', queued, (api, page, limits) =>
        api.annotationQueues.listQueueItems(queueId, { ...page, ...(status ? { status } : {}) }, limits),
      ),

    /** Ends the work on a trace in a queue. */
    completeItem: async (queueId: string, itemId: string): Promise<void> => {
      await client.send({
        what: 'complete an item of an annotation queue',
        request: (api, limits) =>
          api.annotationQueues.updateQueueItem(queueId, itemId, { status: 'COMPLETED' }, limits),
        schema: z.unknown(),
        isIdempotent: true,
      });
    },

    /** Scores that people gave in Langfuse to any of some traces. */
    annotationsOf: async (traceIds: readonly string[]): Promise<Annotation[]> => {
      const found: Annotation[] = [];
      let cursor: string | undefined;
      do {
        const query = {
          traceId: traceIds.join(','),
          source: 'ANNOTATION',
          fields: 'details,subject,annotation',
          limit: 100,
          ...(cursor === undefined ? {} : { cursor }),
        };
        const { data, meta } = await client.send({
          what: 'list annotations',
          request: (api, limits) => api.scoresV3.getManyV3(query, limits),
          schema: annotations,
          isIdempotent: true,
        });
        found.push(...data);
        cursor = meta.cursor ?? undefined;
      } while (cursor !== undefined);
      return found;
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
