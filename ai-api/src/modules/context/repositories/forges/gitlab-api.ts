import { z } from 'zod';
import type { HttpClient } from '../../../../platform/http-client.ts';
import type { ForgeFile } from '../push.ts';
import type { Forge } from './forge.ts';

const DIFFS_IN_PAGE = 100;
const MAX_DIFF_PAGES = 30;

const commitAnswer = z.object({
  id: z.string(),
  message: z.string(),
  author_name: z.string().nullish(),
  author_email: z.string().nullish(),
  authored_date: z.string(),
  committed_date: z.string(),
  parent_ids: z.array(z.string()).default([]),
  web_url: z.string().nullish(),
});
const diffAnswer = z.array(
  z.object({
    diff: z.string(),
    new_path: z.string(),
    old_path: z.string(),
    new_file: z.boolean(),
    renamed_file: z.boolean(),
    deleted_file: z.boolean(),
    too_large: z.boolean().default(false),
    collapsed: z.boolean().default(false),
  }),
);
const compareAnswer = z.object({ commits: z.array(z.object({ id: z.string() })) });

/** Reads GitLab's REST API, version 4. */
export function createGitlab(client: HttpClient): Forge {
  async function diffs(project: string, sha: string, signal: AbortSignal): Promise<ForgeFile[]> {
    const files: ForgeFile[] = [];
    for (let page = 1; page <= MAX_DIFF_PAGES; page += 1) {
      const path = `/projects/${project}/repository/commits/${sha}/diff?per_page=${DIFFS_IN_PAGE}&page=${page}`;
      const answer = await client.getJson(path, { schema: diffAnswer, signal });
      files.push(...answer.map(fileOf));
      if (answer.length < DIFFS_IN_PAGE) break;
    }
    return files;
  }

  return {
    commit: async (fullName, sha, signal) => {
      const project = encodeURIComponent(fullName);
      const commit = await client.getJson(`/projects/${project}/repository/commits/${sha}`, {
        schema: commitAnswer,
        signal,
      });
      return {
        sha: commit.id,
        message: commit.message,
        authorName: commit.author_name ?? null,
        authorEmail: commit.author_email ?? null,
        authoredAt: commit.authored_date,
        committedAt: commit.committed_date,
        parents: commit.parent_ids,
        webUrl: commit.web_url ?? null,
        files: await diffs(project, sha, signal),
      };
    },
    compare: async (fullName, base, head, signal) => {
      const range = `from=${encodeURIComponent(base)}&to=${encodeURIComponent(head)}`;
      const { commits } = await client.getJson(
        `/projects/${encodeURIComponent(fullName)}/repository/compare?${range}`,
        { schema: compareAnswer, signal },
      );
      return { shas: commits.map(({ id }) => id) };
    },
  };
}

function fileOf(file: z.output<typeof diffAnswer>[number]): ForgeFile {
  const unknown = file.too_large || file.collapsed;
  const lines = file.diff.split('\n');
  const count = (sign: string) => (unknown ? null : lines.filter((line) => line.startsWith(sign)).length);
  return {
    path: file.new_path,
    previousPath: file.renamed_file ? file.old_path : null,
    change: file.new_file
      ? 'added'
      : file.deleted_file
        ? 'removed'
        : file.renamed_file
          ? 'renamed'
          : 'modified',
    added: count('+'),
    deleted: count('-'),
    patch: unknown ? null : file.diff,
  };
}
