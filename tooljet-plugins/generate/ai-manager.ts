import type { Manifest, ManifestField, ManifestOperation } from '../../ai-api/src/contract/manifest-types.ts';
import type { Route, RouteField } from '../common/route.ts';
import { type FormField, operationsJson, optionKey } from './form.ts';

/** Files of the plugin `ai-manager` that follow from the contracts, by path below this workspace. */
export function aiManagerFiles(manifest: Manifest): Record<string, string> {
  const groups = manifest.resources.map(({ id, name, operations }) => ({
    id,
    name,
    operations: operations.map(({ id: value, action, description, list, fields }) => ({
      value,
      name: action,
      description,
      list,
      fields: fields.map(formField),
    })),
  }));
  return {
    'ai-manager/lib/operations.json': operationsJson(
      'AI Manager',
      'Operations of the AI Manager API',
      groups,
    ),
    'ai-manager/lib/routes.generated.ts': routesFile(manifest),
  };
}

function formField(field: ManifestField): FormField {
  return {
    ...routeField(field),
    description: field.description || field.label,
    ...(field.placeholder ? { placeholder: field.placeholder } : {}),
    ...(field.multiline ? { multiline: true } : {}),
    ...(field.options ? { choices: field.options.map(({ value }) => value) } : {}),
  };
}

function routeField({ name, in: place, label, required, nullable, type }: ManifestField): RouteField {
  return {
    name,
    key: optionKey(name),
    in: place,
    label,
    required,
    ...(nullable && required ? { nullable } : {}),
    type: type === 'date' ? 'string' : type,
  };
}

function routesFile(manifest: Manifest): string {
  const lines = manifest.resources
    .flatMap(({ operations }) => operations)
    .map((operation) => `  '${operation.id}': ${JSON.stringify(routeOf(operation))},`);
  return [
    "import type { Route } from '../../common/route.ts';",
    '',
    '/** Version of the contracts that this file was generated from; `npm run generate` writes it anew. */',
    `export const apiVersion = '${manifest.apiVersion}';`,
    '',
    '/** How each operation travels. */',
    'export const routes = {',
    ...lines,
    '} as const satisfies Record<string, Route>;',
    '',
  ].join('\n');
}

function routeOf({ method, path, list, idempotent, fields }: ManifestOperation): Route {
  return {
    method,
    path,
    ...(list ? { list: true } : {}),
    ...(idempotent ? { idempotent: true } : {}),
    fields: fields.map(routeField),
  };
}
