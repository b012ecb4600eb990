import { fetch as guardedFetch } from 'undici';
import { createHttpClient } from '../../../../platform/http-client.ts';
import type { OutboundGuard } from '../../../../platform/outbound/index.ts';
import type { Credential } from '../contract.ts';
import type { Forge } from './forge.ts';
import { createGithub } from './github-api.ts';
import { createGitlab } from './gitlab-api.ts';

export type { Forge } from './forge.ts';

export const PUBLIC_API = { github: 'https://api.github.com', gitlab: 'https://gitlab.com/api/v4' } as const;

const NAMES = { github: 'GitHub', gitlab: 'GitLab' } as const;
const TIMEOUT_MS = 15_000;
const MAX_BYTES = 32 * 1024 * 1024;
const BREAKER = { failures: 5, resetMs: 30_000 };

export interface ForgeAccess {
  provider: 'github' | 'gitlab';
  apiUrl: string;
  credential: Credential;
}

/** Opens a forge; what its address leads to is judged at each connection. */
export function openForge(
  { provider, apiUrl, credential }: ForgeAccess,
  guard: OutboundGuard,
  now: () => Date,
): Forge {
  const connect = (bearer: string) =>
    createHttpClient({
      name: NAMES[provider],
      baseUrl: apiUrl,
      bearer,
      timeoutMs: TIMEOUT_MS,
      retries: 2,
      breaker: BREAKER,
      maxBytes: MAX_BYTES,
      fetch: ((url: string, init: object) =>
        guardedFetch(url, { ...init, dispatcher: guard.agent })) as unknown as typeof globalThis.fetch,
    });
  if (provider === 'github') return createGithub(credential, connect, now);
  if (credential.type !== 'token') throw new Error('GitLab is read with a token.');
  return createGitlab(connect(credential.token));
}
