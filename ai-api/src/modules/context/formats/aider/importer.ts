import { Budget, ConversationBuilder } from '../builder.ts';
import { newCall } from '../calls.ts';
import type { Conversation, Message, Tokens } from '../model.ts';
import { Turns } from '../turns.ts';
import { name, time } from '../values.ts';
import { type Block, blocksOf } from './blocks.ts';
import { searchReplaceBlocks } from './edits.ts';
import { type AiderSession, sessionsOf } from './sessions.ts';

/** Reads a history of aider: one conversation for each session in which a person wrote. */
export function readAider(text: string, folder?: string): Conversation[] {
  const budget = new Budget();
  const starts = new Map<string, number>();
  return sessionsOf(text).flatMap((session) => {
    const number = (starts.get(session.startedAt) ?? 0) + 1;
    starts.set(session.startedAt, number);
    const start = session.startedAt.replace(' ', 'T') + (number > 1 ? `-${number}` : '');
    const builder = new ConversationBuilder('aider', folder ? `${folder}#${start}` : start, budget);
    builder.conversation.workingDirectory = name(folder);
    builder.conversation.localTime = true;
    readSession(builder, session);
    const isTalk = builder.conversation.messages.some(({ author }) => author === 'human');
    return isTalk ? [builder.finish()] : [];
  });
}

function readSession(builder: ConversationBuilder, session: AiderSession): void {
  const { conversation } = builder;
  conversation.startedAt = time(`${session.startedAt.replace(' ', 'T')}Z`);
  const turns = new Turns(builder);
  const state: State = { model: null, isBanner: true };
  for (const block of blocksOf(session.lines)) {
    const id = `line-${block.number}`;
    if (block.kind === 'human') {
      state.isBanner = false;
      turns.add(id, 'human', block.lines.join('\n').trim());
    } else if (block.kind === 'answer') turns.say(id, block.lines.join('\n').trim(), { model: state.model });
    else readNotes(turns, state, block, id);
  }
}

interface State {
  model: string | null;
  /** Before the first words of a person aider prints what it was started with. */
  isBanner: boolean;
}

function readNotes(turns: Turns, state: State, block: Block, id: string): void {
  const others: string[] = [];
  for (const [index, line] of block.lines.entries())
    if (!readNote(turns, state, line, `${id}:${index}`) && line.trim() !== '') others.push(line);
  if (others.length > 0 && !state.isBanner) {
    const { messages } = turns.builder.conversation;
    turns.builder.add({
      id,
      parentId: messages.at(-1)?.id ?? null,
      author: 'system',
      text: others.join('\n'),
    });
  }
}

/** Takes a line that says something of the session, or of the latest answer; false for any other. */
function readNote(turns: Turns, state: State, line: string, id: string): boolean {
  const { builder } = turns;
  const { conversation } = builder;
  const answer = conversation.messages.findLast(({ author }) => author === 'assistant');
  const [, version] = /^Aider (v\S{1,40})/.exec(line) ?? [];
  const [, model] = /^(?:Main model|Model): (\S{1,200})/.exec(line) ?? [];
  const [, sha, subject] = /^Commit ([0-9a-f]{7,40}) (.{0,500})/.exec(line) ?? [];
  const [, applied] = /^Applied edit to (.{1,500})$/.exec(line) ?? [];
  const [, added] = /^Added (.{1,500}?) to the chat/.exec(line) ?? [];
  const [, command] = /^Running (.{1,2000})$/.exec(line) ?? [];
  if (version) conversation.toolVersion = version;
  else if (model) state.model = model;
  else if (/^Tokens: /.test(line) && answer) answer.tokens = tokensIn(line);
  else if (sha)
    builder.addCommit({
      sha,
      kind: 'made',
      subject: subject?.trim() || null,
      branch: null,
      messageId: answer?.id ?? null,
    });
  else if (applied && answer) addEdit(builder, answer, applied.trim(), id);
  else if (added && answer) builder.addCall(answer, newCall(id, 'read_file', { path: added }));
  else if (command && answer) builder.addCall(answer, newCall(id, 'run_command', { command }));
  else return false;
  return true;
}

function addEdit(builder: ConversationBuilder, answer: Message, path: string, id: string): void {
  const written = searchReplaceBlocks(answer.text).filter((edit) => edit.path === path);
  const call = newCall(id, 'edit', { path });
  builder.addCall(answer, {
    ...call,
    edits: written.length > 0 ? written : [{ path, before: null, after: null }],
    output: 'Applied',
  });
}

/** `Tokens: 12k sent, 8.0k cache write, 2k cache hit, 1.1k received.` */
function tokensIn(line: string): Tokens {
  const amount = (words: string): number => {
    const [, digits = '0', unit = ''] = new RegExp(`([\\d.,]{1,12})([kM]?) ${words}`).exec(line) ?? [];
    const factor = unit === 'k' ? 1000 : unit === 'M' ? 1_000_000 : 1;
    const value = Math.round(Number(digits.replaceAll(',', '')) * factor);
    return Number.isFinite(value) ? value : 0;
  };
  return {
    input: amount('sent'),
    output: amount('received'),
    cacheRead: amount('cache hit'),
    cacheWrite: amount('cache write'),
  };
}
