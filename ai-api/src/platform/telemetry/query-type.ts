import type { LogEvent } from 'kysely';
import { QUERY_TYPES, type QueryType } from './metrics.ts';

/** Told of each statement that ended, well or not. */
export type OnQuery = (type: QueryType, seconds: number) => void;

/** A Kysely logger that tells the kind and the time of each statement, and nothing of its values. */
export function queryTimes(onQuery: OnQuery): (event: LogEvent) => void {
  return ({ query, queryDurationMillis }) => onQuery(queryType(query.sql), queryDurationMillis / 1000);
}

function queryType(text: string): QueryType {
  const word = /^\s*([a-z]+)/i.exec(text)?.[1]?.toLowerCase();
  return QUERY_TYPES.find((type) => type === word) ?? 'other';
}
