import type { z } from 'zod';
import { chainedEntry, type EventRecord, type PayloadRecord } from '../audit/index.ts';
import type { audit } from './contract.ts';

type Operations = (typeof audit)['operations'];
type EntryView = Omit<z.input<Operations['list']['output']>['items'][number], 'person'>;
type DetailView = z.input<Operations['get']['output']>['details'][number];

/** An entry as the API shows it: what its hash covers, and its links. */
export function entryView(row: EventRecord): EntryView {
  return { ...chainedEntry(row), previousHash: row.previous_hash, hash: row.hash };
}

/** Id of the person who wrote an entry; none when a key or the system did. */
export function personOf({ acting_for: actingFor, actor_name: name }: EventRecord): string[] {
  const [, id] = /^user:(.+)$/.exec(actingFor ?? name) ?? [];
  return id ? [id] : [];
}

/** A part of an entry as the API shows it. */
export function detailView(row: PayloadRecord): DetailView {
  return {
    about: row.subjects,
    digest: row.digest,
    content: row.content === null ? null : (JSON.parse(row.content) as Record<string, unknown>),
    erased:
      row.erased_at === null
        ? null
        : {
            at: row.erased_at.toISOString(),
            reason: row.erased_reason ?? '',
            entry: row.erased_in ?? 0,
          },
  };
}
