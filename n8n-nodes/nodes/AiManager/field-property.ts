import type { INodeProperties, NodeParameterValueType, NodePropertyTypes } from 'n8n-workflow';
import type { ManifestField } from './manifest.ts';

const EMPTY: Record<ManifestField['type'], NodeParameterValueType> = {
  string: '',
  number: 0,
  boolean: false,
  options: '',
  multiOptions: [],
  json: '',
  dateTime: '',
};

/** The widget for one input field of an operation. */
export function fieldProperty(field: ManifestField): INodeProperties {
  const typeOptions = widgetOptions(field);
  return {
    displayName: labelOf(field),
    name: field.name,
    type: field.type satisfies NodePropertyTypes,
    default: defaultOf(field),
    ...(field.required ? { required: true } : {}),
    ...(field.description ? { description: describe(field) } : {}),
    ...(field.placeholder ? { placeholder: `e.g. ${field.placeholder}` } : {}),
    ...(field.options ? { options: field.options.map(({ name, value }) => ({ name, value })) } : {}),
    ...(typeOptions ? { typeOptions } : {}),
  };
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
