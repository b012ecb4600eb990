import { type Budget, ConversationBuilder } from '../builder.ts';
import type { Conversation } from '../model.ts';
import { Turns } from '../turns.ts';
import { pathOf } from '../uris.ts';
import { type Json, name, object, objects, text, time } from '../values.ts';
import { bubbleCall, bubbleModel, bubbleText, bubbleTime, bubbleTokens, codeBlockCall } from './bubbles.ts';
import type { CursorExtract } from './extract.ts';

/** Makes one composer and its bubbles into a conversation. */
export function readComposer(
  { id, composer, bubbles }: CursorExtract['composers'][number],
  budget: Budget,
): Conversation | null {
  const builder = new ConversationBuilder('cursor', id, budget);
  const { conversation } = builder;
  conversation.title = name(composer.name);
  const workspace = object(composer.workspaceIdentifier);
  conversation.workingDirectory = pathOf(workspace.uri) ?? name(workspace.folder);
  const turns = new Turns(builder);
  const model = name(object(composer.modelConfig).modelName);
  for (const [bubbleId, bubble, header] of ordered(composer, bubbles))
    addBubble(turns, composer, bubble, bubbleId, bubbleTime(bubble) ?? time(header.createdAt), model);
  if (conversation.messages.length === 0) return null;
  builder.seenAt(time(composer.createdAt));
  return builder.finish();
}

/** Bubbles in the order of the headers. Ids may be empty, and differ between header, key and bubble. */
function ordered(composer: Json, bubbles: Record<string, Json>): [id: string, bubble: Json, header: Json][] {
  const inline = objects(composer.conversation);
  if (inline.length > 0)
    return inline.map((bubble, index) => [name(bubble.bubbleId) ?? `bubble-${index}`, bubble, {}]);
  const headers = objects(composer.fullConversationHeadersOnly);
  if (headers.length === 0)
    return Object.entries(bubbles)
      .map(([key, bubble]): [string, Json, Json] => [key, bubble, {}])
      .sort(([, a], [, b]) => (bubbleTime(a) ?? '').localeCompare(bubbleTime(b) ?? ''));
  const byId = new Map(Object.entries(bubbles).map(([key, bubble]) => [text(bubble.bubbleId), key]));
  return headers.flatMap((header): [string, Json, Json][] => {
    const headerId = text(header.bubbleId) ?? '';
    const key = Object.hasOwn(bubbles, headerId) ? headerId : byId.get(headerId);
    const bubble = key === undefined ? undefined : bubbles[key];
    return key === undefined || bubble === undefined ? [] : [[key, bubble, header]];
  });
}

function addBubble(
  turns: Turns,
  composer: Json,
  bubble: Json,
  id: string,
  at: string | null,
  defaultModel: string | null,
): void {
  const said = bubbleText(bubble);
  if (bubble.type === 1) {
    if (said.trim() !== '') turns.add(id, 'human', said, { at });
    return;
  }
  const details = { at, model: bubbleModel(bubble) ?? defaultModel };
  turns.think(id, text(object(bubble.thinking).text) ?? text(bubble.thinking) ?? '', details);
  const message = turns.say(id, said, details);
  const call = bubbleCall(bubble, `${id}:call`) ?? codeBlockCall(composer, bubble, id);
  if (call !== null) turns.call(id, call, details);
  const answer = message ?? turns.open;
  const tokens = bubbleTokens(bubble);
  if (answer && tokens !== null)
    answer.tokens = {
      ...tokens,
      input: tokens.input + (answer.tokens?.input ?? 0),
      output: tokens.output + (answer.tokens?.output ?? 0),
    };
}
