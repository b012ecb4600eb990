import { createHash } from 'node:crypto';
import type { CallContext, ChatModel } from '../../../models/chat.ts';
import { ModelError } from '../../../models/chat.ts';
import { type PromptUsed, promptUsed, type ResolvedPrompt, renderPrompt } from '../../../models/prompt.ts';
import { createSpotlight } from '../../../models/spotlight.ts';
import {
  createAnswerReader,
  type GroundedSentence,
  groundedSentence,
  statementsIn,
} from './grounding/index.ts';
import type { FoundPassage } from './retrieval/fusion.ts';

/** What became of a question. */
export interface Answer {
  status: 'answered' | 'not said' | 'passages';
  engine: 'rules' | 'model';
  answer: string;
  sentences: GroundedSentence[];
  model: string | null;
  modelFailure: string | null;
  prompt: PromptUsed | null;
}

/** An earlier question of the conversation and what was answered. */
export interface EarlierTurn {
  question: string;
  answer: string;
}

const NOT_SAID = 'The policies do not say.';
/** Without a model that has read the policies: they may say it in other words. */
const NOTHING_FITS = 'No passage of the policies fits this question.';
const MAX_SENTENCES = 12;

/** The passages themselves, for when no model reads them. */
export function fromPassages(passages: readonly FoundPassage[], modelFailure: string | null): Answer {
  const why = modelFailure === null ? 'No model is configured' : 'The model could not be used';
  const none = passages.length === 0;
  return {
    status: none ? 'not said' : 'passages',
    engine: 'rules',
    answer: none
      ? NOTHING_FITS
      : `${why}; these passages fit your question best:\n${passages.map(({ text }, index) => `[${index + 1}] ${text}`).join('\n')}`,
    sentences: [],
    model: null,
    modelFailure,
    prompt: null,
  };
}

/**
 * Lets the model answer from passages. It writes one sentence a line, each with the passage and the words that it rests
 * on; a sentence whose words are not there is not answered, and one that says them otherwise gives way to them. A model
 * that fails, or whose answer cannot be read, leaves the passages themselves.
 * @param onSentence told of every sentence as soon as it was checked
 * @throws only by the signal of `request`
 */
export async function fromModel(
  model: ChatModel,
  prompt: ResolvedPrompt,
  request: {
    question: string;
    passages: readonly FoundPassage[];
    earlier: readonly EarlierTurn[];
    call: CallContext;
    signal?: AbortSignal | undefined;
  },
  onSentence: (sentence: GroundedSentence) => void = () => {},
): Promise<Answer> {
  const { question, passages, earlier, call, signal } = request;
  const spotlight = createSpotlight();
  const system = renderPrompt(prompt, { open: spotlight.open, close: spotlight.close });
  const content = [
    'Passages:',
    ...passages.map(
      ({ title, heading, text }, index) =>
        `${index + 1}. ${spotlight.quote([title, ...heading, text].join(' / '))}`,
    ),
    ...(earlier.length > 0 ? ['', 'Earlier in this conversation:'] : []),
    ...earlier.flatMap((turn) => [
      `- Question: ${spotlight.quote(turn.question)}`,
      `  Answer: ${spotlight.quote(turn.answer)}`,
    ]),
    '',
    `Question: ${spotlight.quote(question)}`,
  ].join('\n');
  const sentences: GroundedSentence[] = [];
  const reader = createAnswerReader();
  let isUnreadable = false;
  let isCutOff = false;
  const read = (objects: readonly unknown[]) => {
    const statements = objects.map(statementsIn);
    isUnreadable ||= statements.includes(null);
    for (const statement of statements.flatMap((found) => found ?? [])) {
      const sentence = sentences.length < MAX_SENTENCES ? groundedSentence(statement, passages) : null;
      if (!sentence || sentences.some(({ text }) => text === sentence.text)) continue;
      sentences.push(sentence);
      onSentence(sentence);
    }
  };
  let answeredBy = model.name;
  let modelFailure: string | null = null;
  try {
    const messages = [{ role: 'user' as const, content }];
    const { name, version, langfuseVersion } = prompt;
    const used = { name, version, langfuseVersion };
    for await (const part of model.stream({ system, messages, call: { ...call, prompt: used }, signal })) {
      if (part.type === 'delta') read(reader.add(part.delta));
      else {
        answeredBy = part.model;
        isCutOff = part.isCutOff === true;
      }
    }
    const end = reader.end();
    read(end.objects);
    isUnreadable ||= end.isUnreadable;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    // Sentences already sent are kept: they were checked. The response says that it may be incomplete.
    if (sentences.length === 0) return fromPassages(passages, error.message);
    modelFailure = error.message;
  }
  const answered = sentences.length > 0;
  if (isCutOff) modelFailure = "The model's answer was cut off at the limit of its length.";
  else if (isUnreadable && !answered) modelFailure = "The model's answer could not be read.";
  // Only a model that read the passages and wrote nothing about them shows that they do not say it.
  if (!answered && modelFailure !== null) return fromPassages(passages, modelFailure);
  return {
    status: answered ? 'answered' : 'not said',
    engine: 'model',
    answer: answered ? sentences.map(toldAs).join(' ') : NOT_SAID,
    sentences,
    model: answeredBy,
    modelFailure,
    prompt: promptUsed(prompt),
  };
}

/** The document's own words are marked as such. */
const toldAs = ({ text, citation, verbatim }: GroundedSentence) =>
  `${verbatim ? `The document says: “${text}”` : text} [${citation}]`;

/** A name for a question, the same for the same words. */
export function questionKey(...parts: readonly (string | undefined)[]): string {
  const words = parts.map((part) => (part ?? '').toLowerCase().replaceAll(/\s+/g, ' ').trim());
  return createHash('sha256').update(JSON.stringify(words)).digest('hex');
}
