import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { id, listOf, MAX_INTEGER, page, reason, timestamp } from '../../../contract/schemas.ts';
import { sha } from '../formats/schema.ts';

const readers = ['admin', 'executive', 'builder', 'ops', 'reviewer', 'readonly'] as const;
const deciders = ['admin', 'executive', 'builder', 'ops', 'reviewer'] as const;

export const LEVELS = ['certain', 'probable', 'added'] as const;
export const STATUSES = ['suggested', 'confirmed', 'rejected'] as const;

const lineNumber = z.coerce
  .number()
  .int()
  .min(1)
  .max(MAX_INTEGER)
  .optional()
  .describe(
    'Number of the line in the file at this commit, in place of its text. It must be among the lines that the diff shows',
  );

const linkView = z
  .object({
    linkId: id,
    level: z
      .enum(LEVELS)
      .describe('certain: proved, and confirmed by itself. probable: suggested. added: by a person'),
    status: z.enum(STATUSES),
    score: z.number().nullable().describe('0 to 100; null for a link that a person added'),
    reasons: z.array(
      z.object({
        signal: z.string(),
        reason: z.string(),
        score: z.number().nullable(),
        weight: z.number(),
      }),
    ),
    conversation: z.object({
      conversationId: id,
      title: z.string(),
      tool: z.string(),
      author: z.string(),
      startedAt: timestamp.nullable(),
    }),
    messageId: id.nullable().describe('The message that shows it'),
    commit: z.object({
      commitId: id,
      sha: z.string(),
      subject: z.string(),
      repositoryId: id,
      repository: z.string(),
      committedAt: timestamp,
      reachable: z.boolean(),
    }),
    judgementId: id,
    decidedBy: z.string().nullable().describe('The person who decided; null while the engine decides'),
    decidedAt: timestamp.nullable(),
  })
  .meta({ id: 'CommitLink' });

export const link = resource({
  id: 'link',
  name: 'Link',
  description: 'Which conversations led to which commits: found with reasons, confirmed by people.',
  operations: {
    list: operation({
      method: 'GET',
      path: '/links',
      summary: 'List links between conversations and commits',
      description: 'Newest first. Links of private conversations are listed for their owners only.',
      access: readers,
      own: 'anyone',
      list: true,
      input: z.object({
        status: z.enum(STATUSES).optional(),
        level: z.enum(LEVELS).optional(),
        repositoryId: id.optional(),
        ...page,
      }),
      output: listOf(linkView),
    }),
    ofCommit: operation({
      method: 'GET',
      path: '/commits/{sha}/conversations',
      summary: 'Find the conversations that led to a commit',
      access: readers,
      own: 'anyone',
      input: z.object({
        sha,
        repositoryId: id.optional(),
        file: z.string().max(1000).optional().describe('Only conversations that edited this file'),
        line: z.string().max(2000).optional().describe('Only conversations that wrote this line of the file'),
        lineNumber,
      }),
      output: z.object({ items: z.array(linkView) }).meta({ id: 'ConversationsOfCommit' }),
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    ofConversation: operation({
      method: 'GET',
      path: '/conversations/{conversationId}/commits',
      summary: 'Find the commits that a conversation led to',
      access: readers,
      own: 'anyone',
      input: z.object({ conversationId: id }),
      output: z.object({ items: z.array(linkView) }).meta({ id: 'CommitsOfConversation' }),
      errors: ['NOT_FOUND'],
    }),
    why: operation({
      method: 'GET',
      path: '/commits/{sha}/why',
      summary: 'Find the message that wrote a line of a commit',
      description: 'Among the edits of the linked conversations, certain and confirmed links first.',
      access: readers,
      own: 'anyone',
      input: z.object({
        sha,
        repositoryId: id.optional(),
        file: z.string().min(1).max(1000),
        line: z.string().max(2000).optional().describe('Text of the line'),
        lineNumber,
      }),
      output: z
        .object({
          items: z.array(
            z.object({
              conversationId: id,
              title: z.string(),
              messageId: id,
              saidAt: timestamp.nullable(),
              status: z.enum(STATUSES),
              match: z.enum(['line', 'file']).describe('file: the line itself is in no edit of the file'),
            }),
          ),
        })
        .meta({ id: 'OriginOfLine' }),
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    add: operation({
      method: 'POST',
      path: '/links',
      summary: 'Link a conversation with a commit',
      access: deciders,
      own: 'anyone',
      status: 201,
      input: z.object({ conversationId: id, sha, repositoryId: id.optional(), reason }),
      output: linkView,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    confirm: operation({
      method: 'POST',
      path: '/links/{linkId}/confirm',
      summary: 'Confirm a link',
      access: deciders,
      own: 'anyone',
      input: z.object({ linkId: id, reason: reason.optional() }),
      output: linkView,
      errors: ['NOT_FOUND'],
    }),
    reject: operation({
      method: 'POST',
      path: '/links/{linkId}/reject',
      summary: 'Reject a link',
      description: 'The pair is not suggested again.',
      access: deciders,
      own: 'anyone',
      input: z.object({ linkId: id, reason }),
      output: linkView,
      errors: ['NOT_FOUND'],
    }),
    find: operation({
      method: 'POST',
      path: '/links/find',
      summary: 'Look for links again',
      description: 'Over commits of the last days. What people decided stays. The daily sweep does the same.',
      access: ['admin', 'ops'],
      status: 202,
      input: z.object({ days: z.number().int().min(1).max(365).default(14) }),
      output: z.object({ commits: z.number().int() }).meta({ id: 'LinksLookedFor' }),
    }),
  },
});

/** What this module offers. */
export const contract = { link };
