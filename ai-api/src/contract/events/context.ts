import { z } from 'zod';
import { id } from '../schemas.ts';

const linkEvent = z.object({
  linkId: id,
  conversationId: id,
  sha: z.string(),
  repositoryId: id,
  level: z.enum(['certain', 'probable', 'added']),
});

/** No texts: these events reach everyone who follows the company, also those of a private conversation. */
const conversationEvent = z.object({ conversationId: id });

/** What happens to commits and to the links between them and conversations. */
export const commitEvents = {
  'commit.recorded': {
    title: 'Commits recorded',
    description:
      'Commits of a repository became known, or more of them: by a push, from a forge, or from a clone.',
    data: z.object({
      repositoryId: id,
      branch: z.string().nullable(),
      commits: z.number().int(),
      shas: z.array(z.string()).max(100).describe('A hundred at most: more of them are more events'),
    }),
  },
  'link.confirmed': {
    title: 'Commit linked',
    description: 'A conversation is linked with a commit: proved, or confirmed or added by a person.',
    data: linkEvent,
  },
  'link.suggested': {
    title: 'Link suggested',
    description: 'A conversation probably led to a commit; a person may confirm or reject it.',
    data: linkEvent,
  },
  'link.rejected': {
    title: 'Link rejected',
    description: 'A person said that a conversation did not lead to a commit.',
    data: linkEvent,
  },
} as const;

/** What happens to conversations with coding assistants. */
export const conversationEvents = {
  'conversation.created': {
    title: 'Conversation saved',
    description: 'A conversation with a coding assistant was saved.',
    data: conversationEvent.extend({ tool: z.string(), messages: z.number().int() }),
  },
  'conversation.messages_added': {
    title: 'Conversation continued',
    description: 'A saved conversation has new or changed messages.',
    data: conversationEvent.extend({ added: z.number().int(), changed: z.number().int() }),
  },
  'conversation.embedded': {
    title: 'Conversation can be found by meaning',
    description: 'The passages of a conversation have their vectors.',
    data: conversationEvent.extend({ passages: z.number().int() }),
  },
  'conversation.updated': {
    title: 'Conversation changed',
    description: 'The title, the tags or the privacy of a conversation changed.',
    data: conversationEvent,
  },
  'conversation.removed': {
    title: 'Conversation removed',
    description: 'A conversation was removed, by a person or by a policy.',
    data: conversationEvent,
  },
} as const;
