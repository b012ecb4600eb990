import type { Action } from './model.ts';

export const run = (query: string, onlyIf?: string): Extract<Action, { do: 'run-query' }> => ({
  do: 'run-query',
  query,
  ...(onlyIf ? { onlyIf } : {}),
});
/** Runs a query again after some seconds while a condition holds, until what it loads is complete. */
export const poll = (query: string, onlyIf: string, seconds = 3): Action => ({
  ...run(query, onlyIf),
  after: seconds * 1000,
});
/** Starts several queries, as a page does when it opens. */
export const load = (...queries: string[]): Action[] => queries.map((query) => run(query));
export const open = (modal: string): Action => ({ do: 'show-modal', modal });
export const close = (modal: string): Action => ({ do: 'close-modal', modal });
export const go = (page: string): Action => ({ do: 'switch-page', page });
export const set = (key: string, value: string): Action => ({ do: 'set-custom-variable', key, value });
export const clear = (component: string): Action => ({
  do: 'control-component',
  component,
  action: 'clear',
  params: {},
});
export const setText = (component: string, value: string): Action => ({
  do: 'control-component',
  component,
  action: 'setText',
  params: { text: value },
});
export const say = (
  message: string,
  alertType: 'success' | 'error' | 'info' | 'warning' = 'success',
): Action => ({ do: 'show-alert', message, alertType });
