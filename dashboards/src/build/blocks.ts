import { run } from './actions.ts';
import { color, type } from './look.ts';
import type { Cell, Row, Widget } from './model.ts';
import { failedFlag, failureOf } from './queries.ts';
import { type Bars, button, cell, chart, html, table, text } from './widgets.ts';

/** Text colour of a column whose words are a grade, a state or a change. */
export const statusColor = statusOf('cellValue');

function statusOf(value: string): string {
  const bad =
    '/^(E|D|falling|rejected|declined|failed|dead|disabled|error|broken|revoked|not_met|quarantined|scan failed|▼.*)$/i';
  const warning =
    '/^(C|in part|on hold|waived|not replayed|overdue|expired|pending|failing|insufficient evidence|needs review|needs second approval|in review|newer version available|not judged|invited|warning|queued|retry|cancelled)$/i';
  const good =
    '/^(ready|A|B|may advance|met|rising|approved|judged|completed|healthy|delivered|success|active|yes|passed|up to date|running|ok|better|verified|▲.*)$/i';
  return `{{${bad}.test(${value}) ? '${color.bad}' : ${warning}.test(${value}) ? '${color.warning}' : ${good}.test(${value}) ? '${color.good}' : '${color.text}'}}`;
}

/** Title of a page, a line on what it is for, and a button that loads it again. */
export function pageHeader(
  page: string,
  title: string,
  subtitle: string,
  refresh: readonly string[],
  actions: readonly Widget[] = [],
): Row[] {
  const busy = `{{${refresh.map((query) => `queries.${query}.isLoading`).join(' || ')}}}`;
  const again = button(
    `${page}Refresh`,
    'Refresh',
    refresh.map((query) => run(query)),
    { busy },
  );
  const buttons: Cell[] = [...actions, again].map((widget) => cell(widget, widget === again ? 1.2 : 2));
  const heading = text(`${page}Title`, title, {
    size: type.title,
    bold: true,
    color: color.ink,
    height: 40,
    mobileHeight: title.length > 24 ? 72 : 40,
  });
  return [
    [cell(heading, 8), ...buttons],
    [
      cell(
        text(`${page}Subtitle`, subtitle, {
          color: color.muted,
          height: 24,
          mobileHeight: subtitle.length > 88 ? 72 : 48,
        }),
      ),
    ],
  ];
}

/** A heading inside a page. */
export function section(name: string, title: string): Row {
  return [cell(text(name, title, { size: type.heading, bold: true, color: color.ink, height: 32 }))];
}

export interface EmptyState {
  title: string;
  /** What to do about it. */
  hint: string;
}

/**
 * What shows a query's data, and at the same place what is shown when there is none or it failed.
 * @param has expression that is true when there is something to show
 * @param unless expression that, while it is true, hides all of it
 */
function withStates(
  query: string,
  has: string,
  empty: EmptyState,
  data: (visible: string) => Widget,
  unless?: string,
): Widget[] {
  const failed = `variables.${failedFlag(query)} === true`;
  const busy = `queries.${query}.isLoading === true`;
  const and = unless === undefined ? '' : ` && !(${unless})`;
  const visible = `${busy} || (!(${failed}) && ${has})`;
  const shown = data(unless === undefined ? `{{${visible}}}` : `{{(${visible})${and}}}`);
  const isOff = `/ is not connected$/.test(queries.${query}.error?.message ?? '')`;
  const isCard = shown.type !== 'Text' || shown.styles.padding !== 'none';
  const size = {
    height: shown.height,
    card: isCard,
    ...(shown.mobileHeight ? { mobileHeight: shown.mobileHeight } : {}),
  };
  // The last lies on top: a hidden component still catches clicks, on 2.27 in all its place, on 3.x in a strip.
  return [
    html(`${shown.name}Empty`, notice(empty.title, empty.hint, color.ink), {
      ...size,
      visible: `{{!(${busy}) && !(${failed}) && !(${has})${and}}}`,
    }),
    html(
      `${shown.name}Error`,
      notice(
        `{{${isOff} ? 'Not connected' : 'Could not load this data'}}`,
        `{{${failureOf(query)} || 'The service did not respond. Press Refresh. If the problem persists, contact your operations team.'}}`,
        `{{${isOff} ? '${color.muted}' : '${color.bad}'}}`,
      ),
      { ...size, visible: `{{!(${busy}) && ${failed}${and}}}` },
    ),
    shown,
  ];
}

function notice(title: string, hint: string, tone: string): string {
  const box =
    'display:flex;flex-direction:column;align-items:center;justify-content:center;height:100%;min-height:72px;text-align:center;padding:8px 24px';
  return `<div style="${box}"><div style="font-weight:600;color:${tone};font-size:15px">${title}</div><div style="color:${color.muted};max-width:480px;margin-top:4px">${hint}</div></div>`;
}

type TableSpec = Omit<Parameters<typeof table>[1], 'rows' | 'loading' | 'visible'>;

/** A table of a query's `rows`, with its empty and error states. */
export function tableOf(
  name: string,
  query: string,
  spec: TableSpec & { empty: EmptyState; rows?: string; unless?: string },
): Widget[] {
  const rows = spec.rows ?? `queries.${query}.data?.rows`;
  return withStates(
    query,
    `(${rows} ?? []).length > 0`,
    spec.empty,
    (visible) =>
      table(name, { ...spec, rows: `{{${rows} ?? []}}`, loading: `{{queries.${query}.isLoading}}`, visible }),
    spec.unless,
  );
}

/** A chart of a query's Plotly description, with its empty and error states. */
export function chartOf(
  name: string,
  query: string,
  spec: {
    title: string;
    from: string;
    bars?: Bars;
    height?: number;
    mobileHeight?: number;
    empty: EmptyState;
    unless?: string;
  },
): Widget[] {
  const json = `queries.${query}.data?.${spec.from}`;
  return withStates(
    query,
    `!!${json}`,
    spec.empty,
    (visible) =>
      chart(name, {
        ...spec,
        json: `{{${json} ?? '{"data":[]}'}}`,
        loading: `{{queries.${query}.isLoading}}`,
        visible,
      }),
    spec.unless,
  );
}

/** A card of a query's markup, with its empty and error states. */
export function cardOf(
  name: string,
  query: string,
  spec: {
    from: string;
    height?: number;
    mobileHeight?: number;
    empty: EmptyState;
    card?: boolean;
    /** Expression; while it is not true, the empty state is shown in place of the data. */
    onlyIf?: string;
  },
): Widget[] {
  const markup = `queries.${query}.data?.${spec.from}`;
  const has = spec.onlyIf ? `${spec.onlyIf} && !!${markup}` : `!!${markup}`;
  return withStates(query, has, spec.empty, (visible) =>
    html(name, `{{${markup} ?? ''}}`, { ...spec, loading: `{{queries.${query}.isLoading}}`, visible }),
  );
}
