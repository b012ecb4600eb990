import type { CONNECTION_STATES } from '../../ai-api/src/modules/shared/ops/connections-contract.ts';
import { reasonOf } from '../../ai-api/src/platform/error-reason.ts';

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
    return [fault(name, reasonOf(error), cure)];
  }
}
