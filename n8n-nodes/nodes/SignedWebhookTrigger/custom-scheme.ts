import { createHmac } from 'node:crypto';
import { isSameText } from '../shared/constant-time.ts';
import { hexText, type Incoming, isRecent } from './incoming.ts';

/** An HMAC that a sender of one's own, or one that is not listed, puts into a header. */
export interface CustomScheme {
  signatureHeader: string;
  algorithm: 'sha256' | 'sha384' | 'sha512';
  encoding: 'hex' | 'base64' | 'base64url';
  /** Text before the signature, such as `sha256=`. */
  prefix: string;
  /** What is signed: `{body}` with, if the sender says so, `{timestamp}` and `{delivery}` around it. */
  signedContent: string;
  /** Header with the time, as `isRecent` reads it; with one, old deliveries are refused. */
  timestampHeader: string;
  idHeader: string;
  eventHeader: string;
  secretEncoding: 'utf8' | 'hex' | 'base64';
}

/** Fails closed: a template without the body, or with a part that has no header, is signed by nobody. */
export function isSignedAsCustom(secret: string, incoming: Incoming, scheme: CustomScheme): boolean {
  const { header, rawBody, now, tolerance } = incoming;
  const named = (name: string) => (name.trim() === '' ? undefined : header(name.trim()));
  const time = named(scheme.timestampHeader);
  const id = named(scheme.idHeader);
  const needsTime = scheme.timestampHeader.trim() !== '';
  if (needsTime && (time === undefined || !isRecent(time, now, tolerance))) return false;
  const content = contentOf(scheme.signedContent, { body: rawBody, timestamp: time, id });
  const key = Buffer.from(secret, scheme.secretEncoding);
  if (content === undefined || key.length === 0) return false;
  const digest = createHmac(scheme.algorithm, key).update(content).digest(scheme.encoding);
  const given = named(scheme.signatureHeader) ?? '';
  const expected = `${scheme.prefix}${digest}`;
  return scheme.encoding === 'hex'
    ? isSameText(hexText(given), hexText(expected))
    : isSameText(given, expected);
}

function contentOf(
  template: string,
  parts: { body: Buffer; timestamp: string | undefined; id: string | undefined },
): Buffer | undefined {
  if (!template.includes('{body}')) return undefined;
  const pieces = template.split(/(\{body\}|\{timestamp\}|\{delivery\})/).map((piece) => {
    if (piece === '{body}') return parts.body;
    if (piece === '{timestamp}') return parts.timestamp;
    if (piece === '{delivery}') return parts.id;
    return piece;
  });
  if (pieces.some((piece) => piece === undefined)) return undefined;
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)));
}
