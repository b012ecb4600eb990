import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { flag, id, listOf, MAX_INTEGER, page, timestamp } from '../../../contract/schemas.ts';
import { agentTrace, fullSha, sha } from '../formats/schema.ts';

const readers = ['admin', 'executive', 'builder', 'ops', 'reviewer', 'readonly'] as const;
const MAX_LINES = 5000;
/** As links have them. */
const level = z.enum(['certain', 'probable', 'added']);
const status = z.enum(['suggested', 'confirmed', 'rejected']);

const origin = z
  .object({
    conversationId: id,
    title: z.string(),
    tool: z.string(),
    author: z.string(),
    messageId: id.nullable().describe('The message that wrote it; null where its edits are not known'),
    saidAt: timestamp.nullable(),
    level,
    status,
  })
  .meta({ id: 'OriginOfCode' });

const linked = z.object({
  linkId: id,
  level,
  status,
  conversationId: id,
  sha: z.string(),
});

const entry = z
  .object({
    type: z.enum(['conversation', 'commit']),
    at: timestamp,
    id: id.describe('Of the conversation or of the commit'),
    title: z.string().describe('Title of the conversation, or subject of the commit'),
    person: z.string().nullable(),
    repository: z.string().nullable(),
    branch: z.string().nullable(),
    tool: z.string().nullable().describe('Null for a commit'),
    sha: z.string().nullable().describe('Null for a conversation'),
    links: z.array(linked).describe('Those that are suggested or confirmed'),
  })
  .meta({ id: 'TimelineEntry' });

export const provenance = resource({
  id: 'provenance',
  name: 'Provenance',
  description: 'Where lines of code come from, and what conversations and commits there were when.',
  operations: {
    blame: operation({
      method: 'POST',
      path: '/blame',
      summary: 'Find the conversations that wrote lines of code',
      description:
        'For lines as `git blame` tells them: commit, file and number of each line at that commit, and its text. ' +
        '`capture blame` asks this. Nothing is stored.',
      access: readers,
      own: 'anyone',
      repeatable: true,
      bodyLimit: '10mb',
      input: z.object({
        repository: z.string().min(1).max(500).optional().describe('Its URL, or host/owner/name'),
        lines: z
          .array(
            z.object({
              sha: fullSha,
              file: z.string().min(1).max(1000),
              number: z.number().int().min(1).max(MAX_INTEGER),
              text: z.string().max(10_000),
            }),
          )
          .min(1)
          .max(MAX_LINES)
          .describe('In the order of the file'),
      }),
      output: z
        .object({
          origins: z.array(origin),
          lines: z
            .array(
              z.object({
                origin: z.number().int().nullable().describe('Place in `origins`; null when it is not known'),
                match: z
                  .enum(['attributed', 'line', 'moved', 'file', 'commit'])
                  .nullable()
                  .describe(
                    'attributed: by an authorship note or agent trace. line: an edit wrote it. ' +
                      'moved: an edit that led to another commit of the repository wrote it and the lines around it. ' +
                      'file: the line is in no edit of the file. commit: only the commit is linked',
                  ),
              }),
            )
            .describe('One for each line of the input'),
        })
        .meta({ id: 'Blame' }),
    }),
    timeline: operation({
      method: 'GET',
      path: '/timeline',
      summary: 'List conversations and commits in time',
      description:
        'Newest first, each with its links. Private conversations are listed for their owners only.',
      access: readers,
      own: 'anyone',
      list: true,
      input: z.object({
        mine: flag.default(false).describe('Only the caller’s own'),
        repositoryId: id.optional(),
        since: timestamp.optional(),
        until: timestamp.optional(),
        ...page,
      }),
      output: listOf(entry),
    }),
    contributions: operation({
      method: 'GET',
      path: '/contributions',
      summary: 'Count conversations and commits by day',
      description:
        'The caller’s own, or those of one repository; of no other person. Days are of UTC, and those without any are listed too.',
      access: readers,
      own: 'anyone',
      input: z.object({
        repositoryId: id.optional().describe('Everything in this repository in place of the caller’s own'),
        days: z.coerce.number().int().min(1).max(366).default(365),
      }),
      output: z
        .object({
          days: z.array(
            z.object({
              day: z.string(),
              conversations: z.number().int(),
              commits: z.number().int(),
              linkedCommits: z
                .number()
                .int()
                .describe('Commits with a confirmed link that the caller may see'),
            }),
          ),
        })
        .meta({ id: 'Contributions' }),
    }),
    trace: operation({
      method: 'GET',
      path: '/commits/{sha}/agent-trace',
      summary: 'Get the agent trace of a commit',
      description:
        'In the format of Agent Trace 0.1: which conversations wrote which lines, by confirmed links whose edits are known.',
      access: readers,
      own: 'anyone',
      input: z.object({ sha, repositoryId: id.optional() }),
      output: agentTrace,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
  },
});

/** What this module offers. */
export const contract = { provenance };
