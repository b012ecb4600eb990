import { randomBytes } from 'node:crypto';
import { callerId, type RequestContext } from '../../../http/caller.ts';
import { notFound } from '../../../http/problem.ts';
import type { ChatModel } from '../../../models/chat.ts';
import { keepTrace, type TraceDraft } from '../../../models/tracing/index.ts';
import type { Cache } from '../../../platform/cache/index.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Prompts } from '../../ai/prompts/index.ts';
import { actorOf, record } from '../../shared/audit/index.ts';
import { type Answer, fromModel, fromPassages, questionKey } from './answer.ts';
import {
  findConversation,
  insertTurn,
  keepConversation,
  rateTurn,
  type TurnRecord,
  turnsOf,
} from './chat-store.ts';
import type { GroundedSentence } from './grounding/index.ts';
import type { TellFeedback } from './langfuse.ts';
import { isFit } from './retrieval/fusion.ts';
import type { SearchOptions, SearchResult } from './search.ts';
import { type Folder, revisionOf } from './store.ts';
import { citationOf, type TurnView, turnView } from './views.ts';

export interface Question {
  question: string;
  conversationId?: string | undefined;
  folder?: Folder | undefined;
}

export interface ChatSetup {
  database: Database;
  cache: Cache;
  prompts: Prompts;
  model: ChatModel | null;
  /** Told of what people say about answers. */
  tellFeedback: TellFeedback;
  search(tenantId: string, query: string, options: SearchOptions): Promise<SearchResult>;
}

type Retrieval = TraceDraft['parts'][number];

/** The prompt that answers questions. */
const ANSWER_PROMPT = 'policy-answer';

const PASSAGES = 8;
const MEMORY = 4;
const ANSWER_TTL = 300;
const SEARCH_TTL = 900;
/** A question of so few words takes its subject from the one before. */
const SHORT_QUESTION = 5;
/** Questions about the policies. */
export function createChat({ database, cache, prompts, model, tellFeedback, search }: ChatSetup) {
  const ownerOf = ({ caller }: RequestContext) => callerId(caller);

  async function answerTo(
    request: RequestContext,
    { question, folder }: Question,
    earlier: readonly TurnRecord[],
    revision: string,
    traceId: string,
  ): Promise<{ answer: Answer; citations: TurnView['citations']; meaning: string; retrieval: Retrieval }> {
    const { tenantId, user } = request.caller;
    const { signal } = request;
    const tell = (sentence: GroundedSentence) => request.emit('sentence', sentence);
    const own = cache.forTenant(tenantId);
    const startedAt = new Date();
    const query = searchQuery(question, earlier);
    // Without the signal of this caller: others may wait for the same search.
    const searchKey = `search:${revision}:${questionKey(query, folder)}`;
    const {
      passages: found,
      compared,
      meaning,
      isPoorer,
    } = await own.wrap(searchKey, SEARCH_TTL, () =>
      search(tenantId, query, { folder, by: 'both', limit: PASSAGES, revision }),
    );
    if (isPoorer) await own.delete(searchKey);
    signal.throwIfAborted();
    const fit = (use: 'read' | 'shown') => found.filter((passage) => isFit(passage, compared, use));
    const passages = fit(model === null ? 'shown' : 'read');
    const citations = passages.map((passage, index) => citationOf(passage, index + 1));
    const retrieval: Retrieval = {
      name: 'policies',
      type: 'retriever',
      startedAt,
      endedAt: new Date(),
      input: query,
      output: passages.map(({ id, title, share, similarity }) => ({ id, title, share, similarity })),
    };
    if (model === null || passages.length === 0) {
      request.emit('citations', citations);
      return { answer: fromPassages(passages, null), citations, meaning, retrieval };
    }
    const prompt = await database.withTenant(tenantId, async (transaction) =>
      (await prompts.open(transaction, await prompts.plan(transaction, tenantId, ANSWER_PROMPT)))(
        ownerOf(request),
      ),
    );
    const key = `told:${revision}:${prompt.version}:${questionKey(question, folder)}`;
    // With its citations: a search that is made again may number them otherwise.
    const cached =
      earlier.length === 0 ? await own.get<{ answer: Answer; citations: typeof citations }>(key) : undefined;
    request.emit('citations', cached?.citations ?? citations);
    if (cached) {
      for (const sentence of cached.answer.sentences) tell(sentence);
      return { ...cached, meaning, retrieval };
    }
    const call = { tenantId, purpose: 'chat', subject: 'policies', person: user?.id, traceId };
    const turns = earlier.map(({ question, answer }) => ({ question, answer: answer.slice(0, 1000) }));
    const asked = { question, passages, earlier: turns, call, signal };
    const answer = await fromModel(model, prompt, asked, tell);
    if (earlier.length === 0 && answer.engine === 'model' && answer.modelFailure === null)
      await own.set(key, { answer, citations }, ANSWER_TTL);
    return { answer, citations, meaning, retrieval };
  }

  return {
    /** Answers a question, and keeps it with its answer. @throws {import('../../../http/problem.ts').Problem} NOT_FOUND */
    query: async (request: RequestContext, asked: Question): Promise<TurnView> => {
      const { tenantId } = request.caller;
      const owner = ownerOf(request);
      const { earlier, revision } = await database.withTenant(tenantId, async (transaction) => {
        const { conversationId } = asked;
        if (conversationId !== undefined && !(await findConversation(transaction, conversationId, owner))) {
          throw notFound('conversation', conversationId);
        }
        return {
          earlier: conversationId === undefined ? [] : await turnsOf(transaction, conversationId, MEMORY),
          revision: await revisionOf(transaction),
        };
      });
      const startedAt = new Date();
      const traceId = randomBytes(16).toString('hex');
      const { answer, citations, meaning, retrieval } = await answerTo(
        request,
        asked,
        earlier,
        revision,
        traceId,
      );
      const cited = new Set(answer.sentences.map(({ citation }) => citation));
      return database.withTenant(tenantId, async (transaction) => {
        const conversationId = await keepConversation(transaction, asked.conversationId ?? null, owner);
        const row = await insertTurn(transaction, {
          conversation_id: conversationId,
          question: asked.question,
          status: answer.status,
          engine: answer.engine,
          answer: answer.answer,
          sentences: answer.sentences,
          citations:
            answer.engine === 'model' ? citations.filter(({ number }) => cited.has(number)) : citations,
          model: answer.model,
          model_failure: answer.modelFailure,
          meaning,
          prompt: answer.prompt,
          trace_id: traceId,
        });
        await keepTrace(transaction, {
          id: traceId,
          name: 'chat turn',
          startedAt,
          endedAt: new Date(),
          person: request.caller.user?.id,
          sessionId: conversationId,
          tags: ['chat', answer.engine, answer.status],
          metadata: { turnId: row.id, modelFailure: answer.modelFailure },
          input: asked.question,
          output: answer.answer,
          parts: [retrieval],
        });
        await record(transaction, actorOf(request), {
          subject: `chat-turn:${row.id}`,
          details: [{ about: [owner], content: { question: asked.question, status: answer.status } }],
        });
        return turnView(row);
      });
    },

    getConversation: (request: RequestContext, conversationId: string) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const found = await findConversation(transaction, conversationId, ownerOf(request));
        if (!found) throw notFound('conversation', conversationId);
        const turns = await turnsOf(transaction, conversationId, 200);
        return { conversationId, createdAt: found.created_at.toISOString(), turns: turns.map(turnView) };
      }),

    feedback: (
      request: RequestContext,
      { turnId, helpful, comment }: { turnId: string; helpful: boolean; comment?: string | undefined },
    ) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const row = await rateTurn(transaction, turnId, ownerOf(request), helpful, comment ?? null);
        if (!row) throw notFound('turn', turnId);
        await tellFeedback(transaction, request.caller.tenantId, turnId);
        await record(transaction, actorOf(request), {
          subject: `chat-turn:${turnId}`,
          details: [{ about: [ownerOf(request)], content: { helpful, comment: comment ?? null } }],
        });
        return turnView(row);
      }),
  };
}

/** What is searched with: a short question takes the words of the one before along. */
function searchQuery(question: string, earlier: readonly TurnRecord[]): string {
  const last = earlier.at(-1);
  if (!last || question.split(/\s+/).length > SHORT_QUESTION) return question;
  return `${last.question} ${question}`;
}
