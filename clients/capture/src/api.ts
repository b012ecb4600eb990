import type { Policy } from '../../../ai-api/src/modules/context/conversations/policy-match.ts';
import type { Settings } from './settings.ts';

/** An answer of the API that is not a success. `status` is 0 when there was no answer. */
export class ApiFailure extends Error {
  readonly status: number;
  /** Code of the problem document, such as `NOT_SAVED`. */
  readonly code: string | null;
  /** When a quota starts again; null where none is used up. */
  readonly resetsAt: Date | null;

  constructor(
    status: number,
    message: string,
    { code = null, resetsAt = null }: { code?: string | null; resetsAt?: Date | null } = {},
  ) {
    super(message);
    this.name = 'ApiFailure';
    this.status = status;
    this.code = code;
    this.resetsAt = resetsAt;
  }

  /** Whether the company's plan allows no more of this today; what does not count towards it may still be sent. */
  get isBeyondQuota(): boolean {
    return this.code === 'QUOTA_EXCEEDED';
  }

  /** Whether the same request may succeed later: the API is away, busy or being set up. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** Whether no request will succeed with these settings. */
  get isRefused(): boolean {
    return this.status === 401 || (this.status === 403 && !this.isUnwanted);
  }

  /** Whether this conversation is not saved: a policy forbids it, it was removed, or it is another person's. */
  get isUnwanted(): boolean {
    return this.code === 'NOT_SAVED' || this.code === 'CONFLICT';
  }
}

export interface WhoAmI {
  tenant: string;
  keyName: string | null;
  user: { name: string } | null;
  roles: string[];
}

/** What recording traces of agents answered. */
export interface RecordedTraces {
  recorded: number;
  /** Ids of traces whose commit is not known. */
  unknown: string[];
  /** Ids of traces in which no address names a conversation. */
  unnamed: string[];
}

/** What saving a conversation answered. */
export interface Saved {
  id: string;
  created: boolean;
  messages: { added: number; changed: number; unchanged: number };
}

/** Where lines of code come from. */
export interface Blame {
  origins: {
    conversationId: string;
    title: string;
    tool: string;
    author: string;
    messageId: string | null;
    saidAt: string | null;
    level: string;
    status: string;
  }[];
  lines: { origin: number | null; match: 'attributed' | 'line' | 'moved' | 'file' | 'commit' | null }[];
}

const TIMEOUT_MS = 60_000;
const PAGE = 100;

/** The operations of the API that this command uses. */
export function createApi({ url, apiKey, actingFor }: Pick<Settings, 'url' | 'apiKey' | 'actingFor'>) {
  async function call<Answer>(method: string, path: string, body?: string): Promise<Answer> {
    if (url === null || apiKey === null)
      throw new ApiFailure(401, 'Not signed in: run `ai-manager-capture login`.');
    const headers = {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      ...(actingFor === null ? {} : { 'ai-manager-acting-for': actingFor }),
    };
    const response = await answerOf(
      new URL(path, url.endsWith('/') ? url : `${url}/`),
      method,
      headers,
      body,
    );
    const text = await response.text().catch(() => '');
    if (!response.ok) throw failureOf(response.status, text);
    try {
      return JSON.parse(text) as Answer;
    } catch {
      throw new ApiFailure(502, 'The API did not answer with JSON: is the URL right?');
    }
  }
  return {
    whoAmI: () => call<WhoAmI>('GET', 'whoami'),
    save: (body: string) => call<Saved>('POST', 'conversations', body),
    recordCommits: (body: string) => call<{ recorded: number }>('POST', 'commits', body),
    recordTraces: (body: string) => call<RecordedTraces>('POST', 'agent-traces', body),
    blame: (body: string) => call<Blame>('POST', 'blame', body),
    async policies(): Promise<Policy[]> {
      const policies: Policy[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const after = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: { items: Policy[]; nextCursor: string | null } = await call(
          'GET',
          `conversation-policies?limit=${PAGE}${after}`,
        );
        policies.push(...page.items.map(({ scope, pattern, action }) => ({ scope, pattern, action })));
        cursor = page.nextCursor;
      }
      return policies;
    },
  };
}

export type Api = ReturnType<typeof createApi>;

async function answerOf(
  url: URL,
  method: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    throw new ApiFailure(0, `The API at ${url.origin} cannot be reached${cause}.`);
  }
}

/** What a problem document says, with the first fault of the input. */
function failureOf(status: number, text: string): ApiFailure {
  try {
    const { title, detail, code, errors, plan } = JSON.parse(text) as Record<string, unknown>;
    const [first] = Array.isArray(errors) ? (errors as { field?: unknown; message?: unknown }[]) : [];
    const fault = first ? ` (${String(first.field ?? '')} ${String(first.message ?? '')})` : '';
    const message = `${String(detail ?? title ?? `The API answered ${status}.`)}${fault}`;
    return new ApiFailure(status, message, {
      code: typeof code === 'string' ? code : null,
      resetsAt: resetIn(plan),
    });
  } catch {
    return new ApiFailure(status, `The API answered ${status}.`);
  }
}

/** When the quota starts again that a problem document is about. */
function resetIn(plan: unknown): Date | null {
  const { resetsAt } = (plan ?? {}) as { resetsAt?: unknown };
  const at = new Date(typeof resetsAt === 'string' ? resetsAt : Number.NaN);
  return Number.isNaN(at.getTime()) ? null : at;
}
