import { type ChatOpenAICallOptions, ChatOpenAICompletions } from '@langchain/openai';
import type { AdaptableRequest } from './capabilities.ts';
import { ModelError, type Usage } from './chat.ts';
import { endedByMarker } from './done-marker.ts';
import { fromError, ProviderError } from './provider-error.ts';
import { usageOf } from './reported-usage.ts';

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
  /** The longest answer in tokens. */
  limit?: { max_completion_tokens: number };
}

/**
 * Chat completions, one call each. The adapter's own retries and parsing are left out: they lose what a bad
 * answer cost, drop refusals, ask again for answers that no repetition mends, and wait without hearing an
 * abort.
 */
export class PlainCompletions extends ChatOpenAICompletions<LimitedOptions> {
  /** A request as this model takes it. */
  adapt: <T extends AdaptableRequest>(request: T) => T = (request) => request;
  /** Learns from a refusal; whether the request is worth sending again, adapted. */
  learn: (error: unknown, sent: AdaptableRequest) => boolean = () => false;

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
    const { data, response } = await this.#send(request, clientOptions);
    if (request.stream) return checkedChunks(data as Chunks, response);
    check(data as Completion);
    return data;
  }

  /** Sends a request, again without what the model turns out not to take; each refusal teaches one thing. */
  async #send(request: Complete['Streamed'] | Complete['Plain'], options: Complete['Options']) {
    for (;;) {
      const sent = this.adapt(request as AdaptableRequest) as typeof request;
      try {
        return await this.client.chat.completions.create(sent, options).withResponse();
      } catch (error) {
        if (!this.learn(error, sent as AdaptableRequest)) throw error;
      }
    }
  }
}

/** Gateways answer 200 with an error in the body, without choices, or with a page of theirs. */
function check(completion: Completion): void {
  const { error } = Object(completion) as { error?: unknown };
  if (error) throw fromError(error);
  const choice = completion?.choices?.[0];
  if (!choice?.message)
    throw new ProviderError('unreachable', 'The model provider answered 200 without an answer.', true, null);
  if (choice.message.refusal || choice.finish_reason === 'content_filter')
    throw refused(
      usageOf({
        input_tokens: completion.usage?.prompt_tokens,
        output_tokens: completion.usage?.completion_tokens,
      }) ?? undefined,
    );
}

/**
 * The chunks of a stream that ends as it should: refusals are reported, and so is an early end. Where no chunk says
 * why the text ended, the marker at the end of all chunks shows that it is whole.
 */
async function* checkedChunks(
  chunks: Chunks,
  response: Response,
): AsyncGenerator<Chunks extends AsyncIterable<infer C> ? C : never> {
  let isEnded = false;
  let hasText = false;
  for await (const chunk of chunks) {
    const choice = chunk.choices?.[0];
    if (choice?.delta?.refusal || choice?.finish_reason === 'content_filter') throw refused();
    isEnded ||= Boolean(choice?.finish_reason);
    hasText ||= Boolean(choice?.delta?.content);
    yield chunk;
  }
  isEnded ||= hasText && endedByMarker(response);
  if (!isEnded) throw new ModelError('unreachable', 'The model provider ended the response early.');
}

function refused(usage?: Usage): ModelError {
  return new ModelError('refused', 'The model refused to answer.', usage);
}
