import type { Role } from './operation.ts';

/** For what data about a person is read; each with how a sentence says it. */
export const PURPOSES = {
  review: 'review',
  approval: 'approval',
  performance: 'performance management',
  report: 'a report',
  collaboration: 'collaboration',
  administration: 'administration',
  support: 'support',
  export: 'an export',
} as const;
export type Purpose = keyof typeof PURPOSES;

/** A place in an output that names a person. Paths are names of fields with dots; lists on the way are gone through. */
export interface RevealedPlace {
  /** Where each thing about a person is, such as `items`; left out where the output itself is. */
  list?: string;
  /** Field with the id of a builder, in what `list` leads to. */
  builder?: string;
  /** Field with the id of a user. */
  user?: string;
  /** Field with a subject as `builder:b-001` or `user:<id>`. */
  subject?: string;
  /** Field that says which one was read, such as the week, there or in the output itself. */
  detail?: string;
  /** Counts only where this field, there or in the output itself, has this value. */
  only?: { field: string; is: string };
}

/**
 * That an answer shows data about a person: another user or API key that reads it leaves a record, which the person can
 * read.
 */
export interface Reveals {
  /** What is shown, as the person reads it: `weekly evaluation`. */
  what: string;
  /** What the reader did, where `read your <what>` does not say it: `exported the data of the whole company`. */
  did?: string;
  /** For what it is read; administrators read for administration and operators for support, unless it is an export. */
  purpose: Purpose;
  /** Whom it shows: places in the output; `handler` where the handler says so by `request.reveal`; the whole `company`. */
  of: readonly RevealedPlace[] | 'handler' | 'company';
  /** Input field with the reason that the caller gives. */
  reason?: string;
}

/** The roles from the one that says most about why something was read. */
const BY_WEIGHT: readonly Role[] = [
  'executive',
  'reviewer',
  'builder',
  'readonly',
  'council',
  'ops',
  'admin',
];

/** The role by which a caller is let in; null where none of theirs is among those that have access. */
export function roleOf(access: readonly Role[], roles: readonly Role[]): Role | null {
  return BY_WEIGHT.find((role) => roles.includes(role) && access.includes(role)) ?? null;
}

/** For what a caller with a role reads it; a key by itself reads for what the operation is for. */
export function purposeOf(
  { purpose }: Pick<Reveals, 'purpose'>,
  role: Role | null,
  isPerson: boolean,
): Purpose {
  if (!isPerson || purpose === 'export') return purpose;
  if (role === 'admin') return 'administration';
  return role === 'ops' ? 'support' : purpose;
}
