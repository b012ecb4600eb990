import type { IHttpRequestMethods } from 'n8n-workflow';
import generated from './operations.generated.json';

/** What the API offers, as its contracts tell it: the source of every form and request of the nodes. */
export interface Manifest {
  apiVersion: string;
  resources: ManifestResource[];
  /** Where many reads are sent in one request. */
  batch?: { path: string };
  events: ManifestEvent[];
}

export interface ManifestEvent {
  type: string;
  title: string;
  description: string;
}

export interface ManifestResource {
  id: string;
  name: string;
  description: string;
  operations: ManifestOperation[];
}

export interface ManifestOperation {
  id: string;
  /** Value of the Operation option, unique in its resource. */
  key: string;
  name: string;
  action: string;
  description: string;
  method: IHttpRequestMethods;
  /** Template such as `/evaluations/runs/{runId}/results`. */
  path: string;
  /** Answers `{items, nextCursor}` and takes the query parameters `cursor` and `limit`. */
  list: boolean;
  /** Takes an `Idempotency-Key` header. */
  idempotent: boolean;
  fields: ManifestField[];
  /** Top-level output fields that the Simplify option keeps; none means that there is no such option. */
  simplified: string[];
  /** Output fields that hold a file, or several, as `{name, contentType, url}`. */
  files: string[];
  /** May be read in a batch. */
  batched?: boolean;
}

export interface ManifestField {
  name: string;
  in: 'path' | 'query' | 'body';
  label: string;
  description: string;
  required: boolean;
  /** `null` is a value of its own, such as "no limit". */
  nullable?: boolean;
  type: 'string' | 'number' | 'boolean' | 'options' | 'multiOptions' | 'json' | 'date' | 'dateTime';
  default?: unknown;
  options?: { value: string; name: string }[];
  placeholder?: string;
  multiline?: boolean;
  minValue?: number;
  maxValue?: number;
  /** Digits after the decimal point. */
  precision?: number;
  locator?: ManifestLocator;
  choices?: ManifestChoices;
  /** Columns of the table that the field takes, as CSV text or as an array of rows. */
  columns?: ManifestColumn[];
  /** The field takes a file in base64, whose name and type other fields take; or a list of files with both. */
  file?: { name: string; contentType: string } | 'list';
}

/** The list that a row is picked from. */
export interface ManifestLocator {
  resource: string;
  name: string;
  path: string;
  /** Output field with the id. */
  id: string;
  /** Output fields that a person knows a row by, the first as its name. */
  shown: string[];
  /** The list takes `search`; another is searched here. */
  search: boolean;
}

/** The operation whose answer holds the values of a field. */
export interface ManifestChoices {
  operation: string;
  path: string;
  /** Output field with the value. */
  value: string;
}

export interface ManifestColumn {
  name: string;
  label: string;
  required: boolean;
  type: 'string' | 'number' | 'boolean' | 'options' | 'date';
  options?: { value: string; name: string }[];
}

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
