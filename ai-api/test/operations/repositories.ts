import { type AnswerOf, type Step, step } from './step.ts';

const connectionId = (answerOf: AnswerOf) => ({
  connectionId: answerOf('gitConnection.create').connectionId,
});
const sha = '3f2a'.repeat(10);

/** A connection, and commits of a clone. */
export const repositories: Step[] = [
  step('gitConnection.create', { provider: 'github', name: 'GitHub of the sample' }),
  step('gitConnection.list', {}, { matches: { items: [{ provider: 'github', credential: null }] } }),
  step('gitConnection.update', (answerOf) => ({
    ...connectionId(answerOf),
    credential: { type: 'token' as const, token: 'ghp_sample' },
  })),
  step('gitConnection.rotateSecret', connectionId),
  step('gitConnection.listDeliveries', connectionId, { matches: { items: [] } }),
  step('commit.record', {
    repository: 'git@github.com:sample/otter.git',
    commits: [
      {
        sha,
        message: 'Retry uploads\n\nThey failed on slow lines.',
        authorName: 'Ada Sample',
        authorEmail: 'ada@example.com',
        authoredAt: '2026-11-10T10:00:00+01:00',
        committedAt: '2026-11-10T09:05:00Z',
        branch: 'main',
        files: [{ path: 'src/upload.ts', change: 'modified', added: 3, deleted: 1 }],
      },
    ],
  }),
  step('commit.list', {}, { matches: { items: [{ sha, subject: 'Retry uploads' }] } }),
  step('commit.get', { sha }, { matches: { files: [{ path: 'src/upload.ts' }] } }),
  step('repository.list', {}, { matches: { items: [{ fullName: 'sample/otter', commits: 1 }] } }),
  step(
    'repository.backfill',
    (answerOf) => ({
      repositoryId: answerOf('repository.list').items[0]?.repositoryId ?? '',
      from: sha,
      to: 'main',
    }),
    {
      before: async ({ api: { context } }, answerOf) => {
        const { connectionId } = answerOf('gitConnection.create');
        await context.database
          .system('the connection of a repository is set by the webhooks of a forge')
          .updateTable('context.repositories')
          .set({ connection_id: connectionId })
          .execute();
      },
    },
  ),
  step('gitConnection.delete', connectionId),
];
