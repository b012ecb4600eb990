import type { LimitedAnthropic } from './anthropic-messages.ts';
import { ModelError, NO_USAGE, type Usage } from './chat.ts';
import { messagesOf, type ProviderOptions } from './openai.ts';
import { MAX_ANSWER_LENGTH } from './parse-answer.ts';
import type { Completed, Provider, Question } from './provider.ts';
import { laterOf, usageOf } from './reported-usage.ts';

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
      let usage: Usage | null = null;
      let length = 0;
      let isEnded = false;
      const options = { ...optionsOf(question), signal };
      for await (const chunk of await model.stream(messagesOf(question), options)) {
        usage = laterOf(usage, usageOf(chunk.usage_metadata));
        if (chunk.text) yield { delta: chunk.text };
        length += chunk.text.length;
        if (length > MAX_ANSWER_LENGTH)
          throw new ModelError('error', 'The model did not stop writing.', usage ?? NO_USAGE);
        const stopped = chunk.additional_kwargs.stop_reason;
        if (stopped === 'refusal')
          throw new ModelError('refused', 'The model refused to answer.', usage ?? NO_USAGE);
        if (stopped === 'max_tokens') yield { isCutOff: true };
        isEnded ||= Boolean(stopped);
      }
      signal.throwIfAborted();
      if (!isEnded)
        throw new ModelError(
          'unreachable',
          'The model provider ended the response early.',
          usage ?? NO_USAGE,
        );
      if (usage) yield { usage };
    },
  };
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
  if (stopped === 'refusal')
    throw new ModelError('refused', 'The model refused to answer.', usage ?? NO_USAGE);
  const [tool] = message.tool_calls ?? [];
  return {
    text: tool ? JSON.stringify(tool.args) : message.text,
    usage,
    isCutOff: stopped === 'max_tokens',
  };
}
