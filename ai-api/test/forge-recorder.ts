import { createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A commit of the recorder's only repository, oldest first on its branch. */
export interface RecordedCommit {
  sha: string;
  message: string;
  author: { name: string; email: string; date: string };
  files: { filename: string; status: string; additions: number; deletions: number; patch?: string }[];
}

export interface ForgeRecorder {
  apiUrl: string;
  /** Paths that were asked for with a valid credential, in order. */
  asked: string[];
  commits: Map<string, RecordedCommit>;
  /** What `base...head` answers, by that text. */
  ranges: Map<string, string[]>;
  /** An answer in place of the next ones. */
  fail: number | 'hang' | null;
  app: { appId: string; installationId: string; privateKey: string };
  token: string;
  close(): Promise<void>;
}

/**
 * GitHub's REST API (commits, compare, installation tokens) and GitLab's (commits, diffs, compare) on a loopback
 * port. A call without the token, or an app's token that is not signed or lives too long, is refused as there.
 * @see https://docs.github.com/en/rest and https://docs.gitlab.com/api/
 */
export async function startForgeRecorder(): Promise<ForgeRecorder> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const state: Omit<ForgeRecorder, 'apiUrl' | 'close'> = {
    asked: [],
    commits: new Map(),
    ranges: new Map(),
    fail: null,
    token: 'forge_token',
    app: {
      appId: '12345',
      installationId: '678',
      privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    },
  };
  const server = createServer((request, response) => {
    if (state.fail === 'hang') return;
    if (state.fail !== null) return answer(response, state.fail, { message: 'Server Error' });
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const url = new URL(request.url ?? '', 'http://forge');
    if (url.pathname === `/app/installations/${state.app.installationId}/access_tokens`) {
      if (!isAppToken(bearer))
        return answer(response, 401, { message: 'A JSON web token could not be decoded' });
      state.asked.push(url.pathname);
      const expires_at = new Date(Date.now() + 3_600_000).toISOString();
      return answer(response, 201, { token: state.token, expires_at });
    }
    if (bearer !== state.token) return answer(response, 401, { message: 'Bad credentials' });
    state.asked.push(url.pathname + url.search);
    const found = github(url) ?? gitlab(url);
    answer(response, found ? 200 : 404, found ?? { message: 'Not Found' });
  });

  function isAppToken(token: string): boolean {
    const [head = '', body = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString() || '{}');
    const verified = createVerify('RSA-SHA256')
      .update(`${head}.${body}`)
      .verify(publicKey, signature, 'base64url');
    return verified && claims.iss === state.app.appId && claims.exp - Date.now() / 1000 <= 600;
  }

  function github(url: URL): object | null {
    const [, one] = /^\/repos\/[^/]+\/[^/]+\/commits\/(\w+)$/.exec(url.pathname) ?? [];
    const commit = one && state.commits.get(one);
    if (commit)
      return {
        sha: commit.sha,
        html_url: `https://github.com/x/y/commit/${commit.sha}`,
        commit: { message: commit.message, author: commit.author, committer: commit.author },
        parents: [],
        files: commit.files,
      };
    const [, range] = /^\/repos\/[^/]+\/[^/]+\/compare\/(.+)$/.exec(url.pathname) ?? [];
    const shas = range && state.ranges.get(decodeURIComponent(range));
    return shas ? { total_commits: shas.length, commits: shas.map((sha) => ({ sha })) } : null;
  }

  function gitlab(url: URL): object | null {
    const [, one, diff] = /^\/projects\/[^/]+\/repository\/commits\/(\w+)(\/diff)?$/.exec(url.pathname) ?? [];
    const commit = one && state.commits.get(one);
    if (commit && diff)
      return commit.files.map(({ filename, status, patch }) => ({
        diff: patch ?? '',
        new_path: filename,
        old_path: filename,
        new_file: status === 'added',
        renamed_file: status === 'renamed',
        deleted_file: status === 'removed',
      }));
    if (commit)
      return {
        id: commit.sha,
        message: commit.message,
        author_name: commit.author.name,
        author_email: commit.author.email,
        authored_date: commit.author.date,
        committed_date: commit.author.date,
        parent_ids: [],
        web_url: `https://gitlab.com/x/y/-/commit/${commit.sha}`,
      };
    if (!/^\/projects\/[^/]+\/repository\/compare$/.test(url.pathname)) return null;
    const { searchParams } = url;
    const shas = state.ranges.get(`${searchParams.get('from')}...${searchParams.get('to')}`);
    return shas ? { commits: shas.map((id) => ({ id })) } : null;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    apiUrl: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
