import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import express, { type RequestHandler, type Response, type Router } from 'express';
import { notFound, Problem } from '../../../http/problem.ts';
import type { Parts } from './parts.ts';
import { countDownload, findLink } from './permission-store.ts';
import { type FileRecord, findFile, findVersion, type VersionRecord } from './store.ts';

/** Digest of the token of a link. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Downloads by link. The state is looked at when the link is used: a link does not outlive a quarantine. */
export function serveContent(parts: Parts, anonymous: RequestHandler): Router {
  const { links, database, now } = parts;
  const bySignature: RequestHandler = async (request, response) => {
    response.locals.operation = 'file.content';
    const { fileId = '', version = '' } = request.params as Record<string, string>;
    const target = links.verify({ fileId, version }, request.query);
    if (!target) throw new Problem('FORBIDDEN', 'The link is not valid, or it has expired.');
    const found = await database.withTenant(target.tenantId, async (transaction) => ({
      file: await findFile(transaction, fileId),
      version: await findVersion(transaction, fileId, target.version),
    }));
    await send(parts, request.method, response, requireReady(found, fileId));
  };
  const byToken: RequestHandler = async (request, response) => {
    response.locals.operation = 'file.shared';
    const { token = '' } = request.params as Record<string, string>;
    const link = await findLink(database, tokenDigest(token), now());
    if (!link) throw new Problem('FORBIDDEN', 'The link is not valid, or it has expired or was revoked.');
    const found = await database.withTenant(link.tenant_id, async (transaction) => {
      const file = await findFile(transaction, link.file_id);
      const version = file && (await findVersion(transaction, file.id, file.ready_version ?? file.version));
      const isDownload = version?.state === 'ready' && request.method !== 'HEAD';
      if (isDownload) await countDownload(transaction, link.id);
      return { file, version };
    });
    await send(parts, request.method, response, requireReady(found, link.file_id));
  };
  return express
    .Router()
    .get('/files/content/:fileId/:version', anonymous, bySignature)
    .get('/files/shared/:token', anonymous, byToken);
}

interface Ready {
  file: FileRecord;
  version: VersionRecord;
}

/** @throws {Problem} NOT_FOUND, FILE_NOT_READY */
export function requireReady(found: { [K in keyof Ready]: Ready[K] | undefined }, fileId: string): Ready {
  const { file, version } = found;
  if (!file || !version) throw notFound('file', fileId);
  if (version.state !== 'ready') throw notReady(version);
  return { file, version };
}

/** Says in which state a version is, and why. */
export function notReady({ state, reason }: Pick<VersionRecord, 'state' | 'reason'>): Problem {
  return new Problem('FILE_NOT_READY', `Its state is ${state}.${reason ? ` ${reason}` : ''}`);
}

async function send({ bucket }: Parts, method: string, response: Response, { file, version }: Ready) {
  const object = await bucket(file.bucket).get(version.object_key);
  if (!object) throw new Problem('NOT_FOUND', 'The content of this file is gone.');
  response.status(200).set({
    'content-type': typeOf(version.content_type),
    'content-length': String(object.size),
    'content-disposition': disposition(file.name),
    // A browser saves it and never renders it, whatever it holds.
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-store',
  });
  if (method === 'HEAD') {
    object.body.destroy();
    response.end();
    return;
  }
  await pipeline(object.body, response).catch((error: unknown) => {
    // The client went away: there is no one to answer.
    if (!response.destroyed) throw error;
  });
}

function typeOf(contentType: string): string {
  return contentType.startsWith('text/') ? `${contentType.replace(/;.*$/, '')}; charset=utf-8` : contentType;
}

/** @see https://www.rfc-editor.org/rfc/rfc6266 */
function disposition(name: string): string {
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename*=UTF-8''${encoded}`;
}
