import type { LimitedAnthropic } from './anthropic-messages.ts';
import { ModelError, type Usage } from './chat.ts';
import { messagesOf, type ProviderOptions, usageOf } from './openai.ts';
import { MAX_ANSWER_LENGTH } from './parse-answer.ts';
import type { Completed, Provider, Question } from './provider.ts';

/**
 * A model of Anthropic. A schema becomes the one tool that it has to use; what it puts in is read by us, so
 * that a bad answer keeps its cost.
 * @see https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview
 */
export function anthropicProvider(options: ProviderOptions): Provider {
  let chat: Promise<LimitedAnthropic> | undefined;
  const connected = () => {
    chat ??= import('./anthropic-messages.ts').then(({ connectAnthropic }) => connectAnthropic(options));
    return chat;
  };
  return {
    provider: 'anthropic',
    model: options.model,
    complete: async (question, signal) => {
      const model = await connected();
      signal.throwIfAborted();
      return read(await model.invoke(messagesOf(question), { ...optionsOf(question), signal }));
    },
    stream: async function* (question, signal) {
      const model = await connected();
      signal.throwIfAborted();
      const usage: Usage = { tokensIn: 0, tokensOut: 0 };
      let length = 0;
      let isEnded = false;
      const options = { ...optionsOf(question), signal };
      for await (const chunk of await model.stream(messagesOf(question), options)) {
        add(usage, usageOf(chunk.usage_metadata));
        if (chunk.text) yield { delta: chunk.text };
        length += chunk.text.length;
        if (length > MAX_ANSWER_LENGTH)
          throw new ModelError('error', 'The model did not stop writing.', usage);
        const stopped = chunk.additional_kwargs.stop_reason;
        if (stopped === 'refusal') throw new ModelError('refused', 'The model refused to answer.', usage);
        isEnded ||= Boolean(stopped);
      }
      signal.throwIfAborted();
      if (!isEnded)
        throw new ModelError('unreachable', 'The model provider ended the response early.', usage);
      yield { usage };
    },
  };
}

function add(total: Usage, more: Usage): void {
  total.tokensIn += more.tokensIn;
  total.tokensOut += more.tokensOut;
  if (more.tokensCached) total.tokensCached = (total.tokensCached ?? 0) + more.tokensCached;
}

function optionsOf({ format, maxOutputTokens }: Question) {
  const limit = maxOutputTokens === undefined ? {} : { maxOutputTokens };
  if (!format) return limit;
  const input_schema = { ...format.schema, type: 'object' as const };
  return {
    ...limit,
    tools: [{ name: format.name, description: 'Gives the answer.', input_schema }],
    tool_choice: { type: 'tool' as const, name: format.name },
  };
}

type Message = Awaited<ReturnType<LimitedAnthropic['invoke']>>;

function read(message: Message): Completed {
  const usage = usageOf(message.usage_metadata);
  const { stop_reason: stopped } = message.response_metadata as { stop_reason?: string };
  if (stopped === undefined) throw new ModelError('error', 'The model provider sent an unreadable response.');
  if (stopped === 'refusal') throw new ModelError('refused', 'The model refused to answer.', usage);
  const [tool] = message.tool_calls ?? [];
  return {
    text: tool ? JSON.stringify(tool.args) : message.text,
    usage,
    isCutOff: stopped === 'max_tokens',
  };
}
