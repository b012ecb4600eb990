import { createHash } from 'node:crypto';
import { namesIn, shasIn, tokensOf, vectorOf } from './analysis.ts';

/** A message as passages are made of it. */
export interface PassageMessage {
  id: string;
  place: number;
  author: 'human' | 'assistant' | 'tool' | 'system';
  text: string;
  calls: readonly { name: string; input: string; output: string | null }[];
}

/** A part of a conversation that is found on its own: a human turn with its answer, or a part of a long one. */
export interface Passage {
  id: string;
  messageId: string;
  place: number;
  human: string;
  answer: string;
  tools: string;
  shas: string[];
  names: string;
  words: string;
  digest: string;
}

/** About 400 tokens of question and answer. */
const MAX_CHARACTERS = 1_600;
/** What of a question is repeated in front of the later parts of its answer. */
const MAX_QUESTION = 300;
const MAX_INPUT = 300;
const MAX_OUTPUT = 400;
/** Of all tools in one passage. */
const MAX_TOOLS = 1_600;
const MAX_NAMES = 4_000;

interface Draft {
  messageId: string;
  place: number;
  part: number;
  human: string;
  answer: string;
  tools: string;
}

/**
 * Cuts a conversation into passages. The same messages make the same passages with the same ids.
 * @param messages in the order of the conversation
 */
export function passagesOf(
  conversation: { id: string; title: string },
  messages: readonly PassageMessage[],
): Passage[] {
  return draftsOf(messages)
    .filter(({ human, answer, tools }) => `${human}${answer}${tools}`.trim() !== '')
    .map((draft) => finish(conversation, draft));
}

function draftsOf(messages: readonly PassageMessage[]): Draft[] {
  const drafts: Draft[] = [];
  let question = '';
  let draft: Draft | undefined;
  const open = (message: PassageMessage, human: string): Draft => {
    const last = drafts.at(-1);
    const part = last?.messageId === message.id ? last.part + 1 : 0;
    draft = { messageId: message.id, place: message.place, part, human, answer: '', tools: '' };
    drafts.push(draft);
    return draft;
  };
  for (const message of messages) {
    if (message.author === 'human') {
      question = '';
      draft = undefined;
    }
    const isSpoken = message.author === 'human' || message.author === 'assistant';
    for (const piece of isSpoken ? piecesOf(message.text) : []) {
      const isFull = draft && draft.human.length + draft.answer.length + piece.length > MAX_CHARACTERS;
      const target: Draft =
        draft && !isFull ? draft : open(message, message.author === 'human' ? '' : question);
      if (message.author === 'human') target.human = joined(target.human, piece);
      else target.answer = joined(target.answer, piece);
    }
    if (message.author === 'human') question = message.text.trim().slice(0, MAX_QUESTION);
    const printed = isSpoken ? message.calls.map(callText) : [message.text.slice(0, MAX_OUTPUT)];
    for (const text of printed.filter((text) => text !== '')) {
      const target: Draft = draft ?? open(message, question);
      if (target.tools.length + text.length <= MAX_TOOLS) target.tools = joined(target.tools, text);
    }
  }
  return drafts;
}

const joined = (text: string, more: string) => (text === '' ? more : `${text}\n${more}`);

function callText({ name, input, output }: PassageMessage['calls'][number]): string {
  return joined(`${name} ${input.slice(0, MAX_INPUT)}`.trim(), (output ?? '').slice(0, MAX_OUTPUT)).trim();
}

/** A text in pieces of at most the length of a passage, cut between lines or words where there are any. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let rest = text.trim();
  while (rest.length > MAX_CHARACTERS) {
    const window = rest.slice(0, MAX_CHARACTERS);
    const cut = [window.lastIndexOf('\n\n'), window.lastIndexOf('\n'), window.lastIndexOf(' ')].find(
      (at) => at > MAX_CHARACTERS / 2,
    );
    const end = cut ?? wholeCharacters(window);
    pieces.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  return rest === '' ? pieces : [...pieces, rest];
}

/** Where a text may be cut so that no surrogate pair is. */
function wholeCharacters(text: string): number {
  return /[\ud800-\udbff]$/.test(text) ? text.length - 1 : text.length;
}

function finish({ id, title }: { id: string; title: string }, draft: Draft): Passage {
  const { messageId, place, part, human, answer, tools } = draft;
  const tokens = tokensOf(`${human}\n${answer}\n${tools}`);
  const words = vectorOf([
    { text: title, weight: 'A' },
    { text: human, weight: 'B' },
    { text: answer, weight: 'C' },
    { text: tools, weight: 'D' },
  ]);
  return {
    id: uuidOf(`${id} ${messageId} ${part}`),
    messageId,
    place,
    human,
    answer,
    tools,
    shas: shasIn(tokens),
    names: namesIn(tokens).join(' ').slice(0, MAX_NAMES),
    words,
    digest: createHash('sha256')
      .update(JSON.stringify([title, human, answer, tools, place]))
      .digest('base64url'),
  };
}

/** A UUID (version 8) that is made of a text: the same text, the same id. */
export function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** What the vector of a passage is made of. */
export function embeddedText({
  title,
  human,
  answer,
}: {
  title: string;
  human: string;
  answer: string;
}): string {
  return [title, human, answer].filter((text) => text !== '').join('\n');
}
