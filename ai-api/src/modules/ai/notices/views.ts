import type { z } from 'zod';
import type { notice } from './contract.ts';
import { type InForce, inForce, noticeContent, sections as sectionsSchema } from './schema.ts';
import type { InformedRecord, NoticeRecord } from './store.ts';
import { inForceLines, markdownOf } from './text.ts';

type Operations = (typeof notice)['operations'];
type Published = z.input<Operations['get']['output']>;
type Own = z.input<Operations['acknowledge']['output']>;

/** A published notice beside what judges now. */
export function publishedView(row: NoticeRecord, current: InForce): Published {
  const sections = sectionsSchema.parse(row.sections);
  return {
    kind: row.kind,
    version: row.version,
    title: row.title,
    content: noticeContent.parse(row.content),
    sections,
    markdown: markdownOf(row.title, sections),
    publishedAt: row.published_at.toISOString(),
    publishedWith: inForce.parse(row.in_force),
    inForce: current,
    inForceLines: inForceLines(current),
  };
}

/** A notice as the builder sees it whom it informs. */
export function ownView(row: NoticeRecord, informed: InformedRecord | undefined, current: InForce): Own {
  const sections = sectionsSchema.parse(row.sections);
  const acknowledgedAt = informed?.acknowledged_at?.toISOString() ?? null;
  return {
    kind: row.kind,
    version: row.version,
    title: row.title,
    sections,
    markdown: markdownOf(row.title, sections),
    publishedAt: row.published_at.toISOString(),
    inForceLines: inForceLines(current),
    state: acknowledgedAt ? 'acknowledged' : informed ? 'informed otherwise' : 'open',
    acknowledgedAt,
    informedOn: informed?.informed_on ?? null,
    informedHow: informed?.informed_how ?? null,
  };
}
