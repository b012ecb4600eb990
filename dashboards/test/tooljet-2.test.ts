import { describe, expect, test } from 'vitest';
import { apps } from '../src/apps/index.ts';
import { exportApp } from '../src/build/export.ts';
import type { AppDefinition, ExportedApp } from '../src/build/export-types.ts';
import { COLUMNS } from '../src/build/layout.ts';
import { forToolJet2 } from '../src/build/tooljet-2.ts';
import { checkApp } from '../src/check/index.ts';

/** Components of 2.27 that read their visibility among the styles. */
const KINDS = ['Button', 'Chart', 'DropDown', 'FilePicker', 'Modal', 'Table', 'Tabs', 'Text', 'TextArea'];

const definition = ({ app }: ExportedApp) => app[0]?.definition.appV2 as AppDefinition;

/** The same with places in columns, as the checker reads them. */
function inColumns(exported: ExportedApp): ExportedApp {
  const copy = structuredClone(exported);
  for (const { layouts } of definition(copy).components)
    for (const layout of layouts) layout.left = Math.round((layout.left * COLUMNS) / 100);
  return copy;
}

describe.each(apps)('$slug for ToolJet 2.27', (app) => {
  const translated = forToolJet2(exportApp(app));
  const { components, events } = definition(translated);
  const kindOf = (id: unknown) => components.find((one) => one.id === id)?.type;

  test('has no fault, and nothing overlaps', () => {
    expect(checkApp(inColumns(translated))).toEqual([]);
  });

  test('has only components that 2.27 has, with what they read', () => {
    const others = components.filter(({ type }) => ![...KINDS, 'TextInput', 'RangeSlider'].includes(type));
    // A word in place of a flag would give its slider two handles.
    const sliders = components.filter(({ type }) => type === 'RangeSlider');
    expect(sliders.filter(({ properties }) => properties.enableTwoHandle?.value !== '{{false}}')).toEqual([]);
    expect(others.map(({ name, type }) => `${name}: ${type}`)).toEqual([]);
    expect(components.filter(({ styles }) => styles.visibility === undefined)).toEqual([]);
    expect(components.every(({ layouts }) => layouts.every(({ left }) => left < 100))).toBe(true);
  });

  test('hides the pages that the menu leaves out, and repeats no query that it cannot stop', () => {
    const hidden = definition(translated).pages.filter((page) => page.hidden === true);
    expect(hidden.map(({ handle }) => handle)).toEqual(
      app.pages.filter((page) => page.hidden).map(({ handle }) => handle),
    );
    expect(events.filter(({ event }) => event.debounce !== undefined)).toEqual([]);
  });

  test('says of every failed query what the service said', () => {
    for (const { name, options } of definition(translated).dataQueries) {
      const queries: Record<string, { error?: unknown }> = { [name]: {} };
      const failure = { message: 'Refused', description: 'Hours are more than a day has.', data: {} };
      const transform = new Function('data', 'queries', 'variables', String(options.transformation));
      expect(transform({ queryFailure: failure }, queries, {})).toMatchObject({ status: 'failed' });
      expect(queries[name]?.error).toEqual(failure);
      expect(options).toMatchObject({ failures: 'data', enableTransformation: true });
    }
  });

  test('has no text that may be empty, which is shown as 0', () => {
    const texts = components.filter(({ type }) => type === 'Text');
    const bare = texts.filter(({ properties }) => properties.text?.value === '');
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  test('begins every drop-down with a choice that it has, and with none where nothing means nothing', () => {
    for (const { name, properties } of components.filter(({ type }) => type === 'DropDown')) {
      const given = (key: string) => new Function(`return ${String(properties[key]?.value).slice(2, -2)}`)();
      const labels = given('display_values') as string[];
      expect(given('values'), name).toContain(given('value'));
      expect(labels, name).toHaveLength(new Set(labels).size);
    }
  });

  test('lets nothing that is hidden lie over what people use', () => {
    const places = Map.groupBy(
      components.filter(({ type }) => type !== 'Modal'),
      ({ pageId, parent, layouts }) => JSON.stringify([pageId, parent, layouts[0]?.top, layouts[0]?.left]),
    );
    const covered = [...places.values()].flatMap((place) => place.slice(0, -1));
    expect(covered.filter(({ type }) => type !== 'Text').map(({ name }) => name)).toEqual([]);
  });

  test('has bindings that the editor can draw before it knows any query', () => {
    for (const { name, properties } of components.filter(({ type }) => type === 'DropDown')) {
      const binding = String(properties.schema?.value).slice(2, -2);
      const draw = new Function('queries', 'components', 'variables', `return ${binding}`);
      expect(draw({}, {}, {}), name).toBeInstanceOf(Array);
    }
  });

  test('labels every field, and clears by what a field offers', () => {
    const names = new Set(components.map(({ name }) => name));
    const fields = components.filter(({ type }) => /^(TextInput|TextArea|DropDown|FilePicker)$/.test(type));
    expect(fields.filter(({ name }) => !names.has(`${name}Label`))).toEqual([]);
    const cleared = events.filter(({ event }) => event.componentSpecificActionHandle === 'clear');
    expect(cleared.filter(({ event }) => kindOf(event.componentId) === 'DropDown')).toEqual([]);
  });
});
