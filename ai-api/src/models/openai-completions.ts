import { ChatOpenAICompletions } from '@langchain/openai';

type Complete = ChatOpenAICompletions['completionWithRetry'];
type Overloads<T> = T extends {
  (request: infer Streamed, options?: infer Options): infer Chunks;
  (request: infer Plain, options?: infer _): infer Completion;
}
  ? { Streamed: Streamed; Plain: Plain; Options: Options; Chunks: Chunks; Completion: Completion }
  : never;
type Signatures = Overloads<Complete>;

/** The provider answered 200 with something that is no completion. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

/**
 * Chat completions, one call each. The adapter's own retries and parsing are left out: they lose what a bad
 * answer cost, ask again for answers that no repetition mends, and wait without hearing an abort.
 */
export class PlainCompletions extends ChatOpenAICompletions {
  override completionWithRetry(request: Signatures['Streamed'], options?: Signatures['Options']): Signatures['Chunks'];
  override completionWithRetry(request: Signatures['Plain'], options?: Signatures['Options']): Signatures['Completion'];
  override async completionWithRetry(
    request: Signatures['Streamed'] | Signatures['Plain'],
    options?: Signatures['Options'],
  ): Promise<Awaited<Signatures['Chunks'] | Signatures['Completion']>> {
    const answer = await this.client.chat.completions.create(request, this._getClientOptions(options));
    if (!('choices' in Object(answer)) && !request.stream) throw new UnreadableAnswer();
    return answer;
  }
}
