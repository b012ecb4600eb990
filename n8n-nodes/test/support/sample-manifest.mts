import type {
  Manifest,
  ManifestColumn,
  ManifestField,
  ManifestOperation,
} from '../../nodes/AiManager/manifest.ts';

function operation(key: string, rest: Partial<ManifestOperation>): ManifestOperation {
  return {
    id: `thing.${key}`,
    key,
    name: key,
    action: `${key} a thing`,
    description: `${key} a thing.`,
    method: 'POST',
    path: `/things/${key}`,
    list: false,
    idempotent: false,
    fields: [],
    simplified: [],
    files: [],
    ...rest,
  };
}

function field(name: string, place: ManifestField['in']): ManifestField {
  return { name, in: place, label: titleOf(name), description: '', required: false, type: 'string' };
}

function titleOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replace('Id', ' Id');
}

const COLUMNS: ManifestColumn[] = [
  { name: 'sku', label: 'Sku', required: true, type: 'string' },
  { name: 'count', label: 'Count', required: false, type: 'number' },
];

/** A manifest that has every kind of field and operation, whatever the API offers today. */
export const sampleManifest: Manifest = {
  apiVersion: '0.0.0',
  events: [
    { type: 'thing.made', title: 'Thing made', description: 'Something was made.' },
    { type: 'thing.lost', title: 'Thing lost', description: 'Something was lost.' },
  ],
  resources: [
    {
      id: 'thing',
      name: 'Thing',
      description: 'What the tests work on.',
      operations: [
        operation('make', {
          idempotent: true,
          fields: [
            { name: 'name', in: 'body', label: 'Name', description: '', required: true, type: 'string' },
            { name: 'rows', in: 'body', label: 'Rows', description: '', required: false, type: 'json' },
            { name: 'at', in: 'body', label: 'At', description: '', required: false, type: 'dateTime' },
            {
              name: 'size',
              in: 'body',
              label: 'Size',
              description: '',
              required: false,
              type: 'number',
              minValue: 1,
            },
            { name: 'loud', in: 'body', label: 'Loud', description: '', required: false, type: 'boolean' },
            {
              name: 'tags',
              in: 'body',
              label: 'Tags',
              description: '',
              required: false,
              type: 'multiOptions',
              options: [
                { name: 'A', value: 'a' },
                { name: 'B', value: 'b' },
              ],
            },
          ],
          simplified: ['id', 'name'],
        }),
        operation('list', {
          method: 'GET',
          path: '/things',
          list: true,
          fields: [
            {
              name: 'search',
              in: 'query',
              label: 'Search',
              description: '',
              required: false,
              type: 'string',
            },
          ],
        }),
        operation('get', {
          method: 'GET',
          path: '/things/{thingId}',
          fields: [
            {
              name: 'thingId',
              in: 'path',
              label: 'Thing Id',
              description: '',
              required: true,
              type: 'string',
            },
          ],
        }),
        operation('remove', { method: 'DELETE', path: '/things' }),
        operation('pick', {
          method: 'GET',
          path: '/things/{thingId}/pick',
          fields: [
            {
              ...field('thingId', 'path'),
              required: true,
              locator: {
                resource: 'thing',
                name: 'Thing',
                path: '/things',
                id: 'id',
                shown: ['name', 'kind'],
                search: true,
              },
            },
            {
              ...field('otherId', 'query'),
              locator: {
                resource: 'other',
                name: 'Other',
                path: '/others',
                id: 'id',
                shown: ['name'],
                search: false,
              },
            },
            {
              ...field('colour', 'query'),
              choices: { operation: 'thing.colours', path: '/colours', value: 'colour' },
            },
            { ...field('day', 'query'), type: 'date' },
          ],
        }),
        operation('load', {
          idempotent: true,
          files: ['report', 'pages'],
          fields: [
            { ...field('left', 'body'), columns: COLUMNS },
            { ...field('right', 'body'), columns: COLUMNS },
          ],
        }),
      ],
    },
  ],
};
