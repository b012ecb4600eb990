import { callerId, type RequestContext } from '../../../http/caller.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { TraceDraft } from '../../../models/tracing/index.ts';
import type { Cache } from '../../../platform/cache/index.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Prompts } from '../../ai/prompts/index.ts';
import type { Validation } from '../../ai/validation/index.ts';
import { type Answer, fromModel, fromPassages, questionKey } from './answer.ts';
import type { TurnRecord } from './chat-store.ts';
import type { GroundedSentence } from './grounding/index.ts';
import { type FoundPassage, isFit } from './retrieval/fusion.ts';
import type { SearchOptions, SearchResult } from './search.ts';
import type { Folder } from './store.ts';
import { citationOf, type TurnView } from './views.ts';

export interface AnsweringSetup {
  database: Database;
  cache: Cache;
  prompts: Prompts;
  model: ChatModel | null;
  validation: Pick<Validation, 'openChat'>;
  search(tenantId: string, query: string, options: SearchOptions): Promise<SearchResult>;
}

/** A question with what it is asked in. */
export interface Asked {
  question: string;
  folder?: Folder | undefined;
  /** The turns before it in its conversation, oldest first. */
  earlier: readonly TurnRecord[];
  /** Changes with every change of the documents; part of every cache key. */
  revision: string;
  traceId: string;
}

type Retrieval = TraceDraft['parts'][number];
type Citations = TurnView['citations'];

interface Retrieved {
  /** The passages that fit well enough to be read or shown. */
  passages: FoundPassage[];
  citations: Citations;
  /** How far the meaning of the question was searched too. */
  meaning: string;
  retrieval: Retrieval;
}

/** The prompt that answers questions. */
const ANSWER_PROMPT = 'policy-answer';

const PASSAGES = 8;
const ANSWER_TTL = 300;
const SEARCH_TTL = 900;
/** A question of at most so many words takes its subject from the one before. */
const SHORT_QUESTION = 5;

export type Answering = ReturnType<typeof createAnswering>;

/** Answers questions from the policies: finds passages, then lets the model write, where there is one. */
export function createAnswering({ database, cache, prompts, model, validation, search }: AnsweringSetup) {
  async function retrieve(
    tenantId: string,
    { question, folder, earlier, revision }: Asked,
  ): Promise<Retrieved> {
    const own = cache.forTenant(tenantId);
    const startedAt = new Date();
    const query = searchQuery(question, earlier);
    const key = `search:${revision}:${questionKey(query, folder)}`;
    // Without the signal of this caller: others may wait for the same search.
    const {
      passages: found,
      compared,
      meaning,
      isPoorer,
    } = await own.wrap(key, SEARCH_TTL, () =>
      search(tenantId, query, { folder, by: 'both', limit: PASSAGES, revision }),
    );
    if (isPoorer) await own.delete(key);
    const use = model === null ? 'shown' : 'read';
    const passages = found.filter((passage) => isFit(passage, compared, use));
    const output = passages.map(({ id, title, share, similarity }) => ({ id, title, share, similarity }));
    return {
      passages,
      citations: passages.map((passage, index) => citationOf(passage, index + 1)),
      meaning,
      retrieval: {
        name: 'policies',
        type: 'retriever',
        startedAt,
        endedAt: new Date(),
        input: query,
        output,
      },
    };
  }

  /** The model's answer to a question without earlier turns is kept for others who ask the same. */
  async function write(
    request: RequestContext,
    asked: Asked,
    writer: ChatModel,
    { passages, citations }: Retrieved,
    emit: (sentence: GroundedSentence) => void,
  ): Promise<{ answer: Answer; citations: Citations }> {
    const { question, folder, earlier, revision, traceId } = asked;
    const { tenantId, user } = request.caller;
    const own = cache.forTenant(tenantId);
    const prompt = await database.withTenant(tenantId, async (transaction) =>
      (await prompts.serving(transaction, tenantId, ANSWER_PROMPT))(callerId(request.caller)),
    );
    const isAlone = earlier.length === 0;
    const key = `told:${revision}:${prompt.version}:${questionKey(question, folder)}`;
    // With its citations: a search that is made again may number them otherwise.
    const cached = isAlone ? await own.get<{ answer: Answer; citations: Citations }>(key) : undefined;
    request.emit('citations', cached?.citations ?? citations);
    if (cached) {
      for (const sentence of cached.answer.sentences) emit(sentence);
      return cached;
    }
    const call = {
      tenantId,
      purpose: 'chat',
      subject: 'policies',
      person: user?.builderId ?? user?.id,
      traceId,
    };
    const turns = earlier.map(({ question, answer }) => ({ question, answer: answer.slice(0, 1000) }));
    const { signal } = request;
    const answer = await fromModel(
      writer,
      prompt,
      { question, passages, earlier: turns, call, signal },
      emit,
    );
    if (isAlone && answer.engine === 'model' && answer.modelFailure === null)
      await own.set(key, { answer, citations }, ANSWER_TTL);
    return { answer, citations };
  }

  /**
   * The same, judged by what is bound to the chat: sentences are sent as long as none fails, and an answer that does
   * not pass gives way to the passages.
   */
  async function writeGuarded(
    request: RequestContext,
    asked: Asked,
    writer: ChatModel,
    retrieved: Retrieved,
  ): Promise<{ answer: Answer; citations: Citations }> {
    const guard = await validation.openChat(request);
    let isHeld = false;
    const written = await write(request, asked, writer, retrieved, (sentence) => {
      isHeld ||= guard?.allows(sentence.text) === false;
      if (!isHeld) request.emit('sentence', sentence);
    });
    if (!guard || written.answer.status !== 'answered') return written;
    const { question, traceId } = asked;
    const text = written.answer.sentences.map((sentence) => sentence.text).join(' ');
    const why = await guard.end({ text, question, turn: traceId });
    if (why === null) return written;
    return { answer: fromPassages(retrieved.passages, why), citations: retrieved.citations };
  }

  /** Answers a question; citations and sentences are emitted as they come. */
  return async function answerTo(request: RequestContext, asked: Asked) {
    const retrieved = await retrieve(request.caller.tenantId, asked);
    const { passages, citations, meaning, retrieval } = retrieved;
    request.signal.throwIfAborted();
    if (model !== null && passages.length > 0)
      return { ...(await writeGuarded(request, asked, model, retrieved)), meaning, retrieval };
    request.emit('citations', citations);
    return { answer: fromPassages(passages, null), citations, meaning, retrieval };
  };
}

/** What is searched with: a short question takes the words of the one before along. */
function searchQuery(question: string, earlier: readonly TurnRecord[]): string {
  const last = earlier.at(-1);
  if (!last || question.split(/\s+/).length > SHORT_QUESTION) return question;
  return `${last.question} ${question}`;
}
