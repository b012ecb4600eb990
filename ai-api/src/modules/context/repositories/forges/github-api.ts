import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import type { HttpClient } from '../../../../platform/http-client.ts';
import type { Credential } from '../contract.ts';
import type { ForgeCommit, ForgeFile } from '../push.ts';
import type { Compared, Forge } from './forge.ts';

/** GitHub takes app tokens of at most ten minutes; clocks may differ by one. */
const APP_TOKEN_SECONDS = 540;
const CLOCK_SECONDS = 60;
/** A token is renewed so long before it ends. */
const RENEW_MS = 5 * 60_000;
const COMMITS_IN_PAGE = 100;

const CHANGES: Readonly<Record<string, ForgeFile['change']>> = {
  added: 'added',
  removed: 'removed',
  renamed: 'renamed',
};

const person = z.object({ name: z.string().nullish(), email: z.string().nullish(), date: z.string() });
const files = z
  .array(
    z.object({
      filename: z.string(),
      previous_filename: z.string().nullish(),
      status: z.string(),
      additions: z.number().int(),
      deletions: z.number().int(),
      patch: z.string().nullish(),
    }),
  )
  .default([]);
const commitAnswer = z.object({
  sha: z.string(),
  html_url: z.string().nullish(),
  commit: z.object({ message: z.string(), author: person, committer: person }),
  parents: z.array(z.object({ sha: z.string() })).default([]),
  files,
});
const compareAnswer = z.object({
  total_commits: z.number().int(),
  commits: z.array(z.object({ sha: z.string() })),
});
const tokenAnswer = z.object({ token: z.string().min(1), expires_at: z.string() });

/** Reads GitHub's REST API, version 2022-11-28. */
export function createGithub(
  credential: Credential,
  connect: (bearer: string) => HttpClient,
  now: () => Date,
): Forge {
  let held: { client: HttpClient; until: number } | null = null;
  let asking: Promise<HttpClient> | null = null;

  /** A client with the token, or with the app's installation token, which is kept until shortly before it ends. */
  async function client(): Promise<HttpClient> {
    if (held && held.until > now().getTime()) return held.client;
    if (credential.type === 'token') {
      held = { client: connect(credential.token), until: Number.POSITIVE_INFINITY };
      return held.client;
    }
    asking ??= askForToken(credential).finally(() => {
      asking = null;
    });
    return asking;
  }

  /** Not ended by the signal of one caller, since others wait for it too; the client has its own time limit. */
  async function askForToken(app: Extract<Credential, { type: 'github-app' }>): Promise<HttpClient> {
    const asApp = connect(await appToken(app, now()));
    const { token, expires_at } = await asApp.postJson(
      `/app/installations/${app.installationId}/access_tokens`,
      { schema: tokenAnswer, body: {}, repeatable: true },
    );
    held = { client: connect(token), until: Date.parse(expires_at) - RENEW_MS };
    return held.client;
  }

  return {
    commit: async (fullName, sha, signal) => {
      const answer = await (await client()).getJson(`/repos/${fullName}/commits/${sha}`, {
        schema: commitAnswer,
        signal,
      });
      return commitOf(answer);
    },
    compare: async (fullName, base, head, signal): Promise<Compared> => {
      const range = `${encodeURIComponent(base)}...${encodeURIComponent(head)}`;
      const shas: string[] = [];
      for (let page = 1; ; page += 1) {
        const path = `/repos/${fullName}/compare/${range}?per_page=${COMMITS_IN_PAGE}&page=${page}`;
        const answer = await (await client()).getJson(path, { schema: compareAnswer, signal });
        shas.push(...answer.commits.map(({ sha }) => sha));
        if (answer.commits.length < COMMITS_IN_PAGE || shas.length >= answer.total_commits) return { shas };
      }
    },
  };
}

async function appToken(
  { appId, privateKey }: Extract<Credential, { type: 'github-app' }>,
  now: Date,
): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(appId)
    .setIssuedAt(seconds - CLOCK_SECONDS)
    .setExpirationTime(seconds + APP_TOKEN_SECONDS - CLOCK_SECONDS)
    .sign(createPrivateKey(privateKey));
}

function commitOf({ sha, html_url, commit, parents, files }: z.output<typeof commitAnswer>): ForgeCommit {
  return {
    sha,
    message: commit.message,
    authorName: commit.author.name ?? null,
    authorEmail: commit.author.email ?? null,
    authoredAt: commit.author.date,
    committedAt: commit.committer.date,
    parents: parents.map((parent) => parent.sha),
    webUrl: html_url ?? null,
    files: files.map((file) => ({
      path: file.filename,
      previousPath: file.previous_filename ?? null,
      change: CHANGES[file.status] ?? 'modified',
      added: file.additions,
      deleted: file.deletions,
      // GitHub leaves the diff out of binary and of very large files.
      patch: file.patch ?? null,
    })),
  };
}
