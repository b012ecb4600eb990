import { bulkhead } from 'cockatiel';
import type { ChatModel } from './chat.ts';

/**
 * The same model with at most `limit` calls for an answer by schema open at once in this process; further calls
 * wait their turn. A call that is aborted while it waits rejects without having been made.
 */
export function boundModel(model: ChatModel, limit: number): ChatModel {
  const gate = bulkhead(limit, Number.POSITIVE_INFINITY);
  return {
    name: model.name,
    structured: (request) => gate.execute(() => model.structured(request), request.signal),
    stream: (request) => model.stream(request),
  };
}
