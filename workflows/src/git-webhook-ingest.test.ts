import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { resources } from '../../ai-api/src/catalogue/index.ts';
import { readWorkflowDirectory } from './workflow-definition.ts';

const workflow = readWorkflowDirectory(new URL('..', import.meta.url).pathname).find(
  ({ id }) => id === 'git-webhook-ingest',
);
const nodes = workflow?.nodes ?? [];
const script = nodes.find(({ name }) => name === 'Commits of the push')?.parameters.jsCode as string;

/** What the node makes of a delivery that the trigger verified. */
function made(
  event: string,
  payload: object,
): { repository?: string; ignored?: string; commits: object[] }[] {
  const $input = { all: () => [{ json: { provider: 'github', event, payload } }] };
  const items = runInNewContext(`(() => {${script}})()`, { $input }) as { json: never }[];
  // Through JSON, since objects of the other context are of other classes.
  return JSON.parse(JSON.stringify(items.map(({ json }) => json)));
}

const commit = (n: number) => ({
  id: n.toString(16).padStart(40, '0'),
  message: `Change ${n}`,
  timestamp: '2026-11-20T09:00:00+01:00',
  author: { name: 'Ada', email: 'ada@example.com' },
  added: ['new.ts'],
  modified: ['src/a.ts'],
  removed: [],
});
const after = 'a'.repeat(40);
const repository = { html_url: 'https://github.com/sample/otter' };

describe('the ingest of git webhooks', () => {
  test('begins with triggers that verify signatures, and with nothing else', () => {
    const triggers = nodes.filter(({ type }) => /trigger|webhook$/i.test(type));
    expect(triggers.map(({ type, parameters }) => [type, parameters.provider])).toEqual([
      ['n8n-nodes-ai-manager.signedWebhookTrigger', 'github'],
      ['n8n-nodes-ai-manager.signedWebhookTrigger', 'gitlab'],
    ]);
  });

  test('makes of a push what the API takes, in groups of 500', () => {
    const commits = Array.from({ length: 1200 }, (_, n) => commit(n));
    const found = made('push', { ref: 'refs/heads/feature/x', after, repository, commits });
    expect(found.map(({ commits: some }) => some.length)).toEqual([500, 500, 200]);
    for (const input of found) resources.commit.operations.record.input.parse(input);
    expect(found[0]?.repository).toBe('https://github.com/sample/otter');
    expect(found[0]?.commits[0]).toMatchObject({
      branch: 'feature/x',
      files: [{ path: 'new.ts', change: 'added' }, { path: 'src/a.ts' }],
    });
  });

  test('reads GitLab too', () => {
    const project = { web_url: 'https://gitlab.example.com/group/sub/otter' };
    expect(made('push', { ref: 'refs/heads/main', after, project, commits: [commit(1)] })).toMatchObject([
      { repository: project.web_url, commits: [{ authorEmail: 'ada@example.com' }] },
    ]);
  });

  test.each([
    ['another event', 'ping', {}, 'The event is ping.'],
    [
      'a tag',
      'push',
      { ref: 'refs/tags/v1', after, repository, commits: [commit(1)] },
      'refs/tags/v1 is no branch.',
    ],
    [
      'a deletion',
      'push',
      { ref: 'refs/heads/x', deleted: true, after, repository },
      'The branch was deleted.',
    ],
    ['GitLab’s deletion', 'push', { ref: 'refs/heads/x', after: '0'.repeat(40) }, 'The branch was deleted.'],
    [
      'a push without commits',
      'push',
      { ref: 'refs/heads/x', after, repository, commits: [] },
      'The push has no commits.',
    ],
  ])('ignores %s, and says why', (_, event, payload, reason) => {
    expect(made(event, payload)).toEqual([{ ignored: reason, commits: [] }]);
  });
});
