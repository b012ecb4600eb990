import type { LangfuseClient } from '@ai-manager/langfuse/client';
import type { Config } from '../../../config/index.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Collections } from '../../../models/embeddings/collections.ts';
import type { Traces } from '../../../models/tracing/index.ts';
import type { Cache } from '../../../platform/cache/index.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { Prompts } from '../../ai/prompts/index.ts';
import type { Validation } from '../../ai/validation/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Files } from '../../shared/files/index.ts';
import { type ChatSetup, createChat } from './chat.ts';
import { chat, policy } from './contract.ts';
import { createDocuments } from './documents.ts';
import { feedbackToLangfuse } from './langfuse.ts';
import { personalDataOf } from './personal-data.ts';
import type { ReadingSetup } from './reading.ts';
import { createWordIndexes } from './retrieval/word-indexes.ts';
import { type SearchOptions, searchPassages } from './search.ts';
import { passageView } from './views.ts';

export type Knowledge = ReturnType<typeof createKnowledge>;

/** Policies and the questions that are answered from them. */
function createKnowledge(setup: ReadingSetup & Omit<ChatSetup, 'search'>) {
  const { database, collections } = setup;
  const searched = { database, collections, wordIndexes: createWordIndexes(database) };
  const search = (tenantId: string, query: string, options: SearchOptions) =>
    searchPassages(searched, tenantId, query, options);
  return {
    ...createDocuments(setup),
    search,
    ...createChat({ ...setup, search }),
    personalData: personalDataOf(setup),
  };
}

interface Needs {
  database: Database;
  jobs: Jobs;
  files: Files;
  collections: Collections;
  events: Events;
  cache: Cache;
  prompts: Prompts;
  validation: Validation;
  model: ChatModel | null;
  langfuse: LangfuseClient | null;
  config: Pick<Config, 'LANGFUSE_RETRY_SECONDS' | 'LANGFUSE_ENVIRONMENT' | 'NODE_ENV'>;
  traces: Pick<Traces, 'isSampled'>;
  metrics: Pick<Metrics, 'answerRated'>;
}

export function create({ langfuse, config, traces, metrics, ...needs }: Needs) {
  const tellFeedback = feedbackToLangfuse(needs.database, needs.jobs, langfuse, {
    retrySeconds: config.LANGFUSE_RETRY_SECONDS,
    environment: config.LANGFUSE_ENVIRONMENT ?? config.NODE_ENV,
    isSampled: traces.isSampled,
  });
  return { ...createKnowledge({ ...needs, tellFeedback }), metrics };
}

/** What it holds about people. */
export function personalData(service: Knowledge): PersonalData {
  return service.personalData;
}

/** The operations of this module. */
export function operations(service: Knowledge & Pick<Needs, 'metrics'>): Served[] {
  return [
    serve(policy, {
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.listDocuments(caller.tenantId, filter, { cursor, limit }),
      upload: (input, request) => service.upload(actorOf(request), input),
      search: async ({ query, ...options }, { caller, signal }) => {
        const { passages, meaning } = await service.search(caller.tenantId, query, { ...options, signal });
        return { passages: passages.map(passageView), meaning };
      },
      get: ({ documentId }, { caller }) => service.getDocument(caller.tenantId, documentId),
      retire: ({ documentId, ...why }, request) => service.retire(actorOf(request), documentId, why),
      reindex: ({ documentId }, request) => service.reindex(actorOf(request), documentId),
    }),
    serve(chat, {
      query: (input, request) => service.query(request, input),
      getConversation: ({ conversationId }, request) => service.getConversation(request, conversationId),
      feedback: async (input, request) => {
        const turn = await service.feedback(request, input);
        service.metrics.answerRated(input.helpful);
        return turn;
      },
    }),
  ];
}
