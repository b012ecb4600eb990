import type { Database } from '../../../platform/database/index.ts';
import type { EventFilter } from '../audit/index.ts';
import type { Files } from '../files/index.ts';
import type { Identity } from '../identity/index.ts';
import type { ReportKind } from './contract.ts';

/** What reports are made from. */
export interface ReportParts {
  database: Database;
  files: Files;
  identity: Identity;
  tenantId: string;
  now: Date;
}

export interface ReportRequest extends Pick<EventFilter, 'from' | 'to'> {
  kind: ReportKind;
}

/** A file of a report, written as it is read. */
export interface ReportFile {
  name: string;
  contentType: 'text/markdown; charset=utf-8' | 'text/csv; charset=utf-8';
  text: Iterable<string> | AsyncIterable<string>;
}

/** The span of a report in words. */
export function period({ from, to }: Pick<EventFilter, 'from' | 'to'>): string {
  return `${from?.toISOString() ?? 'the first entry'} to ${to?.toISOString() ?? 'now'}`;
}
