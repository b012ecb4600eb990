import type { LogEvent } from 'kysely';
import { QUERY_TYPES, type QueryType } from './metrics.ts';
import { spanOfStatement } from './tracing/index.ts';

/** Told of each statement that ended, well or not. */
export type OnQuery = (type: QueryType, seconds: number) => void;

/**
 * A Kysely logger that records the kind and the time of each statement, and makes it a span of the trace that it is
 * part of. It records no values.
 */
export function queryTimes(onQuery: OnQuery): (event: LogEvent) => void {
  return (event) => {
    const { query, queryDurationMillis } = event;
    const type = queryType(query.sql);
    onQuery(type, queryDurationMillis / 1000);
    spanOfStatement(query.sql, type, queryDurationMillis, event.level === 'error' ? event.error : undefined);
  };
}

function queryType(text: string): QueryType {
  const word = /^\s*([a-z]+)/i.exec(text)?.[1]?.toLowerCase();
  return QUERY_TYPES.find((type) => type === word) ?? 'other';
}
