import { type Budget, ConversationBuilder } from '../builder.ts';
import type { Conversation } from '../model.ts';
import { Turns } from '../turns.ts';
import { type Json, name, objects, time } from '../values.ts';
import { bubbleModel, bubbleText } from './bubbles.ts';

/** Makes a chat tab of 2024 into a conversation. Only the time of its last message is known. */
export function readTab(tab: Json, budget: Budget): Conversation | null {
  const tabId = name(tab.tabId);
  if (tabId === null) return null;
  const builder = new ConversationBuilder('cursor', tabId, budget);
  builder.conversation.title = name(tab.chatTitle);
  const turns = new Turns(builder);
  for (const [index, bubble] of objects(tab.bubbles).entries()) {
    const said = bubbleText(bubble);
    const id = name(bubble.id) ?? `bubble-${index}`;
    if (said.trim() === '') continue;
    if (bubble.type === 'user') turns.add(id, 'human', said);
    else {
      turns.continueFrom(builder.conversation.messages.at(-1)?.id ?? null);
      turns.say(id, said, { model: bubbleModel(bubble) });
    }
  }
  if (builder.conversation.messages.length === 0) return null;
  builder.seenAt(time(tab.lastSendTime));
  return builder.finish();
}
