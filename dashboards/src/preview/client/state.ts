import type { AppDefinition, ExportedEvent, ExportedQuery } from '../../build/export-types.ts';

type Values = Record<string, unknown>;

interface QueryState extends Values {
  isLoading: boolean;
  data: unknown;
  rawData: unknown;
  error?: unknown;
}

/** What bindings see, named as in ToolJet. */
export interface Scope {
  queries: Record<string, QueryState>;
  components: Record<string, Values>;
  variables: Values;
  globals: { currentUser: Values; urlparams: Values };
}

/** One app that runs in this page: its state, its bindings, its events. */
export interface Runtime {
  app: AppDefinition;
  scope: Scope;
  pageId: string;
  /** Ids of modals that are open. */
  open: Set<string>;
  resolve(value: unknown, extra?: Values): unknown;
  fire(sourceId: string, event: string): Promise<void>;
  changed(): void;
  showPage(pageId: string): void;
  say(message: string, type: string): void;
}

interface Hooks {
  /** Called after anything changed. */
  redraw(): void;
  /** Called when another page is shown. */
  rebuild(): void;
  say(message: string, type: string): void;
}

const BINDING = /\{\{(.*?)\}\}(?!\})/gs;

export function createRuntime(app: AppDefinition, hooks: Hooks): Runtime {
  const scope: Scope = {
    queries: {},
    components: {},
    variables: {},
    globals: { currentUser: {}, urlparams: parameters() },
  };
  for (const { name } of app.dataQueries)
    scope.queries[name] = { isLoading: false, data: undefined, rawData: undefined };
  for (const { name } of app.components) scope.components[name] = {};
  let pending = false;

  const runtime: Runtime = {
    app,
    scope,
    pageId: (pageOfAddress(app) ?? app.pages[0])?.id ?? '',
    open: new Set(),
    resolve: (value, extra) => resolve(scope, value, extra),
    say: hooks.say,
    async fire(sourceId, name) {
      const events = app.events
        .filter((event) => event.sourceId === sourceId && event.name === name)
        .sort((a, b) => a.index - b.index);
      for (const event of events) await act(event);
    },
    changed() {
      if (pending) return;
      pending = true;
      queueMicrotask(() => {
        pending = false;
        hooks.redraw();
      });
    },
    showPage(pageId) {
      runtime.pageId = pageId;
      runtime.open.clear();
      const hash = `#${app.pages.find(({ id }) => id === pageId)?.handle ?? ''}`;
      if (window.location.hash !== hash) window.location.hash = hash;
      hooks.rebuild();
      void runtime.fire(pageId, 'onPageLoad');
    },
  };

  window.addEventListener('hashchange', () => {
    const page = pageOfAddress(app);
    if (page && page.id !== runtime.pageId) runtime.showPage(page.id);
  });

  async function act({ event }: Pick<ExportedEvent, 'event'>): Promise<void> {
    if (event.runOnlyIf !== undefined && !runtime.resolve(event.runOnlyIf)) return;
    if (event.debounce !== undefined) {
      const { debounce, ...now } = event;
      setTimeout(() => void act({ event: now as ExportedEvent['event'] }), Number(debounce));
      return;
    }
    const text = (key: string) => String(runtime.resolve(event[key]) ?? '');
    switch (event.actionId) {
      case 'run-query':
        return await run(app.dataQueries.find(({ id }) => id === event.queryId));
      case 'show-alert':
        return hooks.say(text('message'), text('alertType'));
      case 'set-custom-variable':
        scope.variables[String(event.key)] = runtime.resolve(event.value);
        return runtime.changed();
      case 'show-modal':
        for (const { name } of pickersIn(app, String(event.modal))) scope.components[name] = { file: [] };
        runtime.open.add(String(event.modal));
        return runtime.changed();
      case 'close-modal':
        runtime.open.delete(String(event.modal));
        return runtime.changed();
      case 'switch-page':
        return runtime.showPage(String(event.pageId));
      case 'control-component': {
        const target = app.components.find(({ id }) => id === event.componentId);
        if (target && event.componentSpecificActionHandle === 'clear') {
          scope.components[target.name] = { ...scope.components[target.name], value: '' };
        }
        if (target && event.componentSpecificActionHandle === 'setText') {
          const [text] = event.componentSpecificActionParams as { value: unknown }[];
          scope.components[target.name] = { value: runtime.resolve(text?.value) };
        }
        return runtime.changed();
      }
      case 'open-webpage':
        window.open(text('url'), '_blank', 'noopener');
    }
  }

  async function run(query: ExportedQuery | undefined): Promise<void> {
    if (!query) return;
    const { options } = query;
    if (options.requestConfirmation && !window.confirm(String(options.confirmationMessage))) return;
    const { transformation, transformations: _, ...rest } = options;
    const resolved = Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [key, runtime.resolve(value)]),
    );
    scope.queries[query.name] = { isLoading: true, data: [], rawData: [] };
    runtime.changed();
    const answer = await ask(query.id, resolved);
    const data =
      typeof transformation === 'string' && answer.status === 'ok'
        ? new Function('data', 'queries', 'variables', transformation)(
            answer.data,
            scope.queries,
            scope.variables,
          )
        : answer.data;
    // As in ToolJet, a transformation fails the query by what it gives.
    const failed = [answer, data].find((one) => one?.status === 'failed');
    if (failed) {
      scope.queries[query.name] = { isLoading: false, data: [], rawData: [], error: failed };
      runtime.changed();
      return await runtime.fire(query.id, 'onDataQueryFailure');
    }
    scope.queries[query.name] = { isLoading: false, data, rawData: answer.data };
    runtime.changed();
    await runtime.fire(query.id, 'onDataQuerySuccess');
  }

  return runtime;
}

/** The page that the address names: by its hash, which reloading and going back keep, or by the end of its path. */
function pageOfAddress({ pages }: AppDefinition) {
  const { hash, pathname } = window.location;
  return pages.find(({ handle }) => (hash ? hash === `#${handle}` : pathname.endsWith(`/${handle}`)));
}

/** File pickers in a modal: they are empty whenever it opens. */
function pickersIn({ components }: AppDefinition, modal: string) {
  return components.filter(({ type, parent }) => type === 'FilePicker' && parent?.startsWith(modal));
}

/** Parameters of the address, as ToolJet hands them to bindings. */
function parameters(): Values {
  return Object.fromEntries(new URLSearchParams(window.location.search));
}

async function ask(queryId: string, options: Values): Promise<{ status: string; data?: unknown }> {
  const response = await fetch(`/run/${queryId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(options),
  });
  return await response.json();
}

function resolve(scope: Scope, value: unknown, extra: Values = {}): unknown {
  if (typeof value !== 'string') return value;
  const whole = /^\{\{(.*)\}\}$/s.exec(value)?.[1];
  if (whole !== undefined && !whole.includes('{{')) return evaluate(scope, whole, extra);
  return value.replaceAll(BINDING, (_, inner: string) => String(evaluate(scope, inner, extra) ?? ''));
}

const functions = new Map<string, (...values: unknown[]) => unknown>();

/** Bindings are evaluated at every change of anything, and compiled once. */
function compiled(names: string[], expression: string): (...values: unknown[]) => unknown {
  const key = `${names.length} ${expression}`;
  const known = functions.get(key);
  if (known) return known;
  const made = new Function(...names, `return (${expression}\n)`) as (...values: unknown[]) => unknown;
  functions.set(key, made);
  return made;
}

/** As in ToolJet, a binding that cannot be evaluated yet has no value. */
function evaluate(scope: Scope, expression: string, extra: Values): unknown {
  const names = ['queries', 'components', 'variables', 'globals', ...Object.keys(extra)];
  const values = [scope.queries, scope.components, scope.variables, scope.globals, ...Object.values(extra)];
  try {
    return compiled(names, expression)(...values);
  } catch {
    return undefined;
  }
}
