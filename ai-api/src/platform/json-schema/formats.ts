import { isValidPhoneNumber } from 'libphonenumber-js';
import { z } from 'zod';
import type { Format } from '../text/vocabulary.ts';

const fits = (schema: z.ZodType) => (text: string) => schema.safeParse(text).success;

/** Whether a text is of a format. */
export const FORMATS = {
  email: fits(z.email()),
  uri: fits(z.url()),
  uuid: fits(z.guid()),
  date: fits(z.iso.date()),
  time: fits(z.iso.time()),
  'date-time': fits(z.iso.datetime({ offset: true })),
  duration: fits(z.iso.duration()),
  ipv4: fits(z.ipv4()),
  ipv6: fits(z.ipv6()),
  'iso-week': (text: string) => /^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/.test(text),
  phone: (text: string) => isValidPhoneNumber(text),
  iban: isIban,
  'card-number': isCardNumber,
} as const satisfies Record<Format, (text: string) => boolean>;

/** Whether the check digits of an IBAN are right; it may have spaces between groups. */
export function isIban(text: string): boolean {
  const plain = text.replaceAll(' ', '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(plain)) return false;
  let rest = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Whether a number of a payment card has the right check digit (Luhn); it may have spaces and hyphens between groups. */
export function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/[ -]/g, '');
  if (!/^\d{13,19}$/.test(digits)) return false;
  let sum = 0;
  for (const [index, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
