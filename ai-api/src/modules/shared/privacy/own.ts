import { z } from 'zod';
import { type Caller, personOf, type RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import { type Actor, actorOf } from '../audit/index.ts';
import type { OWN_KINDS } from './own-contract.ts';
import type { Parts } from './parts.ts';
import { type createRequests, linkedFile } from './requests.ts';
import { listRequests, newestOfKind, openCount, type RequestRecord } from './store.ts';

/** Corrections of one person that may wait for an answer at a time. */
const MAX_OPEN = 20;

/** What people ask about their own data. */
export function createOwnRequests(parts: Parts, requests: ReturnType<typeof createRequests>) {
  const { database, now } = parts;

  async function view(transaction: TenantTransaction, tenantId: string, row: RequestRecord) {
    const file = await linkedFile(parts, transaction, tenantId, row);
    return {
      requestId: row.id,
      kind: row.kind,
      state: row.state,
      text: row.kind === 'correction' ? row.reason : null,
      answer: row.answer ?? row.refusal,
      dueAt: row.due_at.toISOString(),
      createdAt: row.created_at.toISOString(),
      endedAt: row.ended_at?.toISOString() ?? null,
      file: file && { name: file.name, contentType: file.contentType, bytes: file.bytes, url: file.url },
      fileUntil: row.file_until?.toISOString() ?? null,
    };
  }

  /** @throws {Problem} CONFLICT */
  async function refuseTooMany(tenantId: string, kind: (typeof OWN_KINDS)[number], subjects: string[]) {
    await database.withTenant(tenantId, async (transaction) => {
      if (kind === 'correction') {
        if ((await openCount(transaction, kind, subjects)) >= MAX_OPEN)
          throw new Problem('CONFLICT', `${MAX_OPEN} corrections wait for an answer already.`);
        return;
      }
      const last = await newestOfKind(transaction, kind, subjects);
      const isRecent = last && now().getTime() - last.created_at.getTime() < DAY_MS;
      if (isRecent && last.state !== 'failed')
        throw new Problem(
          'CONFLICT',
          `Your data was exported on ${last.created_at.toISOString()}: once a day.`,
        );
    });
  }

  return {
    /** @throws {Problem} PERSON_NEEDED, CONFLICT, INVALID_INPUT for a correction without a text */
    request: async (
      request: RequestContext,
      { kind, text }: { kind: (typeof OWN_KINDS)[number]; text?: string | undefined },
    ) => {
      const actor = actorOf(request);
      const subjects = subjectsOf(request.caller);
      if (kind === 'correction' && text === undefined)
        throw invalidField('text', 'must say what is to be corrected');
      await refuseTooMany(actor.tenantId, kind, subjects);
      const { requestId } = await requests.create(actor, {
        kind,
        subject: subjects[0] as string,
        basis: 'gdpr',
        reason: kind === 'correction' ? (text as string) : 'Asked on My data.',
        verification: verificationOf(actor),
      });
      return database.withTenant(actor.tenantId, async (transaction) =>
        view(transaction, actor.tenantId, await requests.require(transaction, requestId)),
      );
    },

    /** @throws {Problem} PERSON_NEEDED */
    list: (request: RequestContext, page: Page) => {
      const actor = actorOf(request);
      const subjects = subjectsOf(request.caller);
      return database.withTenant(actor.tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listRequests(transaction, { subjects }, before, limit),
          key: ({ id }) => id,
          describe: async (rows) => {
            const shown = [];
            for (const row of rows) shown.push(await view(transaction, actor.tenantId, row));
            return shown;
          },
        }),
      );
    },
  };
}

/** The caller as requests name a person: the builder first, where there is one. */
function subjectsOf(caller: Caller): string[] {
  const { id, builderId } = personOf(caller);
  return [...(builderId === null ? [] : [`builder:${builderId}`]), `user:${id}`];
}

function verificationOf({ keyId, name }: Actor): string {
  if (keyId === null) return 'Signed in as the person.';
  return `The ${name === 'bootstrap' ? 'initial API key' : `API key ${name}`} acted for the person.`;
}
