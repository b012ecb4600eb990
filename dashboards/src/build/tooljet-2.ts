import type {
  AppDefinition,
  ExportedApp,
  ExportedComponent,
  ExportedEvent,
  ExportedLayout,
  ExportedQuery,
} from './export-types.ts';
import { stableId } from './ids.ts';
import { COLUMNS } from './layout.ts';
import { color, type } from './look.ts';

const TOOLJET_2_VERSION = '2.27.0';
const LABEL = 24;
/** Pixels of its place that a component does not fill. */
const EDGE = 4;
const BINDING = /\{\{.*?\}\}/gs;
const FIELDS = new Set(['TextInput', 'TextArea', 'DropdownV2', 'RangeSlider', 'FilePicker']);

/** Whether a server needs {@link forToolJet2}. @param version such as `2.27.0` */
export function isToolJet2(version: string): boolean {
  return Number.parseInt(version, 10) < 3;
}

/**
 * The same app as ToolJet 2.27 understands it: older kinds of modal and drop-down, labels as texts above their
 * fields, cards as markup, visibility among the styles, and `left` in percent of the width.
 */
export function forToolJet2(exported: ExportedApp): ExportedApp {
  return {
    ...exported,
    tooljet_version: TOOLJET_2_VERSION,
    app: exported.app.map(({ definition: { appV2 } }) => ({ definition: { appV2: translate(appV2) } })),
  };
}

/** Tabs have one colour for the chosen tab there. */
function tabsOf(component: ExportedComponent): ExportedComponent {
  if (component.type !== 'Tabs') return component;
  const { selectedText: _text, accent, ...styles } = component.styles;
  return { ...component, styles: { ...styles, ...(accent === undefined ? {} : { highlightColor: accent }) } };
}

function translate({ components: given, ...rest }: AppDefinition): AppDefinition {
  const app: AppDefinition = { ...rest, components: sideBySide(given) };
  const modals = new Map(app.components.filter(isModal).map((modal) => [modal.id, modal]));
  const components = app.components
    .flatMap((component) => {
      if (isModal(component)) return [modalOf(component, app.components)];
      const moved = outOfSlot(component, modals, app.components);
      return moved ? withLabel(moved).map(cardOf).map(partsOf).map(tabsOf) : [];
    })
    .map(readingCarefully)
    .map((component) => ({ ...component, layouts: component.layouts.map(inPercent) }));
  const dropdowns = new Map(
    app.components
      .filter(({ type: kind }) => kind === 'DropdownV2')
      .map(({ id, properties }) => [id, firstChoice(properties)]),
  );
  return {
    ...app,
    components,
    pages: app.pages.map((page) => ({ ...page, hidden: page.hidden ? true : null })),
    dataQueries: app.dataQueries.map(tellingFailures),
    events: app.events
      .filter(({ event }) => event.debounce === undefined)
      .map((event) => clearing(event, dropdowns)),
  };
}

/**
 * Fields that take turns at one place get a part of it each: a hidden one still catches the clicks there. Cards
 * and tables with their states lie in an order that does no harm.
 */
function sideBySide(components: readonly ExportedComponent[]): ExportedComponent[] {
  const places = new Map<string, ExportedComponent[]>();
  for (const component of components.filter((one) => FIELDS.has(one.type))) {
    const { pageId, parent, layouts } = component;
    const key = JSON.stringify([
      pageId,
      parent,
      layouts.map(({ type: kind, top, left }) => [kind, top, left]),
    ]);
    places.set(key, [...(places.get(key) ?? []), component]);
  }
  const moved = [...places.values()].flatMap((turns) =>
    turns.map((component, index): [string, ExportedLayout[]] => [
      component.id,
      component.layouts.map((layout) => {
        const width = Math.floor(layout.width / turns.length);
        return { ...layout, width, left: layout.left + index * width };
      }),
    ]),
  );
  const layoutsOf = new Map(moved);
  return components.map((one) => ({ ...one, layouts: layoutsOf.get(one.id) ?? one.layouts }));
}

/**
 * A failed query keeps no error there. So the plugin gives the failure as data, and the transformation, the one
 * place that has it, puts it where newer versions do.
 */
function tellingFailures(query: ExportedQuery): ExportedQuery {
  const { transformation = 'return data;' } = query.options;
  const told = [
    'const failure = data?.queryFailure;',
    'if (failure) {',
    `  if (queries.${query.name}) queries.${query.name}.error = failure;`,
    "  return { status: 'failed', ...failure };",
    '}',
    String(transformation),
  ].join('\n');
  return {
    ...query,
    options: {
      ...query.options,
      failures: 'data',
      enableTransformation: true,
      transformation: told,
      transformations: { javascript: told },
    },
  };
}

const isModal = ({ type: kind }: ExportedComponent) => kind === 'ModalV2';

/** The older modal has a title and a body only: what was in the footer stands below the body. */
function modalOf(modal: ExportedComponent, all: readonly ExportedComponent[]): ExportedComponent {
  const title = all.find(({ parent }) => parent === `${modal.id}-header`)?.properties.text?.value ?? '';
  const { size, hideCloseButton, hideOnEsc, closeOnClickingOutside, loadingState } = modal.properties;
  const kept = { size, hideCloseButton, hideOnEsc, closeOnClickingOutside, loadingState };
  const height = bottomOf(modal.id, all, 'desktop') + bottomOf(`${modal.id}-footer`, all, 'desktop') + 24;
  return {
    ...modal,
    type: 'Modal',
    properties: {
      ...Object.fromEntries(Object.entries(kept).filter((entry) => entry[1] !== undefined)),
      title: { value: title },
      useDefaultButton: { value: '{{false}}' },
      triggerButtonLabel: { value: '' },
      hideTitleBar: { value: '{{false}}' },
      modalHeight: { value: `${height}px` },
    } as ExportedComponent['properties'],
    styles: {
      ...modal.styles,
      headerTextColor: { value: color.ink },
      visibility: { value: '{{true}}' },
      disabledState: { value: '{{false}}' },
    },
  };
}

function bottomOf(parent: string, all: readonly ExportedComponent[], kind: ExportedLayout['type']): number {
  const bottoms = all
    .filter((component) => component.parent === parent)
    .flatMap(({ layouts }) => layouts)
    .filter((layout) => layout.type === kind)
    .map(({ top, height }) => top + height);
  return Math.max(0, ...bottoms);
}

function outOfSlot(
  component: ExportedComponent,
  modals: ReadonlyMap<string, ExportedComponent>,
  all: readonly ExportedComponent[],
): ExportedComponent | undefined {
  const [, id = '', slot = ''] = /^(.*)-(header|footer)$/.exec(component.parent ?? '') ?? [];
  if (!modals.has(id)) return component;
  if (slot === 'header') return undefined;
  const layouts = component.layouts.map((layout) => ({
    ...layout,
    top: layout.top + bottomOf(id, all, layout.type) + 8,
  }));
  return { ...component, parent: id, layouts };
}

/** Fields have no label of their own: a text above them has it, inside the same place. */
function withLabel(component: ExportedComponent): ExportedComponent[] {
  if (!FIELDS.has(component.type)) return [component];
  const { label, visibility } = component.properties;
  const name = `${component.name}Label`;
  const text: ExportedComponent = {
    ...component,
    id: stableId(component.id, 'label'),
    name,
    type: 'Text',
    properties: {
      text: { value: label?.value ?? '' },
      loadingState: { value: '{{false}}' },
      visibility: { value: visibility?.value ?? '{{true}}' },
    },
    styles: { textSize: { value: `{{${type.small}}}` }, textColor: { value: color.text } },
    validation: {},
    layouts: component.layouts.map((layout) => ({
      ...layout,
      id: stableId(layout.id, 'label'),
      height: LABEL,
    })),
  };
  const layouts = component.layouts.map((layout) => ({
    ...layout,
    top: layout.top + LABEL,
    height: layout.height - LABEL,
  }));
  return [text, { ...component, layouts }];
}

/** Texts have neither border nor padding, and are centred: a card brings its own box. */
function cardOf(component: ExportedComponent): ExportedComponent {
  const { properties, styles } = component;
  if (component.type !== 'Text' || properties.textFormat?.value !== 'html') return component;
  const hasBox = styles.padding?.value !== 'none';
  const box = [
    'box-sizing:border-box;overflow:auto;text-align:left',
    `height:${heightOf(component) - EDGE}px`,
    hasBox ? `background:${color.surface};border:1px solid ${color.line};border-radius:8px;padding:8px` : '',
  ].join(';');
  const text = `<div style="${box}">${properties.text?.value}</div>`;
  return { ...component, properties: { ...properties, text: { value: text } } };
}

function heightOf({ layouts }: ExportedComponent): number {
  return Math.max(...layouts.filter(({ type: kind }) => kind === 'desktop').map(({ height }) => height));
}

/** What differs in one component: its kind, and where it keeps what. */
function partsOf(component: ExportedComponent): ExportedComponent {
  const { properties } = component;
  const { visibility = { value: '{{true}}' }, disabledState = { value: '{{false}}' } } = properties;
  const styles = { visibility, disabledState, ...component.styles };
  switch (component.type) {
    case 'DropdownV2':
      return { ...component, type: 'DropDown', properties: choicesOf(properties), styles };
    case 'RangeSlider':
      return { ...component, properties: { ...properties, enableTwoHandle: { value: '{{false}}' } }, styles };
    case 'Table':
      return { ...component, properties: columnsOf(properties), styles };
    case 'Text':
      return { ...component, properties: neverEmpty(properties), styles };
    case 'FilePicker':
      return { ...component, properties: { ...properties, ...component.validation }, styles };
    default:
      return { ...component, styles };
  }
}

interface Choice {
  label: string;
  value: string | null;
}

/**
 * The older drop-down cannot be emptied: its first choice is none, called like the placeholder. Where that names
 * one of the choices, which is what nothing chosen means then, it begins with that one.
 */
function firstChoice(properties: ExportedComponent['properties']): Choice {
  const label = String(properties.placeholder?.value ?? '');
  const options = (properties.options?.value ?? []) as Choice[];
  return options.find((option) => option.label === label) ?? { label, value: null };
}

function choicesOf(properties: ExportedComponent['properties']): ExportedComponent['properties'] {
  const first = firstChoice(properties);
  const options = (properties.options?.value ?? []) as Choice[];
  const all = first.value === null ? [first, ...options] : options;
  const list = (values: (string | null)[]) => `{{[${values.map((one) => JSON.stringify(one)).join(', ')}]}}`;
  const inner = String(properties.schema?.value ?? '{{[]}}').slice(2, -2);
  const schema = `{{[{ label: ${JSON.stringify(first.label)}, value: null, visible: true, default: true }].concat((${inner}).map((one) => Object.assign({}, one, { visible: true })))}}`;
  return {
    visibility: properties.visibility ?? { value: '{{true}}' },
    label: { value: '' },
    placeholder: { value: properties.placeholder?.value ?? '' },
    advanced: { value: properties.advanced?.value },
    schema: { value: schema },
    value: { value: `{{${JSON.stringify(first.value)}}}` },
    values: { value: list(all.map(({ value }) => value)) },
    display_values: { value: list(all.map(({ label }) => label)) },
    loadingState: { value: '{{false}}' },
  };
}

/** Widths stand apart from the columns; a text column would be a field that keeps its first value. */
function columnsOf(properties: ExportedComponent['properties']): ExportedComponent['properties'] {
  const columns = (properties.columns?.value ?? []) as { name: string; columnSize: number }[];
  const sizes = columns.map(({ name, columnSize }) => `${JSON.stringify(name)}: ${columnSize}`);
  return {
    ...properties,
    columns: { value: columns.map((column) => ({ ...column, columnType: 'string' })) },
    columnSizes: { value: `{{({ ${sizes.join(', ')} })}}` },
  };
}

/** An empty text is shown as 0. */
function neverEmpty(properties: ExportedComponent['properties']): ExportedComponent['properties'] {
  const text = String(properties.text?.value ?? '');
  if (text === '') return { ...properties, text: { value: '&nbsp;' } };
  const [, whole] = /^\{\{((?:(?!\}\}).)*)\}\}$/.exec(text) ?? [];
  return whole ? { ...properties, text: { value: `{{(${whole}) || '&nbsp;'}}` } } : properties;
}

/**
 * The editor draws a page before it knows the queries and components, and a drop-down whose binding fails then
 * stays broken.
 */
function readingCarefully(component: ExportedComponent): ExportedComponent {
  const { properties, styles } = component;
  const careful = <T>(parts: T): T =>
    JSON.parse(
      JSON.stringify(parts, (_, value) =>
        typeof value === 'string'
          ? value.replaceAll(BINDING, (binding) =>
              binding.replaceAll(/\b(queries|components)\.(\w+)\./g, '$1.$2?.'),
            )
          : value,
      ),
    ) as T;
  return { ...component, properties: careful(properties), styles: careful(styles) };
}

function inPercent(layout: ExportedLayout): ExportedLayout {
  return { ...layout, left: (layout.left * 100) / COLUMNS };
}

function clearing(event: ExportedEvent, dropdowns: ReadonlyMap<string, Choice>): ExportedEvent {
  const { componentId, componentSpecificActionHandle: handle } = event.event;
  const first = dropdowns.get(String(componentId));
  if (handle !== 'clear' || !first) return event;
  return {
    ...event,
    event: {
      ...event.event,
      componentSpecificActionHandle: 'selectOption',
      componentSpecificActionParams: [{ handle: 'select', value: first.value }],
    },
  };
}
