import express, { type RequestHandler } from 'express';

/** The only paths that ToolJet asks its marketplace for. */
const ASSET =
  /^\/[a-z0-9-]+\/(dist\/index\.js|lib\/(manifest\.json|operations\.json|icon\.svg)|package\.json)$/;

/**
 * Serves a folder of built ToolJet plugins, so that `TOOLJET_MARKETPLACE_URL` may be the API.
 * @param folder what `npm run build -w tooljet-plugins` wrote; nothing is served without it
 */
export function servePlugins(folder: string | undefined): RequestHandler {
  if (folder === undefined) return (_request, _response, next) => next();
  const files = express.static(folder, { index: false, redirect: false, maxAge: '5m' });
  return (request, response, next) =>
    request.method === 'GET' && ASSET.test(request.path) ? files(request, response, next) : next();
}
