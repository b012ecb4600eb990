import type { INodeProperties } from 'n8n-workflow';
import { ENCODINGS } from '../shared/decode-text.generated.ts';
import { labelOf } from './field-property.ts';
import { type ManifestOperation, tablesOf } from './manifest.ts';

type DisplayOptions = NonNullable<INodeProperties['displayOptions']>;

/** Where the rows of an operation that takes whole tables come from. */
export function tableProperties(op: ManifestOperation, displayOptions: DisplayOptions): INodeProperties[] {
  const tables = tablesOf(op);
  const choices = tables.map((field) => ({ name: labelOf(field), value: field.name }));
  const shownFor = (source: string): DisplayOptions => ({
    show: { ...displayOptions.show, rowsFrom: [source] },
  });
  return [
    {
      displayName: 'Rows From',
      name: 'rowsFrom',
      type: 'options',
      noDataExpression: true,
      default: 'fields',
      displayOptions,
      options: [
        {
          name: 'Binary Files',
          value: 'files',
          description: 'CSV files in the input item, one request for each item',
        },
        { name: 'Fields', value: 'fields', description: 'CSV text or arrays in the fields below' },
        { name: 'Input Items', value: 'items', description: 'Every input item is a row of one table' },
      ],
    },
    {
      displayName: 'Table',
      name: 'table',
      type: 'options',
      noDataExpression: true,
      required: true,
      default: '',
      options: choices,
      displayOptions: shownFor('items'),
    },
    {
      displayName: 'Columns',
      name: 'columns',
      type: 'resourceMapper',
      noDataExpression: true,
      required: true,
      default: { mappingMode: 'autoMapInputData', value: null },
      displayOptions: shownFor('items'),
      typeOptions: {
        loadOptionsDependsOn: ['table', 'operation'],
        resourceMapper: {
          resourceMapperMethod: 'getColumns',
          mode: 'add',
          addAllFields: true,
          multiKeyMatch: false,
          fieldWords: { singular: 'column', plural: 'columns' },
        },
      },
    },
    {
      displayName: 'File Properties',
      name: 'fileProperties',
      type: 'collection',
      placeholder: 'Add File',
      default: {},
      displayOptions: shownFor('files'),
      options: tables.map((field) => ({
        displayName: labelOf(field),
        name: field.name,
        type: 'string',
        default: 'data',
        hint: 'Name of the binary property that holds the CSV file',
      })),
    },
    {
      displayName: 'Encoding',
      name: 'encoding',
      type: 'options',
      noDataExpression: true,
      default: 'auto',
      displayOptions: shownFor('files'),
      options: Object.entries(ENCODINGS).map(([value, name]) => ({ name, value })),
      description: 'How the bytes of the files are read; a file that does not fit is refused',
    },
  ];
}
