import { createChain } from '../src/models/chain.ts';
import type { ChatModel } from '../src/models/chat.ts';
import { openAiProvider, type ProviderOptions } from '../src/models/openai.ts';
import { createRoute } from '../src/models/route.ts';

/** A model on one OpenAI-compatible endpoint whose calls are not recorded. */
export function chainOf(options: ProviderOptions): ChatModel {
  const { timeoutMs } = options;
  return createChain([createRoute(openAiProvider(options), { timeoutMs })], {
    admit: async () => {},
    regionOf: async () => null,
    record: async () => {},
  });
}
