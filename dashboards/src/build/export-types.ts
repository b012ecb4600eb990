/** The parts of ToolJet's export that we write; other keys are in {@link ExportedApp} as they are. */
export interface ExportedComponent {
  id: string;
  name: string;
  type: string;
  pageId: string;
  parent: string | null;
  properties: Record<string, { value: unknown }>;
  general: Record<string, unknown>;
  styles: Record<string, { value: unknown }>;
  generalStyles: Record<string, unknown>;
  displayPreferences: Record<string, { value: string }>;
  validation: Record<string, { value: unknown }>;
  layouts: ExportedLayout[];
}

export interface ExportedLayout {
  id: string;
  type: 'desktop' | 'mobile';
  top: number;
  left: number;
  width: number;
  height: number;
  dimensionUnit: 'count';
}

export interface ExportedEvent {
  id: string;
  name: string;
  index: number;
  event: Record<string, unknown> & { eventId: string; actionId: string };
  sourceId: string;
  target: 'component' | 'page' | 'data_query';
  appVersionId: string;
}

export interface ExportedQuery {
  id: string;
  name: string;
  options: Record<string, unknown>;
  dataSourceId: string;
  appVersionId: string;
}

export interface ExportedPage {
  id: string;
  name: string;
  handle: string;
  index: number;
  icon: string | null;
  [key: string]: unknown;
}

export interface ExportedSource {
  id: string;
  name: string;
  kind: string;
  [key: string]: unknown;
}

/** An app: its own fields and everything in it stand beside each other. */
export interface AppDefinition {
  id: string;
  name: string;
  slug: string;
  components: ExportedComponent[];
  pages: ExportedPage[];
  events: ExportedEvent[];
  dataQueries: ExportedQuery[];
  dataSources: ExportedSource[];
  appVersions: Record<string, unknown>[];
  appEnvironments: Record<string, unknown>[];
  dataSourceOptions: Record<string, unknown>[];
  schemaDetails: Record<string, boolean>;
  modules: never[];
  [key: string]: unknown;
}

/** A file that ToolJet's importer takes. */
export interface ExportedApp {
  app: { definition: { appV2: AppDefinition } }[];
  tooljet_version: string;
}
