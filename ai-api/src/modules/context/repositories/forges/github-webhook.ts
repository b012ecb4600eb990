import { verify } from '@octokit/webhooks-methods';
import { z } from 'zod';
import { type ForgeFile, type Ignored, NO_COMMIT, type Push } from '../push.ts';

/** GitHub lists at most so many commits in a push. */
const MAX_COMMITS = 2048;

const paths = z.array(z.string()).default([]);
const pushPayload = z.object({
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  forced: z.boolean().default(false),
  deleted: z.boolean().default(false),
  repository: z.object({
    full_name: z.string(),
    html_url: z.url(),
    default_branch: z.string().nullish(),
  }),
  commits: z
    .array(
      z.object({
        id: z.string(),
        message: z.string(),
        timestamp: z.string(),
        url: z.string().nullish(),
        author: z.object({ name: z.string().nullish(), email: z.string().nullish() }),
        added: paths,
        removed: paths,
        modified: paths,
      }),
    )
    .default([]),
});

/**
 * Whether one of the secrets signed these bytes.
 * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export async function isFromGithub(
  body: Buffer,
  signature: string | undefined,
  secrets: readonly string[],
): Promise<boolean> {
  if (!signature) return false;
  const text = body.toString('utf8');
  const checked = await Promise.all(secrets.map((secret) => verify(secret, text, signature)));
  return checked.includes(true);
}

/** The JSON of a delivery, which GitHub also sends as the field `payload` of a form. */
export function githubJson(body: Buffer, contentType: string): string {
  const text = body.toString('utf8');
  if (!contentType.startsWith('application/x-www-form-urlencoded')) return text;
  return new URLSearchParams(text).get('payload') ?? '';
}

/**
 * What a delivery of GitHub says about commits.
 * @throws {z.ZodError} for a push that does not have the documented form
 */
export function readGithub(event: string, payload: unknown): Push | Ignored {
  if (event === 'ping') return { ignored: 'GitHub checked that the webhook works.' };
  if (event !== 'push') return { ignored: `The event ${event} tells of no commits.` };
  const push = pushPayload.parse(payload);
  if (push.ref.startsWith('refs/tags/')) return { ignored: 'A tag brings no commits.' };
  if (push.deleted || NO_COMMIT.test(push.after)) return { ignored: 'The branch was deleted.' };
  const { repository } = push;
  return {
    repository: {
      host: new URL(repository.html_url).hostname,
      fullName: repository.full_name,
      webUrl: repository.html_url,
      defaultBranch: repository.default_branch ?? null,
    },
    branch: push.ref.replace(/^refs\/heads\//, ''),
    before: NO_COMMIT.test(push.before) ? null : push.before,
    after: push.after,
    forced: push.forced,
    cut: push.commits.length >= MAX_COMMITS,
    commits: push.commits.map((commit) => ({
      sha: commit.id,
      message: commit.message,
      authorName: commit.author.name ?? null,
      authorEmail: commit.author.email ?? null,
      authoredAt: commit.timestamp,
      committedAt: commit.timestamp,
      parents: [],
      webUrl: commit.url ?? null,
      files: [
        ...filesOf('added', commit.added),
        ...filesOf('removed', commit.removed),
        ...filesOf('modified', commit.modified),
      ],
    })),
  };
}

/** Files of which only the path and the kind of change are known. */
export function filesOf(change: ForgeFile['change'], paths: readonly string[]): ForgeFile[] {
  return paths.map((path) => ({ path, previousPath: null, change, added: null, deleted: null, patch: null }));
}
