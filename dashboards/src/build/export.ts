import { readFileSync } from 'node:fs';
import { operations as langfuse } from '../../../tooljet-plugins/ai-manager-langfuse/lib/operations.ts';
import { operations as n8n } from '../../../tooljet-plugins/ai-manager-n8n/lib/operations.ts';
import type {
  AppDefinition,
  ExportedApp,
  ExportedComponent,
  ExportedEvent,
  ExportedLayout,
  ExportedQuery,
} from './export-types.ts';
import { stableId } from './ids.ts';
import { layOut, type Place } from './layout.ts';
import { color } from './look.ts';
import type { Action, App, Handlers, Page, Query, Row, Source, Widget } from './model.ts';

/**
 * The oldest 3.x that imports the apps as they are. An export must not claim to be newer than the server, and the
 * importer of 3.x takes the labels from the fields of one that claims to be older than 2.29.
 */
export const TOOLJET_VERSION = '3.20.0';

/** Names of the data sources as the apps know them. */
export const SOURCE_NAMES: Record<Source, string> = {
  'ai-manager': 'AI Manager',
  'ai-manager-langfuse': 'Langfuse for AI Manager',
  'ai-manager-n8n': 'n8n for AI Manager',
};

const ENVIRONMENTS = ['development', 'staging', 'production'] as const;
const transforms = new URL('../transforms/', import.meta.url);

/** Writes an app as ToolJet exports it. */
export function exportApp(app: App): ExportedApp {
  const writer = createWriter(app);
  return { app: [{ definition: { appV2: writer.definition() } }], tooljet_version: TOOLJET_VERSION };
}

function createWriter(app: App) {
  const id = (...path: string[]) => stableId(app.slug, ...path);
  const versionId = id('version');
  const organizationId = id('organization');
  const queryIds = new Map(app.queries.map(({ name }) => [name, id('query', name)]));
  const pageIds = new Map(app.pages.map(({ handle }) => [handle, id('page', handle)]));
  const componentId = (name: string) => id('component', name);
  const components: ExportedComponent[] = [];
  const events: ExportedEvent[] = [];

  function addEvents(handlers: Handlers, target: ExportedEvent['target'], sourceId: string): void {
    for (const [name, actions] of Object.entries(handlers)) {
      actions.forEach((action, index) => {
        events.push({
          id: stableId(sourceId, name, String(index)),
          name,
          index,
          event: { eventId: name, ...payload(action) },
          sourceId,
          target,
          appVersionId: versionId,
        });
      });
    }
  }

  function payload(action: Action): Record<string, unknown> & { actionId: string } {
    switch (action.do) {
      case 'run-query':
        return {
          actionId: 'run-query',
          queryId: queryIds.get(action.query) ?? '',
          queryName: action.query,
          parameters: {},
          ...(action.onlyIf ? { runOnlyIf: action.onlyIf } : {}),
          ...(action.after ? { debounce: String(action.after) } : {}),
        };
      case 'show-alert':
        return { actionId: 'show-alert', message: action.message, alertType: action.alertType };
      case 'show-modal':
      case 'close-modal':
        return { actionId: action.do, modal: componentId(action.modal) };
      case 'switch-page':
        return { actionId: 'switch-page', pageId: pageIds.get(action.page) ?? '', queryParams: [] };
      case 'set-custom-variable':
        return { actionId: 'set-custom-variable', key: action.key, value: action.value };
      case 'open-webpage':
        return { actionId: 'open-webpage', url: action.url };
      case 'control-component':
        return {
          actionId: 'control-component',
          componentId: componentId(action.component),
          componentSpecificActionHandle: action.action,
          componentSpecificActionParams: Object.entries(action.params).map(([handle, value]) => ({
            handle,
            value,
          })),
        };
    }
  }

  function addRows(rows: readonly Row[], page: Page, parent: string | null, compact: boolean): void {
    for (const { widget, desktop, mobile } of layOut(rows, compact).placed) {
      addWidget(widget, page, parent, desktop, mobile);
    }
  }

  function addWidget(widget: Widget, page: Page, parent: string | null, desktop: Place, mobile: Place): void {
    const ownId = componentId(widget.name);
    components.push({
      id: ownId,
      name: widget.name,
      type: widget.type,
      pageId: pageIds.get(page.handle) as string,
      parent,
      properties: columnsWithIds(ownId, values(widget.properties)),
      general: {},
      styles: values(widget.styles),
      generalStyles: {},
      displayPreferences: { showOnDesktop: { value: '{{true}}' }, showOnMobile: { value: '{{true}}' } },
      validation: values(widget.validation ?? {}),
      layouts: [placeOf(ownId, 'desktop', desktop), placeOf(ownId, 'mobile', mobile)],
    });
    addEvents(widget.events, 'component', ownId);
    for (const [slot, rows] of Object.entries(widget.children)) {
      addRows(rows, page, slot === '' ? ownId : `${ownId}-${slot}`, slot === 'header' || slot === 'footer');
    }
  }

  return {
    definition(): AppDefinition {
      app.pages.forEach((page) => {
        addRows(page.rows, page, null, false);
        addEvents({ onPageLoad: page.onLoad }, 'page', pageIds.get(page.handle) as string);
      });
      for (const query of app.queries)
        addEvents(query.events, 'data_query', queryIds.get(query.name) as string);
      const sources = [...new Set(app.queries.map(({ source }) => source))].sort();
      const environments = ENVIRONMENTS.map((name) => ({ name, id: id('environment', name) }));
      const version = versionOf(
        versionId,
        id('app'),
        pageIds.get(app.pages[0]?.handle ?? '') ?? '',
        environments,
      );
      return {
        id: id('app'),
        type: 'front-end',
        name: app.name,
        slug: app.slug,
        isPublic: false,
        isMaintenanceOn: false,
        icon: 'home',
        organizationId,
        currentVersionId: null,
        userId: id('user'),
        creationMode: 'DEFAULT',
        editingVersion: version,
        components,
        pages: app.pages.map((page, index) =>
          pageOf(page, index, pageIds.get(page.handle) as string, versionId),
        ),
        events,
        dataQueries: app.queries.map((query) =>
          queryOf(query, queryIds.get(query.name) as string, stableId('source', query.source), versionId),
        ),
        dataSources: sources.map((kind) => ({
          id: stableId('source', kind),
          name: SOURCE_NAMES[kind],
          kind,
          type: 'default',
          pluginId: stableId('plugin', kind),
          appVersionId: null,
          organizationId,
          scope: 'global',
        })),
        appVersions: [version],
        appEnvironments: environments.map(({ name, id: environmentId }, index) => ({
          id: environmentId,
          organizationId,
          name,
          isDefault: name === 'production',
          priority: index + 1,
          enabled: true,
        })),
        dataSourceOptions: sources.flatMap((kind) =>
          environments.map((environment) => ({
            id: stableId('options', kind, environment.name),
            dataSourceId: stableId('source', kind),
            environmentId: environment.id,
            options: {},
          })),
        ),
        schemaDetails: { multiPages: true, multiEnv: true, globalDataSources: true },
        modules: [],
      };
    },
  };
}

function values(properties: Readonly<Record<string, unknown>>): Record<string, { value: unknown }> {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, { value }]));
}

function columnsWithIds(owner: string, properties: Record<string, { value: unknown }>) {
  const columns = properties.columns?.value;
  if (!Array.isArray(columns)) return properties;
  const named = columns.map((column: { key: string }) => ({
    id: stableId(owner, 'column', column.key),
    ...column,
  }));
  return { ...properties, columns: { value: named } };
}

function placeOf(owner: string, type: ExportedLayout['type'], place: Place): ExportedLayout {
  return { id: stableId(owner, type), type, ...place, dimensionUnit: 'count' };
}

function pageOf(page: Page, index: number, id: string, appVersionId: string) {
  return {
    id,
    name: page.name,
    handle: page.handle,
    index: index + 1,
    disabled: null,
    hidden: page.hidden ? { value: true } : null,
    icon: page.icon,
    autoComputeLayout: false,
    appVersionId,
    pageGroupIndex: null,
    pageGroupId: null,
    isPageGroup: false,
    type: 'default',
    openIn: 'same_tab',
    url: null,
    appId: '',
  };
}

/** What the first selector of the plugin's form shows for the operation. */
function resourceOf({ source, operation }: Query): string {
  const groups = { 'ai-manager': {}, 'ai-manager-langfuse': langfuse, 'ai-manager-n8n': n8n }[source];
  const found = (groups as Record<string, { group: string }>)[operation];
  return found ? found.group.toLowerCase().replaceAll(' ', '_') : (operation.split('.')[0] as string);
}

function queryOf(query: Query, id: string, dataSourceId: string, appVersionId: string): ExportedQuery {
  const transformation = query.transform ? transformSource(query.transform) : undefined;
  return {
    id,
    name: query.name,
    options: {
      resource: resourceOf(query),
      operation: query.operation,
      ...query.options,
      runOnPageLoad: query.atStart ?? false,
      transformationLanguage: 'javascript',
      enableTransformation: transformation !== undefined,
      ...(transformation === undefined
        ? {}
        : { transformation, transformations: { javascript: transformation } }),
      ...(query.confirm ? { requestConfirmation: true, confirmationMessage: query.confirm } : {}),
    },
    dataSourceId,
    appVersionId,
  };
}

/** The body that ToolJet runs with `data`: the helpers that it needs, the file's function, and its call. */
function transformSource(name: string): string {
  const read = (file: string) => readFileSync(new URL(`${file}.js`, transforms), 'utf8');
  const withoutModule = (code: string) =>
    code
      .replaceAll(/^import [^;]*;\n/gm, '')
      .replaceAll(/^export (default )?/gm, '')
      .trim();
  const own = withoutModule(read(name));
  return [
    neededOf(withoutModule(read('helpers')), own),
    own,
    "return transform(data, { queries: typeof queries === 'undefined' ? {} : queries, variables: typeof variables === 'undefined' ? {} : variables });",
  ].join('\n\n');
}

/** The paragraphs of a code whose names another one uses, and those that they use in turn, in their order. */
function neededOf(helpers: string, code: string): string {
  const paragraphs = helpers.split(/\n\n(?=\S)/);
  const names = (paragraph: string) =>
    [...paragraph.matchAll(/^(?:const|function) (\w+)/gm)].map(([, name]) => new RegExp(`\\b${name}\\b`));
  const needed = new Set<string>();
  for (let added = [code]; added.length > 0; ) {
    const texts = added;
    added = paragraphs.filter(
      (paragraph) =>
        !needed.has(paragraph) && names(paragraph).some((name) => texts.some((text) => name.test(text))),
    );
    for (const paragraph of added) needed.add(paragraph);
  }
  return paragraphs.filter((paragraph) => needed.has(paragraph)).join('\n\n');
}

function versionOf(
  id: string,
  appId: string,
  homePageId: string,
  environments: { name: string; id: string }[],
): Record<string, unknown> {
  return {
    id,
    name: 'v1',
    definition: null,
    globalSettings: {
      appInMaintenance: false,
      canvasMaxWidth: 1440,
      canvasMaxWidthType: 'px',
      canvasMaxHeight: 2400,
      canvasBackgroundColor: color.canvas,
      backgroundFxQuery: '',
      appMode: 'light',
    },
    pageSettings: null,
    showViewerNavigation: true,
    homePageId,
    appId,
    currentEnvironmentId: environments[0]?.id ?? '',
    promotedFrom: null,
    status: 'DRAFT',
    versionType: 'version',
  };
}
