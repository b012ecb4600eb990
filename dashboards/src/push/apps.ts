import type { AppDefinition, ExportedApp, ExportedSource } from '../build/export-types.ts';
import { forToolJet2, isToolJet2 } from '../build/tooljet-2.ts';
import { driftOf } from './drift.ts';
import type { ToolJet } from './tooljet.ts';

interface ListedApp {
  id: string;
  name: string;
  slug?: string;
}

/** An app on a server. */
export interface PushedApp {
  id: string;
  /** The version that people see. */
  definition: AppDefinition;
  /** Names of versions that are there beside it. */
  others: string[];
}

export function definitionOf(exported: ExportedApp): AppDefinition {
  const [first] = exported.app;
  if (!first) throw new Error('The export has no app');
  return first.definition.appV2;
}

/** What a server says that it is, such as `3.20.1`. */
export async function versionOf(toolJet: ToolJet): Promise<string> {
  const body = { organization_id: toolJet.organizationId, app: [] };
  const answer = (await toolJet.call('POST', '/v2/resources/export', body)) as { tooljet_version?: string };
  return answer.tooljet_version ?? '3.0.0';
}

/** The apps as a version of ToolJet understands them. */
export function exportsFor(version: string, exports: readonly ExportedApp[]): readonly ExportedApp[] {
  if (isToolJet2(version)) return exports.map(forToolJet2);
  // A server refuses what claims to be newer than itself.
  return exports.map((exported) => ({ ...exported, tooljet_version: version }));
}

/** Finds an app by its name; undefined when the server has none. */
export async function findApp(toolJet: ToolJet, name: string): Promise<PushedApp | undefined> {
  const id = await findId(toolJet, name);
  return id === undefined ? undefined : await readApp(toolJet, id);
}

async function findId(toolJet: ToolJet, name: string): Promise<string | undefined> {
  const query = new URLSearchParams({ page: '1', folder: '', searchKey: name, type: 'front-end' });
  const { apps = [] } = (await toolJet.call('GET', `/apps?${query}`)) as { apps?: ListedApp[] };
  return apps.find((app) => app.name === name)?.id;
}

async function readApp(toolJet: ToolJet, id: string): Promise<PushedApp> {
  const body = { app: [{ id }], organization_id: toolJet.organizationId };
  const exported = (await toolJet.call('POST', '/v2/resources/export', body)) as ExportedApp;
  return { id, ...servedVersion(definitionOf(exported)) };
}

/**
 * The released version of an exported app, or the newest where none is released: an export has all of them
 * together. To edit a released app in ToolJet, a user makes another version first.
 */
function servedVersion(app: AppDefinition): Pick<PushedApp, 'definition' | 'others'> {
  const versions = app.appVersions as { id: string; name: string }[];
  const served = versions.find(({ id }) => id === app.currentVersionId) ?? versions.at(-1);
  if (!served || versions.length === 1) return { definition: app, others: [] };
  const ofServed = ({ appVersionId }: { [key: string]: unknown }) => appVersionId === served.id;
  const pages = app.pages.filter(ofServed);
  const pageIds = new Set(pages.map(({ id }) => id));
  const definition = {
    ...app,
    appVersions: [served],
    pages,
    components: app.components.filter(({ pageId }) => pageIds.has(pageId)),
    events: app.events.filter(({ appVersionId }) => appVersionId === served.id),
    dataQueries: app.dataQueries.filter(({ appVersionId }) => appVersionId === served.id),
  };
  return { definition, others: versions.filter((one) => one !== served).map(({ name }) => name) };
}

export interface Pushed extends PushedApp {
  outcome: 'imported' | 'replaced' | 'unchanged';
}

/**
 * Makes the app on the server what it is here. A changed app is imported beside the old one, and takes its
 * place only when it came in whole.
 * @throws Error when the server dropped queries, which it does without a word when a plugin is missing
 */
export async function pushApp(toolJet: ToolJet, exported: ExportedApp): Promise<Pushed> {
  const ours = definitionOf(exported);
  const { name, slug } = ours;
  const old = await findApp(toolJet, name);
  if (old && driftOf(ours, old.definition).length === 0) return { ...old, outcome: 'unchanged' };
  const beside = `${name} (new)`;
  const left = await findId(toolJet, beside);
  if (left) await toolJet.call('DELETE', `/apps/${left}`);
  const id = await importApp(toolJet, exported, old ? beside : name);
  const app = await readApp(toolJet, id);
  const missing = missingQueries(ours, app.definition);
  if (missing.length > 0) {
    await toolJet.call('DELETE', `/apps/${id}`);
    throw new Error(
      `ToolJet dropped ${missing.length} queries of ${name} (${missing.slice(0, 5).join(', ')}): is every plugin installed?`,
    );
  }
  await disown(toolJet, [...app.definition.dataSources, ...(old?.definition.dataSources ?? [])]);
  if (old) await toolJet.call('DELETE', `/apps/${old.id}`);
  await toolJet.call('PUT', `/apps/${id}`, { app: { name, slug } });
  await release(toolJet, app);
  return { ...app, outcome: old ? 'replaced' : 'imported' };
}

/**
 * A data source belongs to the app that brought it, although every app may use it; deleted with that app it would
 * take along all queries of the others.
 */
async function disown(toolJet: ToolJet, sources: readonly ExportedSource[]): Promise<void> {
  const owned = sources.filter(({ scope, appVersionId }) => scope === 'global' && appVersionId);
  for (const id of new Set(owned.map((source) => source.id)))
    await toolJet.callFirst('POST', [`/data-sources/${id}/scope`, `/v2/data_sources/${id}/scope`]);
}

async function importApp(toolJet: ToolJet, exported: ExportedApp, appName: string): Promise<string> {
  const [first] = exported.app;
  const body = {
    organization_id: toolJet.organizationId,
    tooljet_version: exported.tooljet_version,
    app: [{ ...first, appName }],
  };
  const answer = (await toolJet.call('POST', '/v2/resources/import', body)) as {
    imports?: { app?: { id?: string }[] };
  };
  const id = answer?.imports?.app?.[0]?.id;
  if (!id) throw new Error(`ToolJet imported ${appName} without returning its id`);
  return id;
}

function missingQueries(ours: AppDefinition, theirs: AppDefinition): string[] {
  const there = new Set(theirs.dataQueries.map(({ name }) => name));
  return ours.dataQueries.map(({ name }) => name).filter((name) => !there.has(name));
}

async function release(toolJet: ToolJet, { id, definition }: PushedApp): Promise<void> {
  const version = String(definition.appVersions[0]?.id ?? '');
  const newer = toolJet.call('PUT', `/apps/${id}/release`, { versionToBeReleased: version });
  await newer.catch((error: { status?: number }) => {
    if (error.status !== 404) throw error;
    return toolJet.call('PUT', `/apps/${id}`, { app: { current_version_id: version, is_public: false } });
  });
}
