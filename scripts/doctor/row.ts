import type { CONNECTION_STATES } from '../../ai-api/src/modules/shared/ops/connections-contract.ts';

/** One line of the report: a connection or a promise, what was found, and what to do. */
export interface Row {
  name: string;
  state: (typeof CONNECTION_STATES)[number];
  detail: string;
  cure: string | null;
}

export const ok = (name: string, detail: string): Row => ({ name, state: 'ok', detail, cure: null });
export const unused = (name: string, detail: string): Row => ({ name, state: 'unused', detail, cure: null });
export const warning = (name: string, detail: string, cure: string): Row => ({
  name,
  state: 'warning',
  detail,
  cure,
});
export const fault = (name: string, detail: string, cure: string): Row => ({
  name,
  state: 'fault',
  detail,
  cure,
});

/** The rows that `look` finds, or one fault with why it could not look. */
export async function orFault(name: string, cure: string, look: () => Promise<Row[]>): Promise<Row[]> {
  try {
    return await look();
  } catch (error) {
    return [fault(name, reasonsOf(error).join(': '), cure)];
  }
}

/** The messages of an error and of what caused it: a failed request says why in the last one only. */
function reasonsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const { message, cause } = error;
  const said = message || (error as { code?: string }).code || error.name;
  const causes = cause === undefined ? [] : reasonsOf(cause);
  return causes.some((one) => said.includes(one)) ? [said] : [said, ...causes];
}
