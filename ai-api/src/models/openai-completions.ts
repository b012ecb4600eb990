import { type ChatOpenAICallOptions, ChatOpenAICompletions } from '@langchain/openai';
import { ModelError, type Usage } from './chat.ts';

type Overloads<T> = T extends {
  (request: infer Streamed, options?: infer Options): infer Chunks;
  (request: infer Plain, options?: infer _): infer Completion;
}
  ? { Streamed: Streamed; Plain: Plain; Options: Options; Chunks: Chunks; Completion: Completion }
  : never;
type Complete = Overloads<ChatOpenAICompletions['completionWithRetry']>;
type Completion = Awaited<Complete['Completion']>;
type Chunks = Awaited<Complete['Chunks']>;

interface LimitedOptions extends ChatOpenAICallOptions {
  /** The longest answer in tokens, by the name that the endpoint knows. */
  limit?: { max_completion_tokens?: number; max_tokens?: number };
}

/**
 * Chat completions, one call each. The adapter's own retries and parsing are left out: they lose what a bad
 * answer cost, drop refusals, ask again for answers that no repetition mends, and wait without hearing an
 * abort.
 */
export class PlainCompletions extends ChatOpenAICompletions<LimitedOptions> {
  override invocationParams(
    options?: this['ParsedCallOptions'],
    extra?: { streaming?: boolean },
  ): ReturnType<ChatOpenAICompletions['invocationParams']> {
    return { ...super.invocationParams(options, extra), ...options?.limit };
  }

  override completionWithRetry(
    request: Complete['Streamed'],
    options?: Complete['Options'],
  ): Complete['Chunks'];
  override completionWithRetry(
    request: Complete['Plain'],
    options?: Complete['Options'],
  ): Complete['Completion'];
  /** @throws {ModelError} for an invalid answer; and what the provider's client throws */
  override async completionWithRetry(
    request: Complete['Streamed'] | Complete['Plain'],
    options?: Complete['Options'],
  ): Promise<Chunks | Completion> {
    const clientOptions = this._getClientOptions(options);
    const answer = await this.client.chat.completions.create(request, clientOptions);
    if (request.stream) return checkedChunks(answer as Chunks);
    check(answer as Completion);
    return answer;
  }
}

function check(completion: Completion): void {
  const choice = completion?.choices?.[0];
  if (!choice?.message) throw new ModelError('error', 'The model provider sent an unreadable response.');
  const { prompt_tokens: tokensIn = 0, completion_tokens: tokensOut = 0 } = completion.usage ?? {};
  if (choice.message.refusal || choice.finish_reason === 'content_filter')
    throw refused({ tokensIn, tokensOut });
}

/** The chunks of a stream that ends as it should: refusals are reported, and so is an early end. */
async function* checkedChunks(
  chunks: Chunks,
): AsyncGenerator<Chunks extends AsyncIterable<infer C> ? C : never> {
  let isEnded = false;
  for await (const chunk of chunks) {
    const choice = chunk.choices?.[0];
    if (choice?.delta?.refusal || choice?.finish_reason === 'content_filter') throw refused();
    isEnded ||= Boolean(choice?.finish_reason);
    yield chunk;
  }
  if (!isEnded) throw new ModelError('unreachable', 'The model provider ended the response early.');
}

function refused(usage?: Usage): ModelError {
  return new ModelError('refused', 'The model refused to answer.', usage);
}
