import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { id, listOf, MAX_INTEGER, page, prose, timestamp } from '../../../contract/schemas.ts';
import { fullSha, receivedTrace, sha } from '../formats/schema.ts';

const managers = ['admin', 'ops'] as const;
const readers = ['admin', 'executive', 'builder', 'ops', 'reviewer', 'readonly'] as const;
const recorders = ['admin', 'ops', 'builder'] as const;

export const PROVIDERS = ['github', 'gitlab'] as const;
export const DELIVERY_STATES = ['queued', 'processed', 'ignored', 'failed'] as const;
export const COMMIT_KINDS = ['ordinary', 'merge', 'bot', 'release'] as const;
export const CHANGES = ['added', 'modified', 'removed', 'renamed'] as const;

const path = z.string().min(1).max(1000);

const credential = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('token'), token: z.string().trim().min(1).max(1000) }),
    z.object({
      type: z.literal('github-app'),
      appId: z.string().regex(/^[\w.-]{1,60}$/),
      installationId: z.string().regex(/^\d{1,20}$/),
      privateKey: z.string().trim().min(1).max(10_000).describe('PEM, as GitHub offers it for download'),
    }),
  ])
  .describe(
    'For reading commits and diffs: a token, or a GitHub App. Without one, only what pushes tell is known',
  );
export type Credential = z.output<typeof credential>;

const connection = z
  .object({
    connectionId: id,
    provider: z.enum(PROVIDERS),
    name: z.string(),
    apiUrl: z.string(),
    webhookUrl: z.string().describe('Where the forge has to send its webhooks'),
    credential: z.enum(['token', 'github-app']).nullable(),
    lastDeliveryAt: timestamp.nullable(),
    lastError: z.string().nullable().describe('Why the forge could not be read the last time'),
    createdAt: timestamp,
  })
  .meta({ id: 'GitConnection' });

const name = prose(1, 100);
const apiUrl = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .describe('Of a GitHub Enterprise or GitLab server; defaults to the public one');

export const gitConnection = resource({
  id: 'gitConnection',
  name: 'Git connection',
  description: 'Connections to GitHub and GitLab: their webhooks, and reading of commits.',
  locate: { operation: 'list', id: 'connectionId', shown: ['name', 'provider'] },
  operations: {
    create: operation({
      method: 'POST',
      path: '/git/connections',
      summary: 'Connect GitHub or GitLab',
      description: 'The secret for the webhook is returned only once, here.',
      access: managers,
      status: 201,
      input: z.object({
        provider: z.enum(PROVIDERS),
        name,
        apiUrl: apiUrl.optional(),
        credential: credential.optional(),
      }),
      output: connection.extend({ webhookSecret: z.string() }).meta({ id: 'NewGitConnection' }),
      errors: ['CONFLICT', 'WEBHOOK_URL_REFUSED'],
    }),
    list: operation({
      method: 'GET',
      path: '/git/connections',
      summary: 'List the connections',
      access: managers,
      list: true,
      input: z.object(page),
      output: listOf(connection),
    }),
    update: operation({
      method: 'PATCH',
      path: '/git/connections/{connectionId}',
      summary: 'Change a connection',
      access: managers,
      input: z.object({
        connectionId: id,
        name: name.optional(),
        credential: credential.nullable().optional().describe('Null removes it'),
      }),
      output: connection,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    rotateSecret: operation({
      method: 'POST',
      path: '/git/connections/{connectionId}/rotate-secret',
      summary: 'Rotate the webhook secret of a connection',
      description: 'The new secret is returned only once, here. The old one is accepted for 24 more hours.',
      access: managers,
      input: z.object({ connectionId: id }),
      output: z
        .object({ connectionId: id, webhookSecret: z.string(), previousValidUntil: timestamp })
        .meta({ id: 'RotatedGitSecret' }),
      errors: ['NOT_FOUND'],
    }),
    delete: operation({
      method: 'DELETE',
      path: '/git/connections/{connectionId}',
      summary: 'Delete a connection',
      description: 'Repositories and commits stay.',
      access: managers,
      status: 204,
      input: z.object({ connectionId: id }),
      output: z.void(),
      errors: ['NOT_FOUND'],
    }),
    listDeliveries: operation({
      method: 'GET',
      path: '/git/connections/{connectionId}/deliveries',
      summary: 'List the webhooks that a connection received',
      description: 'Newest first, with what became of each. They are kept for 30 days.',
      access: managers,
      list: true,
      input: z.object({ connectionId: id, state: z.enum(DELIVERY_STATES).optional(), ...page }),
      output: listOf(
        z
          .object({
            deliveryId: id,
            deliveryKey: z.string().describe('Id that the forge gave it'),
            event: z.string(),
            state: z.enum(DELIVERY_STATES),
            reason: z.string().nullable(),
            receivedAt: timestamp,
            processedAt: timestamp.nullable(),
          })
          .meta({ id: 'GitDelivery' }),
      ),
      errors: ['NOT_FOUND'],
    }),
  },
});

const repositoryView = z
  .object({
    repositoryId: id,
    host: z.string(),
    fullName: z.string(),
    defaultBranch: z.string().nullable(),
    webUrl: z.string().nullable(),
    connectionId: id.nullable(),
    commits: z.number().int(),
    lastCommitAt: timestamp.nullable(),
  })
  .meta({ id: 'Repository' });

export const repository = resource({
  id: 'repository',
  name: 'Repository',
  description: 'Repositories whose commits are known.',
  locate: { operation: 'list', id: 'repositoryId', shown: ['fullName', 'host'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/repositories',
      summary: 'List the repositories',
      access: readers,
      own: 'anyone',
      list: true,
      input: z.object({ search: z.string().max(200).optional(), ...page }),
      output: listOf(repositoryView),
    }),
    backfill: operation({
      method: 'POST',
      path: '/repositories/{repositoryId}/backfill',
      summary: 'Read commits again from GitHub or GitLab',
      description: 'Between two commits or branches, by the compare API: for pushes that were cut or missed.',
      access: managers,
      status: 202,
      input: z.object({
        repositoryId: id,
        from: z.string().min(1).max(250).describe('Commit or branch that is known, not included'),
        to: z.string().min(1).max(250).optional().describe('Defaults to the default branch'),
      }),
      output: z.object({ repositoryId: id, from: z.string(), to: z.string() }).meta({ id: 'Backfill' }),
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
  },
});

const commitFile = z.object({
  path,
  previousPath: path.nullable(),
  change: z.enum(CHANGES),
  added: z.number().int().nullable().describe('Lines; null when unknown, as in a binary file'),
  deleted: z.number().int().nullable(),
});

const commitView = z
  .object({
    commitId: id,
    sha: z.string(),
    repositoryId: id,
    repository: z.string(),
    branch: z.string().nullable().describe('The branch that it was first seen on'),
    subject: z.string(),
    authorName: z.string().nullable(),
    authoredAt: timestamp,
    committedAt: timestamp,
    kind: z.enum(COMMIT_KINDS),
    added: z.number().int().nullable(),
    deleted: z.number().int().nullable(),
    webUrl: z.string().nullable(),
    source: z.enum(['push', 'api', 'capture']),
    reachable: z.boolean().describe('False after a forced push left it behind'),
  })
  .meta({ id: 'Commit' });

const newFile = z.object({
  path,
  previousPath: path.optional(),
  change: z.enum(CHANGES),
  added: z.number().int().min(0).max(MAX_INTEGER).optional(),
  deleted: z.number().int().min(0).max(MAX_INTEGER).optional(),
  patch: z.string().max(200_000).optional().describe('Unified diff of the file'),
});

const newCommit = z.object({
  sha: fullSha,
  message: z.string().max(65_536),
  authorName: z.string().max(300).optional(),
  authorEmail: z.string().max(320).optional(),
  authoredAt: timestamp,
  committedAt: timestamp,
  parents: z.array(fullSha).max(64).default([]),
  branch: z.string().max(250).optional(),
  files: z.array(newFile).max(3000).default([]),
  note: z.string().max(500_000).optional().describe('Authorship note of git-ai (`refs/notes/ai`)'),
});

export const commit = resource({
  id: 'commit',
  name: 'Commit',
  description: 'Commits of the repositories.',
  locate: { operation: 'list', id: 'sha', shown: ['subject', 'repository'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/commits',
      summary: 'List commits',
      description: 'Newest first.',
      access: readers,
      own: 'anyone',
      list: true,
      input: z.object({
        repositoryId: id.optional(),
        branch: z.string().max(250).optional(),
        author: z.string().max(320).optional().describe('Part of the name or the e-mail address'),
        file: path.optional(),
        since: timestamp.optional(),
        until: timestamp.optional(),
        ...page,
      }),
      output: listOf(commitView),
    }),
    get: operation({
      method: 'GET',
      path: '/commits/{sha}',
      summary: 'Get a commit',
      access: readers,
      own: 'anyone',
      input: z.object({ sha, repositoryId: id.optional().describe('Where several repositories have it') }),
      output: commitView.extend({
        message: z.string(),
        authorEmail: z.string().nullable(),
        parents: z.array(z.string()),
        files: z.array(commitFile),
        heirs: z
          .array(z.object({ sha: z.string(), how: z.string() }))
          .describe('Commits that replaced it, by amend, rebase or squash'),
        replaces: z.array(z.object({ sha: z.string(), how: z.string() })),
      }),
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    record: operation({
      method: 'POST',
      path: '/commits',
      summary: 'Record commits of a repository',
      description:
        'For commits that no webhook tells of, such as those of a local clone. Recording them again changes ' +
        'nothing; what a forge said about a commit stays.',
      access: recorders,
      quota: { of: 'webhooks' },
      own: 'anyone',
      bodyLimit: '10mb',
      input: z.object({
        repository: z.string().min(1).max(500).describe('Its URL, or host/owner/name'),
        commits: z.array(newCommit).min(1).max(500),
        rewrites: z
          .array(z.object({ from: fullSha, to: fullSha }))
          .max(5000)
          .default([])
          .describe('Commits that were replaced, as git tells its post-rewrite hook'),
      }),
      output: z
        .object({
          repositoryId: id,
          recorded: z.number().int(),
          unchanged: z.number().int(),
          replaced: z.number().int(),
          attributed: z.number().int().describe('Commits of which a note says what sessions wrote'),
        })
        .meta({ id: 'RecordedCommits' }),
    }),
    recordTraces: operation({
      method: 'POST',
      path: '/agent-traces',
      summary: 'Record agent traces',
      description:
        'Records of Agent Trace 0.1: which conversations wrote which lines of a commit. The commits have to be known; ' +
        'the conversations may come later. A trace adds to earlier ones of the same commit; recording it again changes nothing.',
      access: recorders,
      quota: { of: 'webhooks' },
      own: 'anyone',
      bodyLimit: '10mb',
      input: z.object({
        repository: z.string().min(1).max(500).describe('Its URL, or host/owner/name'),
        traces: z.array(receivedTrace).min(1).max(500),
      }),
      output: z
        .object({
          recorded: z.number().int(),
          unknown: z.array(z.string()).describe('Ids of traces whose commit is not known'),
          unnamed: z
            .array(z.string())
            .describe('Ids of traces in which no address names a conversation: nothing of them is stored'),
        })
        .meta({ id: 'RecordedTraces' }),
    }),
  },
});

/** What this module offers. */
export const contract = { gitConnection, repository, commit };
