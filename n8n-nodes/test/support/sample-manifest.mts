import type { Manifest, ManifestOperation } from '../../nodes/AiManager/manifest.ts';

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
    ...rest,
  };
}

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
      ],
    },
  ],
};
