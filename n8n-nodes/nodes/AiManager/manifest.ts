import type { Manifest, ManifestField, ManifestOperation } from './manifest-types.generated.ts';
import generated from './operations.generated.json';

export type * from './manifest-types.generated.ts';

/** What the API offers, as its contracts tell it: the source of every form and request of the nodes. */
export const manifest = generated as Manifest;

/** Finds an operation by the values of the Resource and Operation selectors. */
export function findOperation(resource: string, operation: string): ManifestOperation | undefined {
  return manifest.resources
    .find(({ id }) => id === resource)
    ?.operations.find(({ key }) => key === operation);
}

/** Whether a field takes the name or the type of a file, and may be left to it. */
export function isOfFile({ fields }: ManifestOperation, name: string): boolean {
  return fields.some(({ file }) => typeof file === 'object' && Object.values(file).includes(name));
}

/** Fields of an operation that take a whole table. */
export function tablesOf({ fields }: ManifestOperation): ManifestField[] {
  return fields.filter(({ columns }) => columns !== undefined);
}
