const MAX_LENGTH = 500;

/** The messages of an error and of what caused it, as one line: a failed request says why only in its last cause. */
export function reasonOf(error: unknown): string {
  return messagesOf(error).join(': ').slice(0, MAX_LENGTH);
}

function messagesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const { message, cause } = error;
  const own = message || (error as { code?: string }).code || error.name;
  const causes = cause === undefined ? [] : messagesOf(cause);
  return causes.some((one) => own.includes(one)) ? [own] : [own, ...causes];
}
