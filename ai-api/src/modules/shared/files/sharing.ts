import { randomBytes } from 'node:crypto';
import type { Role } from '../../../contract/operation.ts';
import type { RequestContext } from '../../../http/caller.ts';
import { invalidField, notFound } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { HOUR_MS } from '../../../platform/durations.ts';
import { actorOf, displayName, record } from '../audit/index.ts';
import { requireFile, requireOwnVersions } from './access.ts';
import type { Parts } from './parts.ts';
import { deletePermission, insertPermission } from './permission-store.ts';
import { tokenDigest } from './serve.ts';
import { permissionView } from './views.ts';

interface Share {
  fileId: string;
  kind: 'role' | 'person' | 'link';
  role?: Role | undefined;
  userId?: string | undefined;
  access: 'read' | 'write';
  expiresInHours?: number | undefined;
}

const DEFAULT_HOURS = 24;

/** Whom a file is shared with. @param isUser whether the company has a person */
export function createSharing(
  { database, links, now }: Parts,
  isUser: (transaction: TenantTransaction, userId: string) => Promise<boolean>,
) {
  return {
    share: (request: RequestContext, given: Share) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        refuseMismatch(given);
        const { fileId, kind, role = null, userId = null, access } = given;
        const file = await requireFile(transaction, request.caller, fileId, 'own', { now: now() });
        requireOwnVersions(file);
        if (userId !== null && !(await isUser(transaction, userId))) throw notFound('user', userId);
        const actor = actorOf(request);
        const token = kind === 'link' ? randomBytes(32).toString('base64url') : null;
        const hours = given.expiresInHours ?? (token ? DEFAULT_HOURS : undefined);
        const row = await insertPermission(transaction, {
          file_id: fileId,
          kind,
          role,
          user_id: userId,
          token_hash: token && tokenDigest(token),
          access,
          expires_at: hours === undefined ? null : new Date(now().getTime() + hours * HOUR_MS),
          granted_by: displayName(actor),
          granted_user: actor.person?.id ?? null,
        });
        await record(transaction, actor, {
          subject: `file:${fileId}`,
          details: [{ about: [], content: { kind, role, userId, access, hours: hours ?? null } }],
        });
        return { ...permissionView(row), url: token && links.shared(token) };
      }),

    unshare: (request: RequestContext, { fileId, permissionId }: { fileId: string; permissionId: string }) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        await requireFile(transaction, request.caller, fileId, 'own', { now: now() });
        const row = await deletePermission(transaction, fileId, permissionId);
        if (!row) throw notFound('permission', permissionId);
        await record(transaction, actorOf(request), {
          subject: `file:${fileId}`,
          details: [{ about: [], content: { removed: row.kind, role: row.role, userId: row.user_id } }],
        });
        return { permissionId };
      }),
  };
}

/** @throws {import('../../../http/problem.ts').Problem} INVALID_INPUT naming what is missing or too much */
function refuseMismatch({ kind, role, userId, access }: Share): void {
  if ((kind === 'role') !== (role !== undefined))
    throw invalidField('role', kind === 'role' ? 'is needed for role' : `must be left out for ${kind}`);
  if ((kind === 'person') !== (userId !== undefined))
    throw invalidField('userId', kind === 'person' ? 'is needed for person' : `must be left out for ${kind}`);
  if (kind === 'link' && access === 'write') throw invalidField('access', 'must be read for a link');
}
