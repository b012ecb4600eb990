import { z } from 'zod';

/** Langfuse did not do what was asked. `status` is null when it gave no answer. */
export class LangfuseError extends Error {
  readonly status: number | null;

  constructor(message: string, status: number | null, cause?: unknown) {
    super(message, { cause });
    this.name = 'LangfuseError';
    this.status = status;
  }

  /** Whether the same request may be answered otherwise later. */
  get isTemporary(): boolean {
    return this.status === null || this.status === 429 || this.status >= 500;
  }
}

/** A refusal as the SDK throws it. */
const refusal = z.object({
  statusCode: z.number(),
  body: z.object({ message: z.string() }).optional().catch(undefined),
});

/**
 * What a person can act on: Langfuse's own message, never a body of ours.
 * @param what what the request does, such as `list prompts`
 * @param timedOutAfterMs the time limit that ended the request, if one did
 */
export function toLangfuseError(what: string, error: unknown, timedOutAfterMs: number | null): LangfuseError {
  const { data: refused } = refusal.safeParse(error);
  if (!refused) {
    const failure =
      timedOutAfterMs === null ? 'could not be reached' : `did not respond within ${timedOutAfterMs} ms`;
    return new LangfuseError(`Langfuse ${failure}`, null, error);
  }
  const { statusCode: status, body } = refused;
  if (status === 401 || status === 403)
    return new LangfuseError(`Langfuse rejected the keys (${status})`, status);
  const reason = body ? `: ${body.message.slice(0, 300)}` : '';
  return new LangfuseError(`Langfuse could not ${what} (${status})${reason}`, status);
}
