/** SQLSTATE, as both database drivers put it on their errors. */
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * A handler's error as it is kept with the job: one line. What a database or a parser says may repeat what
 * people wrote, so of those only the kind is kept; the log has their stack.
 */
export function failureOf(error: unknown): Error {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === 'string' && SQLSTATE.test(code))
    return new Error(`The database refused it (SQLSTATE ${code})`);
  if (error instanceof SyntaxError) return new Error('Something could not be parsed');
  if (!(error instanceof Error) || error.message === '') return new Error(NO_MESSAGE);
  return new Error(error.message.replaceAll(/\s+/g, ' ').slice(0, 500));
}

/** Why a job failed, from what pg-boss kept of its error. */
export function reasonOf(output: unknown): string {
  const message = (output as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : NO_MESSAGE;
}

const NO_MESSAGE = 'The job failed without a message';
