import { randomUUID } from 'node:crypto';
import express, { type Express, type Response } from 'express';
import helmet from 'helmet';
import { pinoHttp } from 'pino-http';
import packageJson from '../package.json' with { type: 'json' };
import { resources } from './catalogue/index.ts';
import { mcpTools } from './catalogue/mcp-tools.ts';
import { openApi } from './catalogue/openapi.ts';
import { parseOrigins } from './config/origins.ts';
import { trustedProxies } from './config/proxies.ts';
import type { Context } from './context.ts';
import { allowOrigins } from './http/cross-origin.ts';
import { refuseOnFullDisk } from './http/disk-space.ts';
import { docsRouter } from './http/docs.ts';
import { errorHandler, unknownPath } from './http/error-handler.ts';
import { connectionGate } from './http/limits/connection-gate.ts';
import { shedLoad } from './http/load-shedding.ts';
import { serveMcp } from './http/mcp/index.ts';
import { countRequests, serveMetrics } from './http/metrics.ts';
import { servePlugins } from './http/plugins.ts';
import { limitUrl } from './http/request-size.ts';
import { routesOf } from './http/router.ts';
import { tracedLine, traceRequests } from './http/trace-requests.ts';
import { gaugesOf, serveHealth } from './modules/shared/ops/index.ts';
import { serveSignedObjects, servesItself } from './platform/objects/index.ts';

/** The Express app, composed from the contracts. It never listens. */
export function createApp(context: Context): Express {
  const app = express();
  let document: ReturnType<typeof openApi> | undefined;
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', trustedProxies(context.config.TRUST_PROXY));
  app.use(requestLog(context));
  app.use(traceRequests(context.tracing));
  app.use(countRequests(context.metrics));
  app.use(securityHeaders(context.publicUrl));
  app.use(allowOrigins(parseOrigins(context.config.CORS_ORIGINS)));
  app.use(shedLoad(context.config));
  app.use(limitUrl);
  app.use(refuseOnFullDisk(context.disk));
  const { anonymous } = context.requestPolicies.limiter;
  app.get('/', anonymous, (_request, response) => response.redirect('/docs'));
  app.get('/openapi.json', anonymous, (_request, response) => {
    document ??= openApi(resources, { version: packageJson.version, serverUrl: context.publicUrl });
    response.json(document);
  });
  app.get('/metrics', metricsRoute(context));
  app.use('/docs', anonymous, docsRouter('/openapi.json'));
  if (servesItself(context.objects))
    app.all('/objects/{*key}', anonymous, serveSignedObjects(context.objects));
  app.use('/marketplace-assets', anonymous, servePlugins(context.config.TOOLJET_PLUGINS_DIR));
  for (const router of context.routes(anonymous)) app.use(router);
  if (context.config.MCP === 'on') app.use(mcpRoutes(context));
  app.use(routesOf(context.served, context.identity.authenticate, context.requestPolicies));
  app.use(anonymous, unknownPath);
  app.use(errorHandler);
  return app;
}

/** Browsers are told to insist on https only where the API is reached by it. */
function securityHeaders(publicUrl: string) {
  if (publicUrl.startsWith('https:')) return helmet();
  return helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  });
}

/** A worker's app: it answers probes and is scraped, and does nothing else. */
export function createWorkerApp(context: Context): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(requestLog(context));
  app.use(countRequests(context.metrics));
  app.get('/metrics', metricsRoute(context));
  app.use(routesOf([serveHealth(context.ops)], context.identity.authenticate, context.requestPolicies));
  app.use(unknownPath);
  app.use(errorHandler);
  return app;
}

function mcpRoutes({ served, identity, requestPolicies, publicUrl, config }: Context) {
  return serveMcp(mcpTools(resources), served, identity.authenticate, requestPolicies, {
    version: packageJson.version,
    publicUrl,
    allowedOrigins: parseOrigins(config.MCP_ALLOWED_ORIGINS),
    maxAnswerChars: config.MCP_ANSWER_CHARS,
  });
}

function metricsRoute({ metrics, ops, config, identity, requestPolicies }: Context) {
  const gate = connectionGate(identity.authenticate, requestPolicies.limiter);
  return serveMetrics(metrics, gaugesOf(ops), config.PROMETHEUS_TOKEN, gate);
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
      return /^\/(health|ready|metrics)/.test(request.url ?? '') ? 'debug' : 'info';
    },
    serializers: {
      req: (request: { method: string; url: string }) => ({
        method: request.method,
        url: withoutQuery(request.url),
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
    customProps: (_request, response) => {
      const { operation, caller } = (response as Response).locals ?? {};
      return { operation, tenantId: caller?.tenantId, keyId: caller?.keyId, userId: caller?.user?.id };
    },
    customSuccessObject: (_request, response, line) => tracedLine(response as Response, line),
    customErrorObject: (_request, response, _error, line) => tracedLine(response as Response, line),
    quietReqLogger: true,
  });
}

/** A query may hold a signature, a ticket or the name that a user searches for. */
function withoutQuery(url: string): string {
  return url.replace(/\?.*$/s, '');
}
