import { QueryError } from './query-error.ts';
import type { Options, QueryResult } from './types.ts';

/** What a query with `failures: data` gives instead of an error. */
export interface FailureData {
  queryFailure: { message: string; description: string; data: unknown };
}

/**
 * Runs a query and tells its failure as the app can show it. ToolJet 2 keeps the error of a query away from what
 * a page may show, but hands its data to a transformation: apps for it ask for failures as data.
 * @throws {QueryError} unless the query asks otherwise
 */
export async function withFailures(query: Options, run: () => Promise<QueryResult>): Promise<QueryResult> {
  try {
    return await run();
  } catch (error) {
    if (query.failures !== 'data' || !(error instanceof QueryError)) throw error;
    const { message, description, data } = error;
    return { status: 'ok', data: { queryFailure: { message, description, data } } satisfies FailureData };
  }
}
