import type { Route, RouteField } from './route.ts';

/** A field of an operation that was written by hand, with what its form shows. */
export interface ServiceField extends RouteField {
  description?: string;
  placeholder?: string;
  multiline?: boolean;
  choices?: readonly string[];
}

/** An operation of another service, as its plugin offers it. */
export interface ServiceOperation extends Route {
  /** Heading under which people find it. */
  group: string;
  /** A sentence in the imperative. */
  title: string;
  description?: string;
  fields: readonly ServiceField[];
}

type Extra = Partial<Omit<ServiceField, 'name' | 'key' | 'in'>> & { key?: string };

const field =
  (place: RouteField['in']) =>
  (name: string, label: string, extra: Extra = {}): ServiceField => ({
    name,
    key: name,
    in: place,
    label,
    required: place === 'path',
    type: 'string',
    ...extra,
  });

/** Fields by where they travel: `inPath('name', 'Prompt')`. A path field is required, others unless said are not. */
export const inPath = field('path');
export const inQuery = field('query');
export const inBody = field('body');
