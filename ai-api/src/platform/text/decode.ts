/** What the bytes of a text file can be; `auto` takes a byte order mark or valid UTF-8, and nothing that is a guess. */
export const ENCODINGS = {
  auto: 'Detect (UTF-8, or UTF-16 with a byte order mark)',
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16, little endian',
  'utf-16be': 'UTF-16, big endian',
  'windows-1252': 'Windows-1252 (Western Europe), also ISO 8859-1',
  'windows-1250': 'Windows-1250 (Central Europe)',
  'windows-1251': 'Windows-1251 (Cyrillic)',
  macintosh: 'Mac Roman',
} as const;
export type Encoding = keyof typeof ENCODINGS;

/**
 * Bytes that are not text in the encoding; `message` continues a sentence that begins with the file's name. What to do
 * about it is up to the caller.
 */
export class UndecodableText extends Error {}

/** What Windows-1252 has in place of the control characters 0x80 to 0x9F (https://encoding.spec.whatwg.org). */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const SEEMS_UTF_16 = 'is not UTF-8: it has NUL bytes, as UTF-16 without a byte order mark has.';

/**
 * The text of a file, without its byte order mark. Valid UTF-8 is read as such, whichever encoding is named. A
 * character that would be lost is never replaced.
 * @param encoding one of `ENCODINGS`, or another label of https://encoding.spec.whatwg.org
 * @throws {UndecodableText} which encoding the file seems to have, and where
 */
export function decodeText(bytes: Uint8Array, encoding = 'auto'): string {
  const certain = byMark(bytes) ?? (bytes.includes(0) ? undefined : 'utf-8');
  const text = certain && decode(bytes, certain);
  if (text !== undefined) return text;
  if (encoding === 'auto') throw new UndecodableText(certain ? notDecoded(bytes, certain) : SEEMS_UTF_16);
  const named = decode(bytes, encoding);
  if (named === undefined) throw new UndecodableText(notDecoded(bytes, encoding));
  return named;
}

function decode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    const decoder = new TextDecoder(encoding, { fatal: true });
    return decoder.encoding === 'windows-1252' ? windows1252(bytes) : decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function byMark(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** Some versions of Node read Windows-1252 as ISO 8859-1, so that the difference is made here. */
function windows1252(bytes: Uint8Array): string {
  return new TextDecoder('latin1')
    .decode(bytes)
    .replace(/[\x80-\x9f]/g, (sign) => WINDOWS_1252[sign.charCodeAt(0) - 0x80] ?? sign);
}

function notDecoded(bytes: Uint8Array, encoding: string): string {
  if (encoding === 'utf-8') return notUtf8(bytes);
  const name = Object.hasOwn(ENCODINGS, encoding) ? ENCODINGS[encoding as Encoding] : encoding;
  return `is not ${name.replace(/ \(.*/, '')}.`;
}

function notUtf8(bytes: Uint8Array): string {
  const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).replace(/\ufffd.*/s, '');
  const fault = bytes[new TextEncoder().encode(before).length] ?? 0;
  const seen = /[^\0-\x7f\ufeff]/.test(before)
    ? 'the letters before it are UTF-8, so that the file seems to mix encodings'
    : `it seems to be ${seemsMac(bytes) ? 'Mac Roman' : 'Windows-1252'}`;
  const line = before.split('\n').length;
  return `is not UTF-8: byte 0x${fault.toString(16).toUpperCase().padStart(2, '0')} on line ${line}; ${seen}.`;
}

/** Mac Roman has its letters where Windows-1252 has signs: 0x80 to 0x9F. */
function seemsMac(bytes: Uint8Array): boolean {
  const low = bytes.filter((byte) => byte >= 0x80 && byte < 0xa0).length;
  const high = bytes.filter((byte) => byte >= 0xa0).length;
  return low > high;
}
