import { AsyncLocalStorage } from 'node:async_hooks';
import { Server } from '@tus/server';
import express, { type RequestHandler, type Router } from 'express';
import { v7 as uuidv7 } from 'uuid';
import type { ConnectionGate } from '../../../../http/limits/connection-gate.ts';
import { Problem } from '../../../../http/problem.ts';
import { methodNotAllowed, requireAccess } from '../../../../http/router.ts';
import { actorOf } from '../../audit/index.ts';
import { file } from '../contract.ts';
import type { Parts } from '../parts.ts';
import { UploadStore, type Visitor } from './store.ts';

const PATH = '/uploads';
/** The protocol's; GET is not one of them: what was uploaded is downloaded by a link, once it is ready. */
const METHODS = ['OPTIONS', 'HEAD', 'POST', 'PATCH', 'DELETE'];

/** What the client learns of a failure of ours; the log has the rest. */
const INTERNAL_ERROR = { status_code: 500, body: 'INTERNAL: Something went wrong on our side.\n' };

/**
 * Resumable uploads at `/uploads`.
 * @see https://tus.io/protocols/resumable-upload
 */
export function serveUploads(parts: Parts, gate: ConnectionGate, publicUrl: string): Router {
  const visitors = new AsyncLocalStorage<Visitor>();
  const server = new Server({
    path: PATH,
    datastore: new UploadStore(parts, visitors),
    maxSize: parts.maxBytes,
    namingFunction: () => uuidv7(),
    generateUrl: (_request, { id }) => `${publicUrl.replace(/\/+$/, '')}${PATH}/${id}`,
    // CORS_ORIGINS answers pages of other origins, for all paths alike.
    allowedOrigins: [],
    onResponseError: (_request, error) => {
      if ('status_code' in error) return error;
      parts.log.error({ err: error }, 'an upload failed');
      return INTERNAL_ERROR;
    },
  });

  const serve: RequestHandler = async (request, response) => {
    response.locals.operation = 'file.tus';
    const caller = await gate.verify(request, response);
    if (!caller)
      throw new Problem('UNAUTHENTICATED', 'Send an API key or a token as "Authorization: Bearer <it>".');
    requireAccess('file.upload', file.operations.upload, caller);
    response.locals.caller = caller;
    const actor = actorOf({ caller, operation: 'file.tus', requestId: String(request.id) });
    await visitors.run({ caller, actor }, () => server.handle(request, response));
  };

  return express.Router().all([PATH, `${PATH}/:uploadId`], (request, response, next) => {
    if (!METHODS.includes(request.method)) return methodNotAllowed(METHODS)(request, response, next);
    return serve(request, response, next);
  });
}
