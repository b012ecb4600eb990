import { z } from 'zod';
import type { RequestContext } from '../../../../http/caller.ts';
import { listPage, type Page } from '../../../../http/cursor.ts';
import { notFound, Problem } from '../../../../http/problem.ts';
import type { Database } from '../../../../platform/database/index.ts';
import { actorOf, displayName, record } from '../../../shared/audit/index.ts';
import type { Events } from '../../../shared/events/index.ts';
import { eventOf } from '../checkout/reports.ts';
import type { Checkout } from '../checkout/service.ts';
import { lockLicence } from '../seats/licence-row.ts';
import type { Denial, SessionState } from '../states.ts';
import { findLicence } from '../store.ts';
import {
  type DenialRecord,
  findSession,
  listDenials,
  listDevices,
  listSessions,
  liveOfDevice,
  type SessionFilter,
  type SessionRecord,
  setBlocked,
} from './store.ts';

type OfLicence = { licence_name: string; product_code: string };

/** Sessions, denials and devices as admins see them. */
export function createSessions(database: Database, checkout: Checkout, events: Events) {
  async function requireSession(tenantId: string, sessionId: string) {
    const row = await database.withTenant(tenantId, (transaction) => findSession(transaction, sessionId));
    if (!row) throw new Problem('SESSION_NOT_FOUND', 'No session has this id.');
    return row;
  }

  return {
    list: (tenantId: string, filter: SessionFilter, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listSessions(transaction, filter, after, limit),
          key: ({ id }) => id,
          view: sessionView,
        }),
      ),

    denials: (
      tenantId: string,
      filter: { licenceId?: string | undefined; code?: Denial | undefined },
      page: Page,
    ) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listDenials(transaction, filter, after, limit),
          key: ({ id }) => id,
          view: denialView,
        }),
      ),

    evict: async (request: RequestContext, { sessionId, reason }: { sessionId: string; reason: string }) => {
      const { tenantId } = request.caller;
      const before = await requireSession(tenantId, sessionId);
      const op = { type: 'evict' as const, session: sessionId };
      const { code } = await checkout.decide(
        tenantId,
        before.licence_id,
        op,
        async (transaction, decision) => {
          const licence = await findLicence(transaction, { id: before.licence_id });
          if (!licence || decision.code !== 'EVICTED') return;
          await events.publish(transaction, tenantId, 'license.session.evicted', {
            ...eventOf(licence),
            sessionId,
            user: before.user_name || null,
            reason,
          });
          await record(transaction, actorOf(request), {
            subject: `licence-session:${sessionId}`,
            details: [{ about: [], content: { licenceId: licence.id, reason } }],
          });
        },
      );
      const after = await requireSession(tenantId, sessionId);
      if (code !== 'EVICTED') throw new Problem('CONFLICT', `The session has ended: ${after.state}.`);
      return sessionView(after);
    },

    devices: (tenantId: string, licenceId: string, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        if (!(await findLicence(transaction, { id: licenceId }))) throw notFound('licence', licenceId);
        return listPage(page, {
          cursor: z.number().int().min(0),
          query: async (after, limit) => {
            const from = after === null ? 0 : after + 1;
            const rows = await listDevices(transaction, licenceId, from, limit);
            return rows.map((row, place) => ({ ...row, place: from + place }));
          },
          key: ({ place }) => place,
          view: (row) => ({
            device: row.device,
            user: row.user_name || null,
            sessions: row.sessions,
            lastAt: row.last_at.toISOString(),
            blocked: row.blocked,
          }),
        });
      }),

    blockDevice: async (
      request: RequestContext,
      input: { licenceId: string; device: string; blocked: boolean; reason: string },
    ) => {
      const { tenantId } = request.caller;
      const { licenceId, device, blocked } = input;
      const live = await database.withTenant(tenantId, async (transaction) => {
        // Grants that are being stored come before, or see the block.
        if (!(await lockLicence(transaction, licenceId))) throw notFound('licence', licenceId);
        const actor = actorOf(request);
        await setBlocked(transaction, { ...input, by: displayName(actor) });
        const sessions = blocked ? await liveOfDevice(transaction, licenceId, device) : [];
        await record(transaction, actor, {
          subject: `licence:${licenceId}`,
          details: [{ about: [], content: input }],
        });
        return sessions;
      });
      for (const { id } of live) await checkout.decide(tenantId, licenceId, { type: 'evict', session: id });
      return { device, blocked };
    },
  };
}

function sessionView(row: SessionRecord & OfLicence) {
  return {
    sessionId: row.id,
    licenceId: row.licence_id,
    licence: row.licence_name,
    product: row.product_code,
    device: row.device,
    user: row.user_name || null,
    group: row.group_name || null,
    state: row.state as SessionState,
    startedAt: row.started_at?.toISOString() ?? null,
    leaseUntil: row.ended_at === null ? row.lease_until.toISOString() : null,
    idleSeconds: row.idle_seconds,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

function denialView(row: DenialRecord & OfLicence) {
  return {
    denialId: row.id,
    licenceId: row.licence_id,
    licence: row.licence_name,
    product: row.product_code,
    code: row.code as Denial,
    device: row.device,
    user: row.user_name || null,
    attempts: row.attempts,
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
  };
}
