import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AppDefinition, ExportedSource } from '../src/build/export-types.ts';

interface Stored {
  id: string;
  name: string;
  slug: string;
  released: string | null;
  definition: AppDefinition;
}

export interface FakeToolJet {
  url: string;
  /** Every call as `METHOD path`. */
  calls: string[];
  admin: { email: string; password: string } | null;
  plugins: { id: string; pluginId: string; version: string }[];
  apps: Stored[];
  /** Options of data sources by id and environment. */
  sources: Map<string, { key: string; value: unknown; encrypted: boolean }[]>;
  groups: {
    id: string;
    name: string;
    permissions: { id: string; name: string; appId: string; type?: string; isAll?: boolean }[];
  }[];
  /** Groups that may see a page, by its id. */
  pages: Map<string, string[]>;
  /** Members of the workspace. */
  users: { user_id: string; email: string; status: string }[];
  /** A plugin that an installation does not reach: its queries are dropped on import. */
  broken: string | null;
  stop(): Promise<void>;
}

type Body = Record<string, unknown>;

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** What a server that also serves the pages answers a GET of a route that it does not have. */
const HOME_PAGE = '<!doctype html><title>ToolJet - Dashboard</title>';

/**
 * Stands in for a ToolJet server in tests, as far as `push` talks to one. It behaves as ToolJet was seen to:
 * ids are made anew on import, data sources of plugins that are not installed vanish with their queries and
 * nobody is told, secrets are blank, one data source of a name and kind is shared by all apps,
 * and belongs to the one that brought it.
 */
export async function startFakeToolJet(version: '2.27' | '3.x'): Promise<FakeToolJet> {
  const owned = new Map<string, ExportedSource>();
  const environment = randomUUID();
  const organizationId = randomUUID();

  function importApp(body: Body): Stored {
    const [item] = body.app as { appName: string; definition: { appV2: AppDefinition } }[];
    const { appName, definition } = item as { appName: string; definition: { appV2: AppDefinition } };
    if (fake.apps.some(({ name }) => name === appName)) throw new Refusal(409, 'App name already exists');
    const known = new Set(fake.plugins.map(({ pluginId }) => pluginId).filter((id) => id !== fake.broken));
    const given = structuredClone(definition.appV2);
    if (version === '3.x') asImported(given, String(body.tooljet_version));
    if (!given.name) throw new Refusal(400, 'Invalid params for app import');
    const dataSources = given.dataSources.filter(({ kind }) => known.has(kind));
    const there = new Set(dataSources.map(({ id }) => id));
    const dataQueries = given.dataQueries.filter(({ dataSourceId }) => there.has(dataSourceId));
    const ids = new Map<string, string>();
    const versionId = randomUUID();
    for (const { id, kind } of dataSources) {
      const source = owned.get(kind) ?? { id: randomUUID(), name: kind, kind, appVersionId: versionId };
      owned.set(kind, source);
      ids.set(id, source.id);
    }
    for (const { id } of [...given.components, ...dataQueries, ...given.pages, ...given.events])
      ids.set(id, randomUUID());
    for (const { id } of given.appVersions) ids.set(String(id), versionId);
    const kept = { ...given, dataSources, dataQueries, appEnvironments: [{ id: environment }] };
    const text = JSON.stringify(kept).replaceAll(UUID, (id) => ids.get(id) ?? id);
    const stored = {
      id: randomUUID(),
      name: appName,
      slug: '',
      released: null,
      definition: JSON.parse(text),
    };
    fake.apps.push(stored);
    return stored;
  }

  /** As it is now, with whom each data source belongs to, and those that every app has. */
  function exportOf({ definition, released }: Stored): AppDefinition {
    const sources = definition.dataSources.map((source) => ({
      ...source,
      appVersionId: owned.get(source.kind)?.appVersionId ?? null,
    }));
    const own = { id: randomUUID(), name: 'restapidefault', kind: 'restapi', scope: 'local' };
    return { ...definition, currentVersionId: released, dataSources: [...sources, own] };
  }

  /** A data source goes with the app that brought it, and takes the queries of all others along. */
  function deleteApp(id: string): void {
    const versions = fake.apps.find((one) => one.id === id)?.definition.appVersions ?? [];
    fake.apps = fake.apps.filter((one) => one.id !== id);
    for (const [kind, source] of owned) {
      if (!versions.some((version) => version.id === source.appVersionId)) continue;
      owned.delete(kind);
      for (const { definition } of fake.apps)
        definition.dataQueries = definition.dataQueries.filter(
          ({ dataSourceId }) => dataSourceId !== source.id,
        );
    }
  }

  function answer(method: string, path: string, body: Body): unknown {
    const [route = '', search = ''] = path.split('?');
    const id = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(route)?.[0] ?? '';
    const app = fake.apps.find((one) => one.id === id);
    switch (`${method} ${route.replaceAll(/[0-9a-f-]{36}/g, ':id')}`) {
      case 'GET /plugins':
        return fake.plugins;
      case 'POST /plugins/install':
        if (version === '3.x' && fake.plugins.some(({ pluginId }) => pluginId === body.id))
          throw new Refusal(400, 'Plugin already installed');
        return void fake.plugins.push({
          id: randomUUID(),
          pluginId: String(body.id),
          version: String(body.version),
        });
      case 'PATCH /plugins/:id':
        return void Object.assign(fake.plugins.find((one) => one.id === id) ?? {}, { version: body.version });
      case 'GET /apps': {
        const wanted = new URLSearchParams(search).get('searchKey') ?? '';
        return { apps: fake.apps.filter(({ name }) => name.includes(wanted)) };
      }
      case 'POST /v2/resources/import':
        return { success: true, imports: { app: [importApp(body)] } };
      case 'POST /v2/resources/export': {
        const asked = body.app as { id: string }[];
        const found = asked.map((wanted) => fake.apps.find((one) => one.id === wanted.id));
        const definitions = found.map((one) => ({ definition: { appV2: one && exportOf(one) } }));
        return { app: definitions, tooljet_version: version === '2.27' ? '2.27.0' : '3.20.0' };
      }
      case 'DELETE /apps/:id':
        return deleteApp(id);
      case 'PUT /apps/:id': {
        const { current_version_id: released, ...rest } = body.app as Body;
        return void Object.assign(app ?? {}, rest, released ? { released } : {});
      }
      case 'PUT /apps/:id/release':
        if (version === '2.27') throw new Refusal(404, 'Not found');
        return void Object.assign(app ?? {}, { released: body.versionToBeReleased });
      case `PUT ${version === '2.27' ? '/v2/data_sources' : '/data-sources'}/:id`:
        return void fake.sources.set(path, body.options as never);
      case `POST ${version === '2.27' ? '/v2/data_sources' : '/data-sources'}/:id/scope`:
        for (const source of owned.values()) if (source.id === id) source.appVersionId = null;
        return undefined;
      case 'GET /v2/group-permissions':
        if (version === '2.27') return HOME_PAGE;
        return { groupPermissions: fake.groups };
      case 'GET /group_permissions':
        return { group_permissions: fake.groups.map((group) => ({ id: group.id, group: group.name })) };
      case 'POST /group_permissions':
        return void fake.groups.push({ id: randomUUID(), name: String(body.group), permissions: [] });
      case 'GET /group_permissions/:id/apps': {
        const { permissions = [] } = fake.groups.find((one) => one.id === id) ?? {};
        return { apps: permissions.map(({ appId }) => ({ id: appId })) };
      }
      case 'PUT /group_permissions/:id':
        for (const appId of body.add_apps as string[])
          fake.groups.find((one) => one.id === id)?.permissions.push({ id: randomUUID(), name: '', appId });
        return undefined;
      case 'POST /v2/group-permissions': {
        const group = { id: randomUUID(), name: String(body.name), permissions: [] };
        fake.groups.push(group);
        return group;
      }
      case 'GET /v2/group-permissions/:id/granular-permissions':
        return fake.groups.find((one) => one.id === id)?.permissions;
      case 'POST /v2/group-permissions/:id/granular-permissions/app': {
        const { resourcesToAdd } = body.createResourcePermissionObject as {
          resourcesToAdd: { appId: string }[];
        };
        const permission = {
          id: randomUUID(),
          name: String(body.name),
          appId: resourcesToAdd[0]?.appId ?? '',
        };
        return fake.groups.find((one) => one.id === id)?.permissions.push(permission);
      }
      case 'DELETE /v2/group-permissions/granular-permissions/app/:id':
        for (const group of fake.groups) {
          group.permissions = group.permissions.filter((one) => one.id !== route.split('/').at(-1));
        }
        return undefined;
      case 'GET /app-permissions/:id/pages/:id': {
        const groups = fake.pages.get(route.split('/').at(-1) ?? '');
        return groups
          ? [{ type: 'GROUP', groups: groups.map((one) => ({ permissionGroup: { id: one } })) }]
          : [];
      }
      case 'PUT /app-permissions/:id/pages/:id':
      case 'POST /app-permissions/:id/pages/:id':
        return void fake.pages.set(route.split('/').at(-1) ?? '', body.groups as string[]);
      case `GET ${version === '2.27' ? '/organizations/users' : '/organization-users'}`:
        return { meta: { total_pages: 1 }, users: fake.users };
      default:
        if (method === 'GET' && version === '2.27') return HOME_PAGE;
        throw new Refusal(404, 'Not found');
    }
  }

  function enter(path: string, body: Body): unknown {
    const setup = version === '2.27' ? '/setup-admin' : '/onboarding/setup-super-admin';
    if (path === setup && fake.admin === null) {
      fake.admin = { email: String(body.email), password: String(body.password) };
      return {};
    }
    if (path === setup) throw new Refusal(403, 'There is an administrator');
    if (path === '/authenticate') {
      if (!fake.admin || fake.admin.email !== body.email || fake.admin.password !== body.password)
        throw new Refusal(401, 'Invalid credentials');
      return { current_organization_id: organizationId };
    }
    throw new Refusal(404, 'Not found');
  }

  const server = createServer(async (request, response) => {
    request.setEncoding('utf8');
    let text = '';
    for await (const chunk of request) text += chunk;
    const path = (request.url ?? '').replace(/^\/api/, '');
    const method = request.method ?? '';
    fake.calls.push(`${method} ${path}`);
    const body = text === '' ? {} : JSON.parse(text);
    try {
      if (path === '/health') return reply(response, 200, { works: 'yeah' });
      if (/^\/(authenticate|setup-admin|onboarding)/.test(path)) {
        const entered = enter(path, body);
        if (path === '/authenticate') response.setHeader('set-cookie', 'tj_auth_token=abc; HttpOnly; Path=/');
        return reply(response, 201, entered);
      }
      const isSignedIn =
        request.headers.cookie === 'tj_auth_token=abc' &&
        request.headers['tj-workspace-id'] === organizationId;
      if (!isSignedIn) throw new Refusal(401, 'Unauthorized');
      const answered = answer(method, path, body);
      if (answered === HOME_PAGE)
        return void response.writeHead(200, { 'content-type': 'text/html; charset=UTF-8' }).end(HOME_PAGE);
      reply(response, 200, answered);
    } catch (error) {
      const { status = 500, message } = error as Refusal;
      reply(response, status, { message });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeToolJet = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    admin: null,
    plugins: [],
    apps: [],
    sources: new Map(),
    groups: [],
    pages: new Map(),
    users: [],
    broken: null,
    stop: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
  return fake;
}

/** Makes another version of an app, as its editor does, and gives its parts to be edited. */
export function addVersion({ definition }: Stored, name: string): AppDefinition {
  const { appVersions, components, dataQueries, pages, events } = definition;
  const parts = { appVersions, components, dataQueries, pages, events };
  const ids = new Map<string, string>();
  for (const { id } of Object.values(parts).flat()) ids.set(String(id), randomUUID());
  const copy = JSON.parse(JSON.stringify(parts).replaceAll(UUID, (id) => ids.get(id) ?? id));
  for (const version of copy.appVersions) version.name = name;
  for (const [key, list] of Object.entries(parts)) (list as unknown[]).push(...copy[key]);
  return copy;
}

/** What the importer of ToolJet 3 makes of an app: labels of an older export are lost, and styles are renamed. */
function asImported({ components }: AppDefinition, claimed: string): void {
  for (const { type, properties, styles } of components) {
    const hasLabel = ['TextInput', 'PasswordInput', 'NumberInput'].includes(type);
    if (claimed.startsWith('2.') && hasLabel && 'label' in properties) properties.label = { value: '' };
    if (!('highlightColor' in styles)) continue;
    styles.selectedText = styles.highlightColor;
    styles.accent = styles.highlightColor;
    delete styles.highlightColor;
  }
}

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
}
