const encoder = new TextEncoder();
export const bytesOf = (text: string): Uint8Array => encoder.encode(text);

export type Line = Record<string, unknown> | string;

/** Records one a line; a string is a line as it is. */
export const lines = (...records: Line[]): Uint8Array =>
  bytesOf(
    `${records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n')}\n`,
  );

/** The session of every file. */
export const SESSION = '11111111-1111-4111-8111-111111111111';
