import { randomBytes } from 'node:crypto';
import { callerId, type RequestContext } from '../../../http/caller.ts';
import { notFound } from '../../../http/problem.ts';
import { keepTrace } from '../../../models/tracing/index.ts';
import { actorOf, record } from '../../shared/audit/index.ts';
import { type AnsweringSetup, createAnswering } from './answering.ts';
import { findConversation, insertTurn, keepConversation, rateTurn, turnsOf } from './chat-store.ts';
import type { TellFeedback } from './langfuse.ts';
import { type Folder, revisionOf } from './store.ts';
import { type TurnView, turnView } from './views.ts';

export interface Question {
  question: string;
  conversationId?: string | undefined;
  folder?: Folder | undefined;
}

export interface ChatSetup extends AnsweringSetup {
  /** Is called with what people say about answers. */
  tellFeedback: TellFeedback;
}

const MEMORY = 4;

/** Questions about the policies. */
export function createChat({ tellFeedback, ...answering }: ChatSetup) {
  const { database } = answering;
  const ownerOf = ({ caller }: RequestContext) => callerId(caller);

  const answerTo = createAnswering(answering);

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
      const { answer, citations, meaning, retrieval } = await answerTo(request, {
        ...asked,
        earlier,
        revision,
        traceId,
      });
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
          // A builder has one id in every trace.
          person: request.caller.user?.builderId ?? request.caller.user?.id,
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
