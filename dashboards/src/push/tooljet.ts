const TIMEOUT_MS = 60_000;

export interface ToolJetAccount {
  url: string;
  email: string;
  password: string;
}

/** An answer that is no success. */
export class ToolJetError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.name = 'ToolJetError';
    this.status = status;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A signed-in administrator of a ToolJet server. */
export interface ToolJet {
  organizationId: string;
  /** Calls `/api<path>`. @throws {ToolJetError} for anything but a success */
  call(method: Method, path: string, body?: unknown): Promise<unknown>;
  /** The first of several paths that the server knows: versions name some of them differently. */
  callFirst(method: Method, paths: readonly string[], body?: unknown): Promise<unknown>;
}

/**
 * Signs in; on a server without any account makes the first administrator, unless that is not allowed.
 * @throws {ToolJetError} when the server is not there or refuses
 */
export async function signIn(
  account: ToolJetAccount,
  { mayCreateAdmin = true }: { mayCreateAdmin?: boolean } = {},
): Promise<ToolJet> {
  const url = account.url.replace(/\/+$/, '');
  await send(url, 'GET', '/health', {});
  const { email, password } = account;
  const entry = await send(url, 'POST', '/authenticate', {}, { email, password }).catch(async (error) => {
    if (!mayCreateAdmin || !(error instanceof ToolJetError) || error.status !== 401) throw error;
    await makeFirstAdmin(url, account, error);
    return await send(url, 'POST', '/authenticate', {}, { email, password });
  });
  const cookie = entry.cookies.find((one) => one.startsWith('tj_auth_token='));
  const organizationId = organizationOf(entry.body);
  if (!cookie || !organizationId)
    throw new ToolJetError('ToolJet signed in without a session or a workspace', 0);
  const headers = { cookie, 'tj-workspace-id': organizationId };
  const call: ToolJet['call'] = async (method, path, body) =>
    (await send(url, method, path, headers, body)).body;
  const callFirst: ToolJet['callFirst'] = async (method, [path = '', ...others], body) => {
    const answer = await call(method, path, body).catch((error: ToolJetError) => error);
    if (!(answer instanceof ToolJetError)) return answer;
    if (answer.status !== 404 || others.length === 0) throw answer;
    return await callFirst(method, others, body);
  };
  return { organizationId, call, callFirst };
}

/** Works only while the server has no user; afterwards a refusal means that the sign-in was wrong. */
async function makeFirstAdmin(url: string, account: ToolJetAccount, refused: ToolJetError): Promise<void> {
  const { email, password } = account;
  const person = { name: 'Administrator', email, password, workspaceName: 'AI Manager' };
  const bodies = {
    '/onboarding/setup-super-admin': person,
    '/setup-admin': { ...person, workspace: person.workspaceName, companyName: person.workspaceName },
  };
  for (const [path, body] of Object.entries(bodies)) {
    const made = await send(url, 'POST', path, {}, body).catch((error: ToolJetError) => error);
    if (!(made instanceof ToolJetError)) return;
    if (made.status !== 404) break;
  }
  throw refused;
}

function organizationOf(body: unknown): string {
  const entry = (body ?? {}) as Record<string, unknown>;
  return String(entry.current_organization_id ?? entry.currentOrganizationId ?? entry.organizationId ?? '');
}

async function send(
  url: string,
  method: Method,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
) {
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: Error) => {
    throw new ToolJetError(
      `ToolJet at ${url} did not respond: ${(error.cause as Error)?.message ?? error.message}`,
      0,
    );
  });
  const text = await response.text();
  if (!response.ok)
    throw new ToolJetError(`${method} ${path}: HTTP ${response.status} ${said(text)}`, response.status);
  // A GET of a route that the server does not know is answered with its home page.
  if (response.headers.get('content-type')?.startsWith('text/html'))
    throw new ToolJetError(`${method} ${path}: this version of ToolJet does not support it`, 404);
  return {
    body: parse(text),
    cookies: response.headers.getSetCookie().map((one) => one.split(';')[0] ?? ''),
  };
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function said(text: string): string {
  const { message } = (parse(text) ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : JSON.stringify(message ?? '');
}
