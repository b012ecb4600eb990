import { createHash, randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { notFound, Problem } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import { HOUR_MS } from '../../../platform/durations.ts';
import { type Actor, displayName, record } from '../../shared/audit/index.ts';
import { redact } from '../redaction/index.ts';
import { asMarkdown } from './export.ts';
import { insertShare, revokeShare, shareByToken, sharesOf } from './policy-store.ts';
import { allMessages, describe, requireConversation } from './reading.ts';
import type { Owner } from './session.ts';
import { type ConversationRecord, conversationById } from './store.ts';

interface SharesSetup {
  database: Database;
  publicUrl: string;
  now: () => Date;
}

/** Links by which anyone reads a conversation until they expire. Only the digest of a token is kept. */
export function createShares({ database, publicUrl, now }: SharesSetup) {
  return {
    share: (actor: Actor, owner: Owner, conversationId: string, hours: number) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        requireChange(await requireConversation(transaction, conversationId, owner.id), owner);
        const token = randomBytes(32).toString('base64url');
        const shareId = uuidv7();
        const expiresAt = new Date(now().getTime() + hours * HOUR_MS);
        await insertShare(transaction, {
          id: shareId,
          conversation_id: conversationId,
          token_hash: hash(token),
          created_by: displayName(actor),
          expires_at: expiresAt,
        });
        await record(transaction, actor, {
          subject: `conversation:${conversationId}`,
          details: [{ about: [], content: { shared: shareId, expiresAt: expiresAt.toISOString() } }],
        });
        const url = new URL(`/shared/${token}`, publicUrl).href;
        return { shareId, token, url, expiresAt: expiresAt.toISOString() };
      }),

    list: (tenantId: string, reader: string, conversationId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        await requireConversation(transaction, conversationId, reader);
        const items = (await sharesOf(transaction, conversationId)).map((row) => ({
          shareId: row.id,
          createdBy: row.created_by,
          createdAt: row.created_at.toISOString(),
          expiresAt: row.expires_at.toISOString(),
          revokedAt: row.revoked_at?.toISOString() ?? null,
        }));
        return { items };
      }),

    revoke: (actor: Actor, owner: Owner, conversationId: string, shareId: string): Promise<void> =>
      database.withTenant(actor.tenantId, async (transaction) => {
        requireChange(await requireConversation(transaction, conversationId, owner.id), owner);
        if (!(await revokeShare(transaction, conversationId, shareId, now())))
          throw notFound('share', shareId);
        await record(transaction, actor, {
          subject: `conversation:${conversationId}`,
          details: [{ about: [], content: { revoked: shareId } }],
        });
      }),

    /** What a link shows: what was said, redacted once more. @throws {Problem} NOT_FOUND */
    read: async (token: string) => {
      const share = await shareByToken(database, hash(token), now());
      if (!share) throw new Problem('NOT_FOUND', 'This link has expired, was revoked or never existed.');
      return database.withTenant(share.tenant_id, async (transaction) => {
        const row = await conversationById(transaction, share.conversation_id);
        if (!row) throw new Problem('NOT_FOUND', 'This conversation was removed.');
        const conversation = await describe(transaction, row, row.owner);
        const markdown = asMarkdown(conversation, await allMessages(transaction, row), false);
        return {
          title: redact(row.title, { emails: true }).text,
          tool: row.tool,
          markdown: redact(markdown, { emails: true }).text,
          expiresAt: share.expires_at.toISOString(),
        };
      });
    },
  };
}

/** @throws {Problem} FORBIDDEN for whom it does not belong to */
export function requireChange({ owner }: ConversationRecord, { id, isAdmin }: Owner): void {
  if (owner !== id && !isAdmin)
    throw new Problem('FORBIDDEN', 'Only its owner or an administrator can change this conversation.');
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
