import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { newSigningSecret, type OutboundGuard, UrlRefused } from '../../../platform/outbound/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import {
  type ConnectionRecord,
  type DeliveryRecord,
  deleteConnection,
  findConnection,
  insertConnection,
  listConnections,
  listDeliveries,
  updateConnection,
} from './connections-store.ts';
import type { Credential } from './contract.ts';
import { PUBLIC_API } from './forges/index.ts';

/** For so long after a rotation webhooks with the previous secret are accepted. */
const OVERLAP_MS = 24 * 3_600_000;

/** What the secrets of a connection are sealed to. */
export function placeOf(connectionId: string): string {
  return `git-connection:${connectionId}`;
}

interface NewConnection {
  provider: 'github' | 'gitlab';
  name: string;
  apiUrl?: string | undefined;
  credential?: Credential | undefined;
}

interface Settings {
  database: Database;
  sealer: Sealer;
  guard: OutboundGuard;
  publicUrl: string;
  now: () => Date;
}

/** Connections to forges, as their operators see them. */
export function createConnections({ database, sealer, guard, publicUrl, now }: Settings) {
  const sealed = (id: string, credential: Credential | null) =>
    credential && sealer.seal(JSON.stringify(credential), placeOf(id));

  function view(row: ConnectionRecord) {
    const credential = credentialOf(row);
    return {
      connectionId: row.id,
      provider: row.provider,
      name: row.name,
      apiUrl: row.api_url,
      webhookUrl: `${publicUrl.replace(/\/+$/, '')}/webhooks/${row.provider}?connection=${row.id}`,
      credential: credential?.type ?? null,
      lastDeliveryAt: row.last_delivery_at?.toISOString() ?? null,
      lastError: row.last_error,
      createdAt: row.created_at.toISOString(),
    };
  }

  function credentialOf({ id, credential }: ConnectionRecord): Credential | null {
    return credential === null ? null : (JSON.parse(sealer.open(credential, placeOf(id))) as Credential);
  }

  async function checkUrl(url: string): Promise<void> {
    await guard.check(url).catch((error: unknown) => {
      if (error instanceof UrlRefused) throw new Problem('WEBHOOK_URL_REFUSED', `apiUrl: ${error.message}`);
      throw error;
    });
  }

  return {
    credentialOf,

    /** The secrets that sign webhooks of a connection at this moment. */
    secretsOf: ({ id, webhook_secret, previous_secret, previous_until }: ConnectionRecord): string[] => {
      const isValid = previous_until !== null && previous_until > now();
      return [webhook_secret, ...(isValid && previous_secret ? [previous_secret] : [])].map((secret) =>
        sealer.open(secret, placeOf(id)),
      );
    },

    /** @throws {Problem} CONFLICT for a name that is taken, WEBHOOK_URL_REFUSED */
    create: async (actor: Actor, { provider, name, apiUrl, credential }: NewConnection) => {
      if (apiUrl !== undefined) await checkUrl(apiUrl);
      return database.withTenant(actor.tenantId, async (transaction) => {
        const id = uuidv7();
        const webhookSecret = newSigningSecret();
        const row = await insertConnection(transaction, {
          id,
          provider,
          name,
          api_url: (apiUrl ?? PUBLIC_API[provider]).replace(/\/+$/, ''),
          webhook_secret: sealer.seal(webhookSecret, placeOf(id)),
          credential: sealed(id, credential ?? null),
        });
        if (!row) throw nameTaken(name);
        await audit(transaction, actor, id, { provider, name, apiUrl, credential: credential?.type ?? null });
        return { ...view(row), webhookSecret };
      });
    },

    list: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listConnections(transaction, after, limit),
          key: ({ id }) => id,
          view,
        }),
      ),

    /** @throws {Problem} NOT_FOUND, CONFLICT for a name that is taken */
    update: (
      actor: Actor,
      id: string,
      { name, credential }: { name?: string | undefined; credential?: Credential | null | undefined },
    ) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const before = await findConnection(transaction, id);
        if (!before) throw notFound('connection', id);
        const row = await updateConnection(transaction, id, {
          name: name ?? before.name,
          ...(credential === undefined ? {} : { credential: sealed(id, credential), last_error: null }),
        }).catch((error: unknown) => {
          if ((error as { code?: unknown }).code === '23505') throw nameTaken(name ?? before.name);
          throw error;
        });
        await audit(transaction, actor, id, { name, credential: credential?.type });
        return view(row ?? before);
      }),

    /** @throws {Problem} NOT_FOUND */
    rotateSecret: (actor: Actor, id: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const before = await findConnection(transaction, id);
        if (!before) throw notFound('connection', id);
        const webhookSecret = newSigningSecret();
        const previousUntil = new Date(now().getTime() + OVERLAP_MS);
        await updateConnection(transaction, id, {
          webhook_secret: sealer.seal(webhookSecret, placeOf(id)),
          previous_secret: before.webhook_secret,
          previous_until: previousUntil,
        });
        const previousValidUntil = previousUntil.toISOString();
        await audit(transaction, actor, id, { previousValidUntil });
        return { connectionId: id, webhookSecret, previousValidUntil };
      }),

    /** @throws {Problem} NOT_FOUND */
    delete: (actor: Actor, id: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        if (!(await deleteConnection(transaction, id))) throw notFound('connection', id);
        await audit(transaction, actor, id, {});
      }),

    /** @throws {Problem} NOT_FOUND */
    listDeliveries: (tenantId: string, id: string, state: DeliveryRecord['state'] | undefined, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        if (!(await findConnection(transaction, id))) throw notFound('connection', id);
        return listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listDeliveries(transaction, id, state, before, limit),
          key: (row) => row.id,
          view: (row) => ({
            deliveryId: row.id,
            deliveryKey: row.delivery_key,
            event: row.event,
            state: row.state,
            reason: row.reason,
            receivedAt: row.received_at.toISOString(),
            processedAt: row.processed_at?.toISOString() ?? null,
          }),
        });
      }),
  };
}

function nameTaken(name: string): Problem {
  return new Problem('CONFLICT', `There is a connection named ${name} already.`);
}

function audit(transaction: TenantTransaction, actor: Actor, id: string, content: object): Promise<unknown> {
  return record(transaction, actor, {
    subject: `git-connection:${id}`,
    details: [{ about: [], content }],
  });
}
