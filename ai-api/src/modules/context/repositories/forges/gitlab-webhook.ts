import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { type Ignored, NO_COMMIT, type Push } from '../push.ts';
import { filesOf } from './github-webhook.ts';

const paths = z.array(z.string()).default([]);
const pushPayload = z.object({
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  checkout_sha: z.string().nullish(),
  total_commits_count: z.number().int().default(0),
  project: z.object({
    path_with_namespace: z.string(),
    web_url: z.url(),
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
 * Whether a delivery carries one of the secrets: as its token, or as the signature of Standard Webhooks that newer
 * versions of GitLab send.
 */
export function isFromGitlab(
  body: Buffer,
  headers: IncomingHttpHeaders,
  secrets: readonly string[],
): boolean {
  const { 'x-gitlab-token': token, 'webhook-signature': signature } = headers;
  if (typeof signature === 'string') return secrets.some((secret) => isSigned(body, headers, secret));
  return typeof token === 'string' && secrets.some((secret) => isSame(token, secret));
}

/** Which event a delivery tells of; that of a system hook stands in its body. */
export function gitlabEvent(header: string, payload: unknown): string {
  const named = z.object({ event_name: z.string().optional(), object_kind: z.string().optional() });
  const { event_name, object_kind } = named.catch({}).parse(payload);
  if (header !== 'System Hook')
    return header
      .replace(/ Hook$/, '')
      .toLowerCase()
      .replaceAll(' ', '_');
  return event_name ?? object_kind ?? 'system';
}

/**
 * What a delivery of GitLab says about commits.
 * @throws {z.ZodError} for a push that does not have the documented form
 */
export function readGitlab(event: string, payload: unknown): Push | Ignored {
  if (event === 'tag_push') return { ignored: 'A tag brings no commits.' };
  if (event !== 'push') return { ignored: `The event ${event} tells of no commits.` };
  const push = pushPayload.parse(payload);
  if (push.ref.startsWith('refs/tags/')) return { ignored: 'A tag brings no commits.' };
  if (NO_COMMIT.test(push.after)) return { ignored: 'The branch was deleted.' };
  const { project } = push;
  return {
    repository: {
      host: new URL(project.web_url).hostname,
      fullName: project.path_with_namespace,
      webUrl: project.web_url,
      defaultBranch: project.default_branch ?? null,
    },
    branch: push.ref.replace(/^refs\/heads\//, ''),
    before: NO_COMMIT.test(push.before) ? null : push.before,
    after: push.after,
    // GitLab does not say whether a push was forced; the compare API does.
    forced: false,
    cut: push.total_commits_count > push.commits.length,
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

function isSigned(body: Buffer, headers: IncomingHttpHeaders, secret: string): boolean {
  const given = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(headers[name])]),
  );
  try {
    new Webhook(secret).verify(body, given);
    return true;
  } catch {
    return false;
  }
}

/** Compared by digest, so that neither length nor content shows in the time that it takes. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
