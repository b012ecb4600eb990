/** Characters of a pattern that a person writes. */
export const MAX_PATTERN_LENGTH = 500;

/** Formats of whole texts, by name: those of JSON Schema that people use, and some that companies need. */
export const FORMAT_NAMES = [
  'email',
  'uri',
  'uuid',
  'date',
  'time',
  'date-time',
  'duration',
  'ipv4',
  'ipv6',
  'iso-week',
  'phone',
  'iban',
  'card-number',
] as const;
export type Format = (typeof FORMAT_NAMES)[number];
