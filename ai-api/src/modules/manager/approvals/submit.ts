import { v7 as uuidv7 } from 'uuid';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS, HOUR_MS } from '../../../platform/durations.ts';
import { type Actor, displayName, record } from '../../shared/audit/index.ts';
import type { BuilderRecord, Span } from '../../shared/people/index.ts';
import { type Claim, calendarOf, isSame } from './facts.ts';
import type { Parts } from './parts.ts';
import type { Category } from './states.ts';
import {
  type ApprovalRecord,
  addStep,
  insertApproval,
  liveRequests,
  liveRequestsIn,
  lockBuilder,
  readSettings,
} from './store.ts';

/** The requested time. */
export interface TimeRequest {
  date: string;
  hours: number;
  startsAt?: string | undefined;
  category: Category;
  projectId?: string | undefined;
  justification: string;
}

export interface NewAttachment {
  name: string;
  contentType: string;
  base64: string;
}

const YEAR_MS = 366 * DAY_MS;

/**
 * Checks what can be checked without a judgement, and spells the request out in the builder's time zone.
 * @throws {Problem} INVALID_INPUT, NOT_FOUND
 */
export async function claimOf(
  transaction: TenantTransaction,
  { people, now }: Parts,
  builder: BuilderRecord,
  timeRequest: TimeRequest,
): Promise<Claim & { week: string }> {
  const { date, hours, startsAt, category, projectId = null, justification } = timeRequest;
  if (Math.abs(Date.parse(date) - now().getTime()) > YEAR_MS) {
    throw invalidField('date', 'must be within a year from now');
  }
  const calendar = calendarOf(date, builder.timezone, now());
  if (hours > calendar.hoursOfDay) {
    throw invalidField('hours', `must be at most ${calendar.hoursOfDay}, the length of that day`);
  }
  if (projectId !== null && !(await people.findProject(transaction, projectId))) {
    throw notFound('project', projectId);
  }
  return {
    id: null,
    builderId: builder.builder_id,
    projectId,
    day: date,
    week: calendar.week,
    hours,
    span: startsAt === undefined ? null : spanOf(startsAt, hours, calendar.day, builder.timezone),
    category,
    justification,
    attachments: 0,
  };
}

function spanOf(startsAt: string, hours: number, day: Span, zone: string | null): Span {
  const from = new Date(startsAt);
  if (from < day.from || from >= day.until) {
    throw invalidField('startsAt', `must be on the day worked, in the time zone ${zone ?? 'UTC'}`);
  }
  return { from, until: new Date(from.getTime() + hours * HOUR_MS) };
}

/** The builder whose time is meant. @throws {Problem} NOT_FOUND, or INVALID_INPUT when no builder is named */
export async function builderOf(
  transaction: TenantTransaction,
  { people }: Parts,
  actor: Actor,
  builderId: string | undefined,
): Promise<BuilderRecord> {
  const id = builderId ?? actor.person?.builderId ?? null;
  if (id === null) throw invalidField('builderId', 'is required: you are not a builder');
  const builder = await people.findBuilder(transaction, id);
  if (!builder) throw notFound('builder', id);
  if (builder.status === 'left') throw invalidField('builderId', 'names a builder who has left');
  return builder;
}

/**
 * Stores a request. Of two that ask for the same time at once, one is stored.
 * @throws {Problem} APPROVAL_OVERLAP, INVALID_INPUT, NOT_FOUND
 */
export async function submit(
  parts: Parts,
  actor: Actor,
  builderId: string | undefined,
  timeRequest: TimeRequest,
  attachments: readonly NewAttachment[],
): Promise<ApprovalRecord> {
  const { database, files, announce, now } = parts;
  const id = uuidv7();
  // Before the transaction: a request has its files; a file that no request takes is discarded.
  const kept = await Promise.all(
    attachments.map(async ({ name, contentType, base64 }) => {
      const body = Buffer.from(base64, 'base64');
      const stored = await files.store(actor.tenantId, 'approvals', 'attachment', body, contentType);
      return { stored, file: { name, contentType, bytes: body.length, key: stored.key } };
    }),
  );
  return database.withTenant(actor.tenantId, async (transaction) => {
    const builder = await builderOf(transaction, parts, actor, builderId);
    const claim = await claimOf(transaction, parts, builder, timeRequest);
    await lockBuilder(transaction, claim.builderId);
    await refuseOverlap(transaction, claim);
    const row = await insertApproval(transaction, {
      id,
      builder_id: claim.builderId,
      project_id: claim.projectId,
      day: claim.day,
      week: claim.week,
      hours: claim.hours,
      starts_at: claim.span?.from ?? null,
      ends_at: claim.span?.until ?? null,
      category: claim.category,
      justification: claim.justification,
      attachments: kept.map(({ file }) => file),
      submitted_by: displayName(actor),
      submitted_user: actor.person?.id ?? null,
    });
    const { justification } = claim;
    await addStep(transaction, id, {
      step: 'submitted',
      at: now(),
      by: displayName(actor),
      engine: 'human',
      hours: claim.hours,
    });
    for (const { stored, file } of kept)
      await files.attach(transaction, actor, stored, {
        fileId: stored.versionId,
        name: file.name,
        category: 'attachment',
        origin: 'approval',
        contentType: file.contentType,
        about: [`builder:${claim.builderId}`],
      });
    await announce.submitted(transaction, row);
    const { triage } = await readSettings(transaction);
    if (triage === 'automatic') await parts.enqueueTriage(transaction, actor.tenantId, id);
    await record(transaction, actor, {
      subject: `approval:${id}`,
      details: [
        { about: [], content: { day: claim.day, hours: claim.hours, category: claim.category } },
        { about: [`builder:${claim.builderId}`], content: { justification } },
      ],
    });
    return row;
  });
}

/**
 * Refuses what another request of the builder asks for already, also one that reaches over from the week before.
 * @throws {Problem} APPROVAL_OVERLAP
 */
export async function refuseOverlap(
  transaction: TenantTransaction,
  claim: Claim & { week: string },
): Promise<void> {
  const { id, builderId, week, span } = claim;
  const same = (await liveRequests(transaction, builderId, week)).filter((one) => isSame(one, claim));
  const sharing = span ? await liveRequestsIn(transaction, builderId, span) : [];
  const other = [...same, ...sharing].find((one) => one.id !== id);
  if (!other) return;
  throw new Problem(
    'APPROVAL_OVERLAP',
    `Request ${other.id} of ${other.day} already claims this time (${other.state}).`,
  );
}
