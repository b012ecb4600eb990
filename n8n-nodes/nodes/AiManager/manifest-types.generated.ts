// A copy of ai-api/src/contract/manifest-types.ts, made by npm run generate.

/** The contracts as plain data, from which the n8n node and the ToolJet plugin build their forms. */
export interface Manifest {
  apiVersion: string;
  resources: ManifestResource[];
  /** Where many reads are sent in one request. */
  batch?: { path: string };
  events: { type: string; title: string; description: string }[];
}

export interface ManifestResource {
  id: string;
  name: string;
  description: string;
  operations: ManifestOperation[];
}

export interface ManifestOperation {
  id: string;
  /** Unique in its resource. */
  key: string;
  name: string;
  action: string;
  description: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Template such as `/evaluations/runs/{runId}/results`. */
  path: string;
  /** Answers `{items, nextCursor}` and takes the query parameters `cursor` and `limit`. */
  list: boolean;
  /** Takes an `Idempotency-Key` header. */
  idempotent: boolean;
  fields: ManifestField[];
  /** Top-level output fields of the simplified answer; empty when there is none. */
  simplified: readonly string[];
  /** Output fields that hold a file, or several, as `{name, contentType, url}`. */
  files: readonly string[];
  /** Feature of a plan that the company needs. */
  feature?: string;
  /** Quota of the company's plan that it takes from. */
  quota?: string;
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
  /** `date` is a calendar day, `dateTime` an instant. */
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
  /** What one row is called. */
  name: string;
  path: string;
  /** Output field with the id. */
  id: string;
  /** Output fields that a person knows a row by, the first as its name. */
  shown: readonly string[];
  /** The list takes `search`; others are searched by the client. */
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
