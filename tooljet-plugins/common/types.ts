/** What ToolJet's server passes as the fifth argument of `run`; the browser has no part in it. */
export interface RunContext {
  user?: { id?: string } | null;
  app?: { id?: string; isPublic?: boolean } | null;
}

export interface QueryResult {
  status: 'ok' | 'failed' | 'needs_oauth';
  data: unknown;
}

export interface ConnectionResult {
  status: 'ok' | 'failed';
  message?: string;
}

/** Values of a form: text, or what a binding resolved to. */
export type Options = Record<string, unknown>;

/** The class that ToolJet makes of a bundle's default export. */
export interface QueryService {
  run(
    source: Options,
    query: Options,
    dataSourceId?: string,
    dataSourceUpdatedAt?: string,
    context?: RunContext,
  ): Promise<QueryResult>;
  testConnection(source: Options): Promise<ConnectionResult>;
}
