import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { lasting } from '../../../platform/lasting-subject.ts';
import { type Actor, displayName, record, requireDecider, requirePerson } from '../audit/index.ts';
import { dueAt, extendedDueAt } from './deadlines.ts';
import { type Person, person as personSchema, requireKnown } from './engine/person.ts';
import { activeHolds, refuseUnderHold, wordsOf } from './holds.ts';
import { object, withdrawObjection } from './objections.ts';
import { type Parts, REQUEST_QUEUE, type RequestJob } from './parts.ts';
import { countPerson } from './preview.ts';
import {
  changeRequest,
  findRequest,
  insertRequest,
  listRequests,
  openRequest,
  type RequestFilter,
  type RequestRecord,
  stepsOf,
} from './store.ts';
import { requestView, workView } from './views.ts';

const LINK_SECONDS = 3600;

interface NewRequest {
  kind: 'export' | 'erasure' | 'objection' | 'opt_out' | 'correction';
  subject: string;
  basis: RequestRecord['basis'];
  reason: string;
  verification: string;
}

/** Recording, confirming and following privacy requests. */
export function createRequests(parts: Parts) {
  const { database, now } = parts;
  const view = (row: RequestRecord) => requestView(row, now());

  const add = (
    transaction: TenantTransaction,
    actor: Actor,
    given: Omit<NewRequest, 'kind'> & Kind,
    about: Person | null,
  ) =>
    insertRequest(transaction, {
      id: uuidv7(),
      kind: given.kind,
      basis: given.basis,
      subject: lasting(given.subject),
      person: about && JSON.stringify(about),
      state: 'open',
      reason: given.reason,
      verification: given.verification,
      requested_by: displayName(actor),
      requested_user: partyOf(actor),
      is_access_recorded: !(actor.person && about?.ids.includes(actor.person.id)),
      due_at: dueAt(given.basis, now()),
      created_at: now(),
    });

  /** Records a change in the audit trail and publishes it. */
  async function changed(
    transaction: TenantTransaction,
    actor: Actor,
    row: RequestRecord,
    content: Record<string, unknown>,
  ): Promise<void> {
    const { tenantId } = actor;
    await parts.events.publish(transaction, tenantId, 'privacy.request.changed', {
      requestId: row.id,
      kind: row.kind,
      state: row.state,
    });
    const named = row.kind === 'company_export' ? [] : [row.subject];
    const about = row.person ? personSchema.parse(row.person).subjects.map(lasting) : named;
    await record(transaction, actor, { subject: `privacy-request:${row.id}`, details: [{ about, content }] });
  }

  async function start(
    transaction: TenantTransaction,
    actor: Actor,
    row: RequestRecord,
  ): Promise<RequestRecord> {
    const job: RequestJob = { tenantId: actor.tenantId, requestId: row.id };
    await parts.jobs.enqueue(transaction, REQUEST_QUEUE, [job]);
    return changeRequest(transaction, row.id, {
      state: 'running',
      error: null,
      started_at: row.started_at ?? now(),
    });
  }

  return {
    /** @throws {Problem} NOT_FOUND, PERSON_REQUIRED for an erasure by a key alone, LEGAL_HOLD, CONFLICT */
    create: (actor: Actor, given: NewRequest) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        if (given.kind === 'erasure') requirePerson(actor);
        const about = await requireKnown(transaction, parts, given.subject);
        if (given.kind === 'erasure') await refuseUnderHold(transaction, about);
        if (given.kind !== 'correction') await refuseSecond(transaction, given.kind, lasting(given.subject));
        let row = await add(transaction, actor, given, about);
        if (given.kind === 'export') row = await start(transaction, actor, row);
        if (given.kind === 'objection' || given.kind === 'opt_out') {
          if (!about.subjects.some((one) => /^(builder|user):/.test(one)))
            throw new Problem(
              'PRIVACY_STATE',
              'An objection needs a builder or an account: none belongs to this subject.',
            );
          await object(transaction, given.kind, about.subjects, row.id, now());
          row = await changeRequest(transaction, row.id, { state: 'done', ended_at: now(), person: null });
        }
        const { kind, basis, reason } = given;
        await changed(transaction, actor, row, { kind, basis, reason });
        return view(row);
      }),

    /** @throws {Problem} CONFLICT */
    exportCompany: (actor: Actor, reason: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await refuseSecond(transaction, 'company_export', 'company');
        const given = { kind: 'company_export', subject: 'company', basis: 'gdpr', reason } as const;
        const verification = 'An administrator of the company asked.';
        const row = await start(
          transaction,
          actor,
          await add(transaction, actor, { ...given, verification }, null),
        );
        await changed(transaction, actor, row, { reason });
        return view(row);
      }),

    list: (tenantId: string, filter: RequestFilter, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listRequests(transaction, filter, before, limit),
          key: ({ id }) => id,
          view,
        }),
      ),

    /** @throws {Problem} NOT_FOUND */
    get: (tenantId: string, requestId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await requireRequest(transaction, requestId);
        const file = await linkedFile(parts, transaction, tenantId, row);
        return { ...view(row), file, ...workView(row, await stepsOf(transaction, requestId)) };
      }),

    /** @throws {Problem} NOT_FOUND, PRIVACY_STATE */
    preview: (tenantId: string, requestId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await requireRequest(transaction, requestId);
        if (!row.person) throw wrongState(row);
        const about = personSchema.parse(row.person);
        const items = await countPerson(transaction, parts.hooks(), about);
        return {
          items,
          about: items.reduce((sum, one) => sum + one.about, 0),
          mentions: items.reduce((sum, one) => sum + one.mentions, 0),
          holds: (await activeHolds(transaction, about)).map(wordsOf),
        };
      }),

    /** @throws {Problem} NOT_FOUND, PRIVACY_STATE, SELF_APPROVAL, PERSON_REQUIRED, LEGAL_HOLD */
    confirm: (actor: Actor, requestId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await requireRequest(transaction, requestId, 'open');
        if (row.kind !== 'erasure') throw wrongState(row);
        const confirmer = requireDecider(actor);
        const about = personSchema.parse(row.person);
        if (row.requested_user === partyOf(actor))
          throw new Problem('SELF_APPROVAL', 'A second person has to confirm: you recorded this request.');
        if (about.ids.includes(confirmer.id))
          throw new Problem('SELF_APPROVAL', 'Another person has to confirm: the request is about you.');
        await refuseUnderHold(transaction, about);
        await changeRequest(transaction, row.id, {
          confirmed_by: displayName(actor),
          confirmed_user: partyOf(actor),
          confirmed_at: now(),
        });
        const started = await start(transaction, actor, row);
        await changed(transaction, actor, started, { confirmed: true });
        return view(started);
      }),

    /** @throws {Problem} NOT_FOUND, PRIVACY_STATE, LEGAL_HOLD */
    retry: (actor: Actor, requestId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await requireRequest(transaction, requestId, 'failed');
        if (row.kind === 'erasure') await refuseUnderHold(transaction, personSchema.parse(row.person));
        const started = await start(transaction, actor, row);
        await changed(transaction, actor, started, { retried: true });
        return view(started);
      }),

    /** @throws {Problem} NOT_FOUND, PRIVACY_STATE for what is no open correction */
    answer: (actor: Actor, requestId: string, answer: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await requireRequest(transaction, requestId, 'open');
        if (row.kind !== 'correction') throw wrongState(row);
        const answered = await changeRequest(transaction, row.id, { state: 'done', answer, ended_at: now() });
        await changed(transaction, actor, answered, { answer });
        return view(await changeRequest(transaction, row.id, { person: null }));
      }),

    /** A request as it is stored. @throws {Problem} NOT_FOUND */
    require: (transaction: TenantTransaction, requestId: string) => requireRequest(transaction, requestId),

    /** @throws {Problem} NOT_FOUND, PRIVACY_STATE */
    refuse: (actor: Actor, requestId: string, refusal: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await requireRequest(transaction, requestId, 'open', 'failed');
        const refused = await changeRequest(transaction, row.id, {
          state: 'refused',
          refusal,
          ended_at: now(),
        });
        await changed(transaction, actor, refused, { refusal });
        return view(await changeRequest(transaction, row.id, { person: null }));
      }),

    /** @throws {Problem} NOT_FOUND, PRIVACY_STATE for what is no objection or opt-out in force */
    withdraw: (actor: Actor, requestId: string, reason: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await requireRequest(transaction, requestId, 'done');
        if (row.kind !== 'objection' && row.kind !== 'opt_out') throw wrongState(row);
        await withdrawObjection(transaction, row.id, now());
        const withdrawn = await changeRequest(transaction, row.id, { state: 'withdrawn' });
        await changed(transaction, actor, withdrawn, { withdrawn: true, reason });
        return view(withdrawn);
      }),

    /** @throws {Problem} NOT_FOUND, PRIVACY_STATE */
    extend: (actor: Actor, requestId: string, reason: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await requireRequest(transaction, requestId);
        if (row.ended_at !== null) throw wrongState(row);
        if (row.extended_at !== null) throw new Problem('PRIVACY_STATE', 'The deadline was extended before.');
        if (row.due_at < now()) throw new Problem('PRIVACY_STATE', 'The deadline has passed.');
        const extended = await changeRequest(transaction, row.id, {
          due_at: extendedDueAt(row.basis, row.created_at),
          extended_at: now(),
          extension_reason: reason,
          reminded: '',
        });
        await changed(transaction, actor, extended, { extended: extended.due_at.toISOString(), reason });
        return view(extended);
      }),
  };
}

/** The file of an export with a link to it; null where there is none. */
export async function linkedFile(
  { files }: Pick<Parts, 'files'>,
  transaction: TenantTransaction,
  tenantId: string,
  { file_id }: RequestRecord,
) {
  const found = file_id ? await files.find(transaction, file_id, 1) : null;
  return (
    found && {
      name: found.file.name,
      contentType: found.version.content_type,
      bytes: found.version.bytes,
      sha256: found.version.sha256 ?? '',
      url: files.url(tenantId, found.file.id, 1, LINK_SECONDS),
    }
  );
}

interface Kind {
  kind: RequestRecord['kind'];
}

/** Who acts, in one word: two of them are two parties. */
function partyOf({ person, keyId, name }: Actor): string {
  return person ? `user:${person.id}` : `key:${keyId ?? name}`;
}

/** @throws {Problem} CONFLICT */
async function refuseSecond(transaction: TenantTransaction, kind: RequestRecord['kind'], subject: string) {
  const open = await openRequest(transaction, kind, subject);
  if (open) throw new Problem('CONFLICT', `Request ${open.id} of this kind is ${open.state}.`);
}

/** A request, locked when a change follows. @throws {Problem} NOT_FOUND, PRIVACY_STATE */
async function requireRequest(
  transaction: TenantTransaction,
  requestId: string,
  ...states: RequestRecord['state'][]
): Promise<RequestRecord> {
  const row = await findRequest(transaction, requestId, { isLocked: states.length > 0 });
  if (!row) throw notFound('privacy request', requestId);
  if (states.length > 0 && !states.includes(row.state)) throw wrongState(row);
  return row;
}

function wrongState({ kind, state }: RequestRecord): Problem {
  return new Problem('PRIVACY_STATE', `The ${kind.replace('_', ' ')} is ${state}.`);
}
