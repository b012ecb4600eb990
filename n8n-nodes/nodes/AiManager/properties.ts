import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { fieldProperty } from './field-property.ts';
import {
  isOfFile,
  type Manifest,
  type ManifestField,
  type ManifestOperation,
  type ManifestResource,
  tablesOf,
} from './manifest.ts';
import { requestOptions } from './request-options.ts';
import { tableProperties } from './table-properties.ts';

/** Names of the node's own parameters; a field of an operation cannot use them. */
export const OWN_PARAMETERS = [
  'resource',
  'operation',
  'returnAll',
  'limit',
  'simplify',
  'downloadFiles',
  'rowsFrom',
  'table',
  'columns',
  'fileProperties',
  'additionalFields',
  'options',
] as const;

type DisplayOptions = NonNullable<INodeProperties['displayOptions']>;

/** The whole form of the action node: selectors, then the parameters of each operation. */
export function nodeProperties({ resources }: Manifest): INodeProperties[] {
  return [
    resourceSelector(resources),
    ...resources.map(operationSelector),
    ...resources.flatMap((resource) =>
      resource.operations.flatMap((op) => operationProperties(resource, op)),
    ),
    requestOptions(),
  ];
}

/** The events of the manifest as choices, by name. */
export function eventOptions({ events }: Manifest): INodePropertyOptions[] {
  const options = events.map(({ type, title, description }) => ({
    name: title,
    value: type,
    description: withoutFullStop(description),
  }));
  return options.sort(byName);
}

function resourceSelector(resources: ManifestResource[]): INodeProperties {
  const options = resources.map(({ id, name, description }) => ({
    name,
    value: id,
    description: withoutFullStop(description),
  }));
  const firstShown = resources.some(({ id }) => id === 'evaluation')
    ? 'evaluation'
    : (resources[0]?.id ?? '');
  return {
    displayName: 'Resource',
    name: 'resource',
    type: 'options',
    noDataExpression: true,
    options: options.sort(byName),
    default: firstShown,
  };
}

function operationSelector({ id, operations }: ManifestResource): INodeProperties {
  const options = operations.map(({ key, name, action, description }) => ({
    name: name.replace(/^List\b/, 'Get Many'),
    value: key,
    action,
    description: withoutFullStop(description),
  }));
  const firstShown = operations[0]?.key ?? '';
  return {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: [id] } },
    options: options.sort(byName),
    default: firstShown,
  };
}

function operationProperties(resource: ManifestResource, op: ManifestOperation): INodeProperties[] {
  const displayOptions: DisplayOptions = { show: { resource: [resource.id], operation: [op.key] } };
  const required = op.fields.filter((field) => field.required);
  const optional = op.fields.filter((field) => !field.required);
  return [
    ...required.map((field) => ({ ...fieldProperty(asShown(op, field)), displayOptions })),
    ...(tablesOf(op).length > 0 ? tableProperties(op, displayOptions) : []),
    ...(op.list ? pagingProperties(displayOptions) : []),
    ...(op.files.length > 0 ? [downloadProperty(displayOptions)] : []),
    ...(op.simplified.length > 0 ? [simplifyProperty(displayOptions)] : []),
    ...(optional.length > 0
      ? [additionalFields(optional.map(fieldProperty).sort(byDisplayName), displayOptions)]
      : []),
  ];
}

/** A name or a type that a file has itself need not be filled in. */
function asShown(op: ManifestOperation, field: ManifestField): ManifestField {
  if (!isOfFile(op, field.name)) return field;
  return { ...field, required: false, description: 'Defaults to the value of the file' };
}

function additionalFields(options: INodeProperties[], displayOptions: DisplayOptions): INodeProperties {
  return {
    displayName: 'Additional Fields',
    name: 'additionalFields',
    type: 'collection',
    placeholder: 'Add Field',
    default: {},
    displayOptions,
    options,
  };
}

function pagingProperties(displayOptions: DisplayOptions): INodeProperties[] {
  return [
    {
      displayName: 'Return All',
      name: 'returnAll',
      type: 'boolean',
      default: false,
      description: 'Whether to return all results or only up to a given limit',
      displayOptions,
    },
    {
      displayName: 'Limit',
      name: 'limit',
      type: 'number',
      typeOptions: { minValue: 1 },
      default: 50,
      description: 'Max number of results to return',
      displayOptions: { show: { ...displayOptions.show, returnAll: [false] } },
    },
  ];
}

function simplifyProperty(displayOptions: DisplayOptions): INodeProperties {
  return {
    displayName: 'Simplify',
    name: 'simplify',
    type: 'boolean',
    default: true,
    description: 'Whether to return a simplified version of the response instead of the raw data',
    displayOptions,
  };
}

function downloadProperty(displayOptions: DisplayOptions): INodeProperties {
  return {
    displayName: 'Download Files',
    name: 'downloadFiles',
    type: 'boolean',
    default: false,
    description: 'Whether to put the files themselves into the item, as binary data',
    displayOptions,
  };
}

function byName(a: INodePropertyOptions, b: INodePropertyOptions): number {
  return a.name.localeCompare(b.name);
}

function byDisplayName(a: INodeProperties, b: INodeProperties): number {
  return a.displayName.localeCompare(b.displayName);
}

/** n8n shows descriptions of one sentence without a full stop. */
function withoutFullStop(text: string): string {
  return /\.\s/.test(text) ? text : text.replace(/\.$/, '');
}
