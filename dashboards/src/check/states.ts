import type { ExportedComponent } from '../build/export-types.ts';
import { bindingsIn, referencesOf } from './bindings.ts';

const FIELDS = new Set(['TextInput', 'TextArea', 'DropdownV2', 'RangeSlider', 'FilePicker']);

/** Missing loading, empty and error states, missing labels, tables without columns. */
export function stateFaults(components: readonly ExportedComponent[]): string[] {
  const names = new Set(components.map(({ name }) => name));
  return components.flatMap((component) => [
    ...labelFaults(component),
    ...(component.type === 'FilePicker' ? fileFaults(component) : []),
    ...(component.type === 'Table' ? columnFaults(component) : []),
    ...(component.type === 'Table' || component.type === 'Chart' ? dataFaults(component, names) : []),
  ]);
}

const text = (component: ExportedComponent, key: string) =>
  String(component.properties[key]?.value ?? '').trim();

function labelFaults(component: ExportedComponent): string[] {
  const { name, type } = component;
  if (FIELDS.has(type) && text(component, 'label') === '') return [`${name} has no label`];
  if (type === 'Button' && text(component, 'text') === '') return [`${name} has no text`];
  if ((type === 'Table' || type === 'Chart') && text(component, 'title') === '')
    return [`${name} has no title`];
  return [];
}

/** A file picker states which types it accepts and how large a file may be. */
function fileFaults(component: ExportedComponent): string[] {
  const { name } = component;
  const says = /\d+ (kB|MB)/.test(text(component, 'instructionText'));
  return [
    ...(says ? [] : [`${name} does not say how large a file may be`]),
    ...(text(component, 'fileType') === '' ? [`${name} takes files of any type`] : []),
    ...(/^\{\{\d+\}\}$/.test(text(component, 'maxSize')) ? [] : [`${name} takes files of any size`]),
  ];
}

function columnFaults({ name, properties }: ExportedComponent): string[] {
  const columns = (properties.columns?.value ?? []) as { id?: string; key?: string; name?: string }[];
  const faults = columns
    .filter(({ id, key, name: title }) => !id || !key || !title)
    .map(({ key }) => `${name} has a column without id, key or title: ${key ?? '?'}`);
  const twice = columns.length !== new Set(columns.map(({ key }) => key)).size;
  return [
    ...(columns.length === 0 ? [`${name} has no explicit columns, so ToolJet 2.27 shows "No data"`] : []),
    ...faults,
    ...(twice ? [`${name} has a column twice`] : []),
  ];
}

function dataFaults(component: ExportedComponent, names: Set<string>): string[] {
  const { name, type, properties } = component;
  const data = properties[type === 'Table' ? 'data' : 'jsonDescription']?.value;
  const queries = bindingsIn(data)
    .flatMap(referencesOf)
    .filter(({ kind }) => kind === 'queries');
  if (queries.length === 0) return [`${name} shows no query`];
  const loading = bindingsIn(properties.loadingState?.value).join(' ');
  return [
    ...queries
      .filter(({ name: query }) => !new RegExp(`queries\\.${query}\\??\\.isLoading`).test(loading))
      .map(({ name: query }) => `${name} has no loading state for ${query}`),
    ...(names.has(`${name}Empty`) ? [] : [`${name} has no empty state`]),
    ...(names.has(`${name}Error`) ? [] : [`${name} has no error state`]),
  ];
}
