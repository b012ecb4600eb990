import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type HttpAnswer, type HttpRequest, N8nError, refusal, send, sendExpectingSuccess } from './http.ts';
import { readState, updateState } from './state.ts';

const LOGIN_ATTEMPTS = 4;
const LOGIN_PAUSE_MS = 20_000;
const API_KEY_LABEL = 'ai-manager';

export type SignInOptions = {
  /** Base address of n8n, with or without a trailing slash. */
  url: string;
  email: string;
  /** n8n wants 8 to 64 characters with a number and a capital letter. */
  password: string;
  /** Names for an owner that must be set up first. */
  firstName?: string;
  lastName?: string;
  /** Where the session and the API key are kept between runs. Without it each sign-in renews the key. */
  stateFile?: string;
  /** Name of the API key in n8n; a program that has its own does not renew that of another. */
  keyLabel?: string;
  /** Whether an n8n without an owner gets this one; true unless it is false. */
  mayCreateOwner?: boolean;
};

/** A signed-in user: `editor` speaks to the API behind n8n's screens, `api` to its public API. */
export type N8nSession = {
  url: string;
  apiKey: string;
  /** Value of the cookie header that n8n's screens use. */
  cookie: string;
  editor(request: HttpRequest, wanted: string): Promise<unknown>;
  api(request: HttpRequest, wanted: string): Promise<unknown>;
};

const settingsSchema = z.object({
  data: z.object({ userManagement: z.object({ showSetupOnFirstLoad: z.boolean() }) }),
});
const userSchema = z.object({ data: z.object({ email: z.string() }) });
const scopesSchema = z.object({ data: z.array(z.string()) });
const keysSchema = z.object({
  data: z.object({ items: z.array(z.object({ id: z.string(), label: z.string() })) }),
});
const newKeySchema = z.object({ data: z.object({ rawApiKey: z.string() }) });

/**
 * Signs in, making the owner first if n8n has none and that is allowed, and gets an API key with every scope the user
 * may have.
 * @throws N8nError with n8n's message, for instance for a wrong password.
 */
export async function signIn(options: SignInOptions): Promise<N8nSession> {
  const url = options.url.replace(/\/+$/, '');
  const cookie = await getCookie(url, options);
  const editor = async (request: HttpRequest, wanted: string) => {
    const headers = { ...request.headers, cookie };
    return (await sendExpectingSuccess(url, { ...request, headers }, wanted)).body;
  };
  const apiKey = await getApiKey(url, editor, options);
  return { ...keySession(url, apiKey), cookie, editor };
}

/** A session by an API key alone: it can do what n8n's public API can. */
export function keySession(address: string, apiKey: string): N8nSession {
  const url = address.replace(/\/+$/, '');
  return {
    url,
    apiKey,
    cookie: '',
    editor: async () => {
      throw new N8nError("This needs a password: n8n's public API cannot do it.", 0);
    },
    api: async (request, wanted) => {
      const headers = { ...request.headers, 'x-n8n-api-key': apiKey };
      const path = `/api/v1${request.path}`;
      return (await sendExpectingSuccess(url, { ...request, path, headers }, wanted)).body;
    },
  };
}

async function getCookie(url: string, options: SignInOptions): Promise<string> {
  const stored = options.stateFile ? readState(options.stateFile).cookie : undefined;
  if (stored && (await isSignedIn(url, stored, options.email))) return stored;
  const cookie = (await hasOwner(url)) ? await logIn(url, options) : await setUpOwner(url, options);
  if (options.stateFile) updateState(options.stateFile, { cookie });
  return cookie;
}

async function isSignedIn(url: string, cookie: string, email: string): Promise<boolean> {
  const answer = await send(url, { method: 'GET', path: '/rest/login', headers: { cookie } });
  return answer.status === 200 && userSchema.safeParse(answer.body).data?.data.email === email;
}

async function hasOwner(url: string): Promise<boolean> {
  const answer = await sendExpectingSuccess(
    url,
    { method: 'GET', path: '/rest/settings' },
    'tell its settings',
  );
  const settings = settingsSchema.safeParse(answer.body);
  if (!settings.success) throw new N8nError(`${url} is not an n8n server.`, answer.status);
  return !settings.data.data.userManagement.showSetupOnFirstLoad;
}

async function setUpOwner(url: string, options: SignInOptions): Promise<string> {
  const { email, password, firstName = 'AI', lastName = 'Manager', mayCreateOwner = true } = options;
  if (!mayCreateOwner) throw new N8nError(`n8n at ${url} has no owner yet.`, 0);
  const answer = await send(url, {
    method: 'POST',
    path: '/rest/owner/setup',
    body: { email, password, firstName, lastName },
  });
  if (answer.status === 200) return cookieOf(answer);
  if (await hasOwner(url)) return logIn(url, options);
  throw refusal(answer, 'set up its owner');
}

/** n8n allows five attempts a minute for one address; more are answered by 429. */
async function logIn(url: string, { email, password }: SignInOptions): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const body = { emailOrLdapLoginId: email, password };
    const answer = await send(url, { method: 'POST', path: '/rest/login', body });
    if (answer.status === 200) return cookieOf(answer);
    if (answer.status !== 429 || attempt >= LOGIN_ATTEMPTS) throw refusal(answer, `sign ${email} in`);
    await delay(LOGIN_PAUSE_MS);
  }
}

function cookieOf(answer: HttpAnswer): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

async function getApiKey(
  url: string,
  editor: N8nSession['editor'],
  { stateFile: file, keyLabel: label = API_KEY_LABEL }: SignInOptions,
): Promise<string> {
  const stored = file ? readState(file).apiKey : undefined;
  if (stored && (await isValid(url, stored))) return stored;
  const keys = keysSchema.parse(await editor({ method: 'GET', path: '/rest/api-keys' }, 'list its API keys'));
  const existing = keys.data.items.find((key) => key.label === label);
  const answer = existing
    ? await editor({ method: 'POST', path: `/rest/api-keys/${existing.id}/rotate` }, 'renew its API key')
    : await createKey(editor, label);
  const { rawApiKey } = newKeySchema.parse(answer).data;
  if (file) updateState(file, { apiKey: rawApiKey });
  return rawApiKey;
}

/** One unknown scope makes n8n refuse the key, so it is asked for those it knows. */
async function createKey(editor: N8nSession['editor'], label: string): Promise<unknown> {
  const scopes = scopesSchema.parse(
    await editor({ method: 'GET', path: '/rest/api-keys/scopes' }, 'list the scopes of API keys'),
  ).data;
  const body = { label, scopes, expiresAt: null };
  return editor({ method: 'POST', path: '/rest/api-keys', body }, 'make an API key');
}

async function isValid(url: string, key: string): Promise<boolean> {
  const headers = { 'x-n8n-api-key': key };
  return (await send(url, { method: 'GET', path: '/api/v1/workflows?limit=1', headers })).status === 200;
}
