import type { INodeProperties, NodeParameterValueType } from 'n8n-workflow';
import type { ManifestChoices, ManifestField, ManifestLocator } from './manifest.ts';

const EMPTY: Record<ManifestField['type'], NodeParameterValueType> = {
  string: '',
  number: 0,
  boolean: false,
  options: '',
  multiOptions: [],
  json: '',
  date: '',
  dateTime: '',
};

/** The widget for one input field of an operation. */
export function fieldProperty(field: ManifestField): INodeProperties {
  if (field.locator) return locatorProperty(field, field.locator);
  if (field.choices) return choicesProperty(field, field.choices);
  if (field.file) return fileProperty(field);
  const typeOptions = widgetOptions(field);
  return {
    displayName: labelOf(field),
    name: field.name,
    type: field.type === 'date' ? 'dateTime' : field.type,
    default: defaultOf(field),
    ...(field.required ? { required: true } : {}),
    ...(field.description ? { description: describe(field) } : {}),
    ...(field.placeholder ? { placeholder: `e.g. ${field.placeholder}` } : {}),
    ...(field.options ? { options: field.options.map(({ name, value }) => ({ name, value })) } : {}),
    ...(typeOptions ? { typeOptions } : {}),
  };
}

/** A row to pick from a list that can be searched, or to name by its id. */
function locatorProperty(field: ManifestField, locator: ManifestLocator): INodeProperties {
  return {
    displayName: labelOf(field).replace(/ ID$/, ''),
    name: field.name,
    type: 'resourceLocator',
    default: { mode: 'list', value: '' },
    ...(field.required ? { required: true } : {}),
    ...(field.description ? { description: describe(field) } : {}),
    modes: [
      {
        displayName: 'From List',
        name: 'list',
        type: 'list',
        placeholder: `Select a ${locator.name.toLowerCase()}...`,
        typeOptions: { searchListMethod: searchMethod(locator), searchable: true },
      },
      {
        displayName: 'By ID',
        name: 'id',
        type: 'string',
        ...(field.placeholder ? { placeholder: `e.g. ${field.placeholder}` } : {}),
      },
    ],
  };
}

/** The binary field, or fields, of the item with what is to be sent. */
function fileProperty(field: ManifestField): INodeProperties {
  const isList = field.file === 'list';
  return {
    displayName: isList ? `${labelOf(field)}: Input Binary Fields` : 'Input Binary Field',
    name: field.name,
    type: 'string',
    default: 'data',
    ...(field.required ? { required: true } : {}),
    placeholder: isList ? 'e.g. data, attachment_0' : 'e.g. data',
    description: isList
      ? 'Names of the input binary fields that hold the files, separated by commas; or a JSON list of {name, contentType, base64}'
      : 'Name of the input binary field that holds the file',
  };
}

function choicesProperty(field: ManifestField, choices: ManifestChoices): INodeProperties {
  return {
    displayName: `${labelOf(field)} Name or ID`,
    name: field.name,
    type: 'options',
    default: '',
    ...(field.required ? { required: true } : {}),
    description:
      'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
    typeOptions: { loadOptionsMethod: loadMethod(choices) },
  };
}

/** Name of the method that searches the list of a locator. */
export function searchMethod({ resource, id }: ManifestLocator): string {
  return `search_${resource}_${id}`;
}

/** Name of the method that loads the values of a field. */
export function loadMethod({ operation, value }: ManifestChoices): string {
  return `load_${operation.replace('.', '_')}_${value}`;
}

function widgetOptions(field: ManifestField): INodeProperties['typeOptions'] {
  switch (field.type) {
    case 'number':
      return pick({ minValue: field.minValue, maxValue: field.maxValue, numberPrecision: field.precision });
    case 'string':
      return field.multiline ? { rows: 5 } : undefined;
    case 'json':
      return { rows: 5 };
    default:
      return undefined;
  }
}

function pick(bounds: Record<string, number | undefined>): INodeProperties['typeOptions'] {
  const known = Object.entries(bounds).filter(([, value]) => value !== undefined);
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

function defaultOf(field: ManifestField): NodeParameterValueType {
  if (field.default !== undefined) return field.default as NodeParameterValueType;
  if (field.type === 'number') return field.minValue ?? 0;
  return EMPTY[field.type];
}

function describe(field: ManifestField): string {
  return field.description.replace(/\.$/, '');
}

/** A field's label, with acronyms as n8n's own forms spell them: `Builder Id` becomes `Builder ID`. */
export function labelOf({ label }: Pick<ManifestField, 'label'>): string {
  return label.replace(/\b(Id|Url|Json|Csv|Html|Api)\b/g, (word) => word.toUpperCase());
}
