import { type CountryCode, findPhoneNumbersInText, isSupportedCountry } from 'libphonenumber-js';
import { z } from 'zod';
import { isCardNumber, isIban } from '../../../../platform/json-schema/formats.ts';
import type { RuleOf } from '../rule/schema.ts';
import type { PiiKind } from '../vocabulary.ts';
import { type Check, type Span, spansOf } from './check.ts';

interface Piece extends Span {
  kind: PiiKind;
}

const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu;
const IBAN = /\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]){11,30}/g;
const CARD = /\b\d(?:[ -]?\d){12,18}\b/g;
const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g;
const IPV6 = /(?<![\w:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])/g;

/** Personal data by patterns and check digits. */
export function pii({ kinds, country }: RuleOf<'pii'>): Check {
  return {
    asks: `no personal data (${kinds.join(', ')})`,
    isFinal: true,
    run: ({ text }) => {
      const found = piecesOf(text, kinds, country).sort((a, b) => a.start - b.start);
      const said = [...new Set(found.map(({ kind }) => kind))];
      return {
        holds: found.length === 0,
        says:
          found.length === 0
            ? 'Patterns found none; names are not looked for.'
            : `It has ${said.map((kind) => NAMES[kind]).join(', ')}.`,
        spans: found.map(({ start, end }) => ({ start, end })),
        edits: found.map(({ start, end, kind }) => ({ start, end, with: `[${kind}]` })),
      };
    },
  };
}

const NAMES: Record<PiiKind, string> = {
  email: 'an e-mail address',
  phone: 'a phone number',
  iban: 'an IBAN',
  card: 'a card number',
  ip: 'an IP address',
};

function piecesOf(text: string, kinds: readonly PiiKind[], country: string | undefined): Piece[] {
  const pieces: Piece[] = [];
  /** What overlaps with something that was found is a part of it, as digits of a card number are. */
  const add = (piece: Piece) => {
    if (!pieces.some(({ start, end }) => piece.start < end && start < piece.end)) pieces.push(piece);
  };
  for (const kind of ['email', 'iban', 'card', 'ip', 'phone'] as const)
    if (kinds.includes(kind)) for (const span of FIND[kind](text, country)) add({ ...span, kind });
  return pieces;
}

const FIND: Record<PiiKind, (text: string, country: string | undefined) => Span[]> = {
  email: (text) => spansOf(text, EMAIL),
  iban: (text) => spansOf(text, IBAN).flatMap((span) => ibanIn(text, span)),
  card: (text) => spansOf(text, CARD).filter(({ start, end }) => isCardNumber(text.slice(start, end))),
  ip: (text) => [
    ...spansOf(text, IPV4).filter(({ start, end }) => z.ipv4().safeParse(text.slice(start, end)).success),
    ...spansOf(text, IPV6).filter(({ start, end }) => z.ipv6().safeParse(text.slice(start, end)).success),
  ],
  phone: (text, country) => {
    const known = country !== undefined && isSupportedCountry(country) ? (country as CountryCode) : undefined;
    return findPhoneNumbersInText(text, known).map(({ startsAt, endsAt }) => ({
      start: startsAt,
      end: endsAt,
    }));
  },
};

/** Words may follow an IBAN: the longest part from its beginning whose check digits are right. */
function ibanIn(text: string, { start, end }: Span): Span[] {
  for (let to = end; to - start >= 15; to--)
    if (/\w/.test(text.charAt(to - 1)) && !/\w/.test(text.charAt(to)) && isIban(text.slice(start, to)))
      return [{ start, end: to }];
  return [];
}
