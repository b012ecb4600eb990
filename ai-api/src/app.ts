import { randomUUID } from 'node:crypto';
import express, { type Express } from 'express';
import helmet from 'helmet';
import { pinoHttp } from 'pino-http';
import packageJson from '../package.json' with { type: 'json' };
import type { Context } from './context.ts';
import { resources } from './contract/index.ts';
import { openApi } from './contract/openapi.ts';
import { docsRouter } from './http/docs.ts';
import { errorHandler, unknownPath } from './http/error-handler.ts';
import { routesOf } from './http/router.ts';
import { serveEvaluations } from './modules/evaluations/index.ts';
import { serveIdentity } from './modules/identity/index.ts';
import { serveOps } from './modules/ops/index.ts';
import { servePeople } from './modules/people/index.ts';
import { serveWebhooks } from './modules/webhooks/index.ts';
import { serveSignedObjects } from './platform/objects/index.ts';

/** The Express app, composed from the contracts. It never listens. */
export function createApp(context: Context): Express {
  const app = express();
  const document = openApi(resources, { version: packageJson.version, serverUrl: context.publicUrl });
  const served = [
    ...serveEvaluations(context.evaluations),
    ...servePeople(context.people),
    ...serveWebhooks(context.webhooks),
    ...serveIdentity(),
    ...serveOps(context.installation, context.database, context.jobs),
  ];
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(requestLog(context));
  app.use(helmet());
  app.get('/', (_request, response) => response.redirect('/docs'));
  app.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  app.use('/docs', docsRouter('/openapi.json'));
  app.all('/objects/{*key}', serveSignedObjects(context.objects));
  app.use(routesOf(served, context.identity.authenticate));
  app.use(unknownPath);
  app.use(errorHandler);
  return app;
}

/** One line for each request, with its id; probes only at debug level. */
function requestLog({ log }: Context) {
  return pinoHttp({
    logger: log,
    genReqId: (request, response) => {
      const given = request.headers['x-request-id'];
      const id = typeof given === 'string' && /^[\w.-]{1,100}$/.test(given) ? given : randomUUID();
      response.setHeader('X-Request-Id', id);
      return id;
    },
    customLogLevel: (request, response, error) => {
      if (error || response.statusCode >= 500) return 'error';
      return /^\/(health|ready)/.test(request.url ?? '') ? 'debug' : 'info';
    },
    serializers: {
      req: (request: { method: string; url: string }) => ({ method: request.method, url: request.url }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
    quietReqLogger: true,
  });
}
