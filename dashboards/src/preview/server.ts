import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import type { Options, QueryService } from '../../../tooljet-plugins/common/types.ts';
import type { AppDefinition, ExportedApp } from '../build/export-types.ts';
import { type Listening, listen } from '../listen.ts';

export interface PreviewOptions {
  /** What `npm run build -w tooljet-plugins` wrote. */
  marketplace: string;
  /** Options of each data source, by the id of its plugin. */
  sources: Record<string, Options>;
  /** Whom ToolJet's server would report as signed in. */
  userId: string;
  /** Other people by the slug of an app: who is signed in when the switch for the role opens it. */
  people?: Readonly<Record<string, PreviewPerson>>;
  apps: readonly ExportedApp[];
  port?: number;
}

export interface PreviewPerson {
  userId: string;
  /** Shown beside the switch. */
  name: string;
}

const CLIENT = new URL('./client/', import.meta.url);
const FILES = new Set(['main.ts', 'state.ts', 'widgets.ts', 'table.ts', 'chart.ts', 'files.ts']);

/**
 * Shows the apps in a browser without ToolJet, on loopback. Queries run through the real plugin bundles in
 * this process. A development aid: it draws only the components that the dashboards use, and not as ToolJet
 * draws them in every detail.
 */
export async function startPreview(options: PreviewOptions): Promise<Listening> {
  const apps = options.apps.flatMap(({ app }) => app.map(({ definition }) => definition.appV2));
  const plugins = new Map<string, QueryService>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => reply(response, 500, 'text/plain', error.message));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, first = '', second = ''] = (request.url ?? '/').split('?')[0]?.split('/') ?? [];
    if (first === '' && apps[0]) {
      response.writeHead(302, { location: `/${apps[0].slug}` }).end();
      return;
    }
    if (first === 'favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    if (first === 'client' && FILES.has(second))
      return reply(response, 200, 'text/javascript', client(second));
    if (first === 'run' && request.method === 'POST' && isOwnPage(request)) {
      return reply(
        response,
        200,
        'application/json',
        JSON.stringify(await run(second, await bodyOf(request))),
      );
    }
    if (first === 'applications') {
      const [path = '', parameters = ''] = (request.url ?? '').split('?');
      const page = path.split('/')[3] ?? '';
      response
        .writeHead(302, {
          location: `/${encodeURIComponent(second)}?${parameters}#${encodeURIComponent(page)}`,
        })
        .end();
      return;
    }
    const app = apps.find(({ slug }) => slug === first);
    if (app)
      return reply(response, 200, 'text/html; charset=utf-8', page(app, apps, options.people?.[app.slug]));
    reply(response, 404, 'text/plain', 'Page not found');
  }

  async function run(queryId: string, query: Options): Promise<unknown> {
    const app = apps.find(({ dataQueries }) => dataQueries.some(({ id }) => id === queryId));
    const sourceId = app?.dataQueries.find(({ id }) => id === queryId)?.dataSourceId;
    const kind = app?.dataSources.find(({ id }) => id === sourceId)?.kind ?? '';
    const source = options.sources[kind] ?? {};
    try {
      const user = { id: options.people?.[app?.slug ?? '']?.userId ?? options.userId };
      const context = { user, app: { id: app?.id ?? '', isPublic: false } };
      return await pluginOf(kind).run(source, query, 'preview', 'now', context);
    } catch (error) {
      const { message, description, data } = error as {
        message: string;
        description?: string;
        data?: unknown;
      };
      return { status: 'failed', message, description: description ?? message, data };
    }
  }

  function pluginOf(kind: string): QueryService {
    const known = plugins.get(kind);
    if (known) return known;
    const bundle = createRequire(import.meta.url)(join(options.marketplace, kind, 'dist/index.js'));
    const plugin = new (bundle as { default: new () => QueryService }).default();
    plugins.set(kind, plugin);
    return plugin;
  }

  return listen(server, options.port);
}

/** Other pages in the developer's browser must not run queries with the developer's key. */
function isOwnPage({ headers }: IncomingMessage): boolean {
  return headers.origin === `http://${headers.host}` && /^127\.0\.0\.1:\d+$/.test(headers.host ?? '');
}

async function bodyOf(request: IncomingMessage): Promise<Options> {
  request.setEncoding('utf8');
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text || '{}') as Options;
}

function reply(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

function client(name: string): string {
  return stripTypeScriptTypes(readFileSync(new URL(name, CLIENT), 'utf8'));
}

function page(app: AppDefinition, all: readonly AppDefinition[], person: PreviewPerson | undefined): string {
  const css = readFileSync(new URL('./page.css', import.meta.url), 'utf8');
  const json = JSON.stringify(app).replaceAll('<', '\\u003c');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${app.name}</title><style>${css}</style>
<div class="notice"><span>View as</span><span class="roles">${all.map((one) => roleLink(one, one === app)).join('')}</span>${person ? `<span>Signed in as ${text(person.name)}</span>` : ''}<span>This is the preview: the real apps and plugins, drawn more simply. Install them in ToolJet with <code>npm run dashboards -- push</code></span></div>
<div class="frame"><nav><strong>${app.name}</strong><div id="nav" style="display:contents"></div></nav><main id="canvas"></main></div><div id="toasts" role="status"></div>
<script type="application/json" id="app">${json}</script><script type="module" src="/client/main.ts"></script></html>`;
}

/** A link of the switch for the role: `Executive` for `ai-manager-executive`. */
function roleLink({ slug }: AppDefinition, isCurrent: boolean): string {
  const role = slug.replace('ai-manager-', '').replaceAll('-', ' ');
  return `<a href="/${slug}"${isCurrent ? ' class="current" aria-current="page"' : ''}>${role.charAt(0).toUpperCase()}${role.slice(1)}</a>`;
}

const text = (value: string) => value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
