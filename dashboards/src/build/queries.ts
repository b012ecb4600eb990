import type { routes } from '../../../tooljet-plugins/ai-manager/lib/routes.generated.ts';
import type { operations as langfuse } from '../../../tooljet-plugins/ai-manager-langfuse/lib/operations.ts';
import type { operations as n8n } from '../../../tooljet-plugins/ai-manager-n8n/lib/operations.ts';
import { say, set } from './actions.ts';
import type { Action, Query, Source } from './model.ts';

interface Operations {
  'ai-manager': keyof typeof routes;
  'ai-manager-langfuse': keyof typeof langfuse;
  'ai-manager-n8n': keyof typeof n8n;
}

interface ReadSpec {
  options?: Record<string, string>;
  atStart?: boolean;
  transform?: string;
  next?: readonly Action[];
}

interface WriteSpec {
  options?: Record<string, string>;
  transform?: string;
  confirm?: string;
  /** Said when it worked. */
  done: string;
  next?: readonly Action[];
}

/** The variable that is true after a query failed; ToolJet 2.27 keeps no error of its own. */
export function failedFlag(query: string): string {
  return `failed_${query}`;
}

/** Expression for what the service said of a query that failed: what it is, and what to do. */
export function failureOf(query: string): string {
  const error = `queries.${query}.error`;
  return `[${error}?.message, ${error}?.description].filter(Boolean).join('. ')`;
}

/** Queries of one data source, typed by what its plugin offers. */
export function queriesOf<S extends Source>(source: S) {
  return {
    /** Reads; its failure is shown where its data would be. */
    read(name: string, operation: Operations[S], spec: ReadSpec = {}): Query {
      return {
        name,
        source,
        operation: operation as string,
        options: spec.options ?? {},
        ...(spec.atStart ? { atStart: true } : {}),
        ...(spec.transform ? { transform: spec.transform } : {}),
        events: {
          onDataQuerySuccess: [set(failedFlag(name), '{{false}}'), ...(spec.next ?? [])],
          onDataQueryFailure: [set(failedFlag(name), '{{true}}')],
        },
      };
    },

    /** Changes something; says what became of it. */
    write(name: string, operation: Operations[S], spec: WriteSpec): Query {
      return {
        name,
        source,
        operation: operation as string,
        options: spec.options ?? {},
        ...(spec.transform ? { transform: spec.transform } : {}),
        ...(spec.confirm ? { confirm: spec.confirm } : {}),
        events: {
          onDataQuerySuccess: [set(failedFlag(name), '{{false}}'), say(spec.done), ...(spec.next ?? [])],
          onDataQueryFailure: [
            set(failedFlag(name), '{{true}}'),
            say(`{{${failureOf(name)} || 'The request failed. Check the fields and try again.'}}`, 'error'),
          ],
        },
      };
    },
  };
}

export const api = queriesOf('ai-manager');
export const n8nQueries = queriesOf('ai-manager-n8n');
