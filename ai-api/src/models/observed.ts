import { inSpan } from '../platform/telemetry/tracing/index.ts';
import { type ChatModel, ModelError, type Usage } from './chat.ts';

/** Told of every call that ended: `ok`, `aborted`, `error`, or the kind of its {@link ModelError}. */
export type OnModelCall = (provider: string, outcome: string, seconds: number, usage: Usage) => void;

/** The same model, with every call reported under its provider's name. */
export function observeModel(model: ChatModel, onCall: OnModelCall): ChatModel {
  const provider = model.name.split(':')[0] as string;
  return {
    name: model.name,
    structured: async (request) => {
      const began = performance.now();
      const ended = (outcome: string, usage: Usage) =>
        onCall(provider, outcome, (performance.now() - began) / 1000, usage);
      try {
        const attributes = { 'gen_ai.provider.name': provider, 'gen_ai.request.model': model.name };
        const answer = await inSpan(`chat ${provider}`, { kind: 'client', attributes }, () =>
          model.structured(request),
        );
        ended('ok', answer.usage);
        return answer;
      } catch (error) {
        const none = { tokensIn: 0, tokensOut: 0 };
        if (error instanceof ModelError) ended(error.kind, error.usage);
        else ended(request.signal?.aborted ? 'aborted' : 'error', none);
        throw error;
      }
    },
  };
}
