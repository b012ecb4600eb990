import { z } from 'zod';
import type { Hearing } from '../../../../judgement/index.ts';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import type { BuilderRecord, People } from '../../../shared/people/index.ts';
import { type Claim, calendarOf } from '../facts.ts';

const span = z.object({ from: z.string(), until: z.string() });

/** What claims are held against. It is stored with the judgement, so that they can be held against it again. */
export const recordsSchema = z.object({
  zone: z.string(),
  /** The day worked, as instants. */
  day: span,
  /** The time that the form names; null where it names none. */
  form: span.nullable(),
  projectId: z.string().nullable(),
  records: z.array(
    z.object({
      recordId: z.string(),
      kind: z.enum(['meeting', 'ticket', 'document']),
      reference: z.string().nullable(),
      title: z.string(),
      projectId: z.string().nullable(),
      day: z.string(),
      startedAt: z.string().nullable(),
      endedAt: z.string().nullable(),
      isOwn: z.boolean(),
    }),
  ),
  projects: z.array(z.object({ projectId: z.string(), name: z.string() })),
  colleagues: z.array(z.object({ name: z.string(), team: z.string(), isMember: z.boolean() })),
  tracked: z.array(span),
});
export type ClaimRecords = z.output<typeof recordsSchema>;

/** Reads what the claims of a justification will be held against. */
export async function hearingOf(
  transaction: TenantTransaction,
  people: People,
  builder: BuilderRecord,
  claim: Claim,
  now: Date,
): Promise<Hearing> {
  const { day } = calendarOf(claim.day, builder.timezone, now);
  const around = await people.workAround(transaction, {
    builderId: claim.builderId,
    date: claim.day,
    day,
    projectId: claim.projectId,
    text: claim.justification,
  });
  const written = ({ from, until }: { from: Date; until: Date }) => ({
    from: from.toISOString(),
    until: until.toISOString(),
  });
  return {
    records: {
      zone: builder.timezone ?? 'utc',
      day: written(day),
      form: claim.span && written(claim.span),
      projectId: claim.projectId,
      ...around,
    } satisfies ClaimRecords,
  };
}
