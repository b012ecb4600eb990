import { clear, load, run, set } from '../build/actions.ts';
import { pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown, input } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';

const connectionId = '{{variables.gitConnectionId}}';
const repositoryId = '{{components.repositoriesTable.selectedRow.repositoryId}}';

export const repositoryQueries: Query[] = [
  api.read('repositories', 'repository.list', { options: { limit: '500' }, transform: 'repositories' }),
  api.read('repositoryCommits', 'commit.list', {
    options: { limit: '100', repositoryId },
    transform: 'commits',
  }),
  api.read('gitConnections', 'gitConnection.list', {
    options: { limit: '100' },
    transform: 'git-connections',
  }),
  api.read('gitDeliveries', 'gitConnection.listDeliveries', {
    options: { connectionId, limit: '100' },
    transform: 'git-deliveries',
  }),
  api.write('connectGit', 'gitConnection.create', {
    options: {
      provider: '{{components.gitProvider.value}}',
      name: '{{components.gitName.value}}',
      apiUrl: '{{components.gitApiUrl.value}}',
      credential:
        "{{components.gitToken.value ? JSON.stringify({ type: 'token', token: components.gitToken.value }) : ''}}",
    },
    transform: 'git-secret',
    done: 'Connected. Copy URL and secret of the webhook now.',
    next: [clear('gitName'), clear('gitApiUrl'), clear('gitToken'), run('gitConnections')],
  }),
  api.write('rotateGitSecret', 'gitConnection.rotateSecret', {
    options: { connectionId },
    confirm: 'Rotate the secret? The old one is accepted for 24 more hours.',
    transform: 'git-secret',
    done: 'Copy the new secret now.',
  }),
  api.write('deleteGitConnection', 'gitConnection.delete', {
    options: { connectionId },
    confirm: 'Delete this connection? Its repositories and commits stay.',
    done: 'The connection is deleted.',
    next: [set('gitConnectionId', ''), run('gitConnections')],
  }),
  api.write('backfillRepository', 'repository.backfill', {
    options: {
      repositoryId: '{{components.backfillRepository.value}}',
      from: '{{components.backfillFrom.value}}',
      to: '{{components.backfillTo.value}}',
    },
    done: 'The commits are read in the background.',
    next: [run('repositories')],
  }),
];

/** Repositories and their commits, for everyone. */
export const repositoriesPage: Page = {
  handle: 'repositories',
  name: 'Repositories',
  icon: 'IconGitBranch',
  onLoad: load('repositories'),
  rows: [
    ...pageHeader(
      'repositories',
      'Repositories',
      'Repositories whose commits are known, by webhooks or by the capture command.',
      ['repositories'],
    ),
    [
      cell(
        tableOf('repositoriesTable', 'repositories', {
          title: 'Repositories',
          height: 560,
          onRow: [run('repositoryCommits')],
          empty: { title: 'No repositories', hint: 'Connect GitHub or GitLab, or use the capture command.' },
          columns: [
            { key: 'name', title: 'Repository', width: 240, wrap: true },
            { key: 'commits', title: 'Commits', width: 80, align: 'right' },
            { key: 'last', title: 'Last commit', width: 110 },
          ],
        }),
        2,
      ),
      cell(
        tableOf('repositoryCommitsTable', 'repositoryCommits', {
          title: 'Commits of the chosen repository',
          height: 560,
          empty: { title: 'No repository chosen', hint: 'Choose one from the list.' },
          columns: [
            { key: 'sha', title: 'Commit', width: 90 },
            { key: 'subject', title: 'Subject', width: 260, wrap: true },
            { key: 'author', title: 'Author', width: 130 },
            { key: 'lines', title: 'Lines', width: 90 },
            { key: 'when', title: 'When', width: 90 },
          ],
        }),
        3,
      ),
    ],
  ],
};

const connections = tableOf('gitConnectionsTable', 'gitConnections', {
  title: 'Connections',
  height: 260,
  onRow: [
    set('gitConnectionId', '{{components.gitConnectionsTable.selectedRow.connectionId}}'),
    run('gitDeliveries'),
  ],
  empty: { title: 'No connections', hint: 'Connect GitHub or GitLab below.' },
  columns: [
    { key: 'name', title: 'Name', width: 160 },
    { key: 'provider', title: 'Forge', width: 90 },
    { key: 'reads', title: 'Reads with', width: 120 },
    { key: 'last', title: 'Last webhook', width: 120 },
    { key: 'state', title: 'State', width: 300, wrap: true, color: statusColor },
  ],
});

const deliveries = tableOf('gitDeliveriesTable', 'gitDeliveries', {
  title: 'Webhooks of the chosen connection',
  height: 320,
  empty: { title: 'No webhooks', hint: 'Choose a connection; its webhooks are listed for 30 days.' },
  columns: [
    { key: 'event', title: 'Event', width: 120 },
    { key: 'state', title: 'State', width: 100, color: statusColor },
    { key: 'reason', title: 'Reason', width: 420, wrap: true },
    { key: 'when', title: 'Received', width: 170 },
  ],
});

/** Where administrators and operations connect forges and read again what was missed. */
export const connectPage: Page = {
  handle: 'connect',
  name: 'Connect a forge',
  icon: 'IconPlug',
  allowed: ['ai-manager-operations', 'ai-manager-admin'],
  onLoad: load('gitConnections', 'repositories'),
  rows: [
    ...pageHeader(
      'connect',
      'Connect a forge',
      'GitHub and GitLab tell of pushes by webhook. A token reads diffs, and what a webhook left out.',
      ['gitConnections'],
    ),
    [cell(connections)],
    [
      cell(
        button('gitRotate', 'Rotate the secret', [run('rotateGitSecret')], {
          busy: '{{queries.rotateGitSecret.isLoading}}',
          disabled: '{{!variables.gitConnectionId}}',
        }),
      ),
      cell(
        button('gitDelete', 'Delete the connection', [run('deleteGitConnection')], {
          kind: 'danger',
          busy: '{{queries.deleteGitConnection.isLoading}}',
          disabled: '{{!variables.gitConnectionId}}',
        }),
      ),
    ],
    section('gitConnectTitle', 'Connect'),
    [
      cell(
        dropdown('gitProvider', {
          label: 'Forge',
          placeholder: 'Choose one',
          required: true,
          choices: [
            ['github', 'GitHub'],
            ['gitlab', 'GitLab'],
          ],
        }),
      ),
      cell(input('gitName', { label: 'Name', required: true, most: 100 })),
      cell(input('gitApiUrl', { label: 'API URL (own servers only)', most: 500 })),
      cell(input('gitToken', { label: 'Token (optional)', most: 1000 })),
      cell(
        button('gitConnect', 'Connect', [run('connectGit')], {
          kind: 'primary',
          busy: '{{queries.connectGit.isLoading}}',
          disabled: '{{!components.gitProvider.value || !components.gitName.value}}',
        }),
      ),
    ],
    [
      cell(
        text('gitSecret', "{{queries.connectGit.data?.line ?? queries.rotateGitSecret.data?.line ?? ''}}", {
          color: color.muted,
          height: 48,
          mobileHeight: 96,
        }),
      ),
    ],
    [cell(deliveries)],
    section('backfillTitle', 'Read commits again'),
    [
      cell(
        dropdown('backfillRepository', {
          label: 'Repository',
          placeholder: 'Choose one',
          schema: '{{queries.repositories.data?.choices ?? []}}',
          required: true,
        }),
        2,
      ),
      cell(input('backfillFrom', { label: 'After this commit or branch', required: true, most: 250 })),
      cell(input('backfillTo', { label: 'Up to (default branch)', most: 250 })),
      cell(
        button('backfillRun', 'Read', [run('backfillRepository')], {
          busy: '{{queries.backfillRepository.isLoading}}',
          disabled: '{{!components.backfillRepository.value || !components.backfillFrom.value}}',
        }),
      ),
    ],
  ],
};
