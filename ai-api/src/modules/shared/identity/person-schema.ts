import { z } from 'zod';
import { id } from '../../../contract/schemas.ts';

/** A person as sign-in and `whoami` tell them. */
export const person = z
  .object({
    userId: id,
    email: z.string(),
    name: z.string(),
    builderId: z.string().nullable().describe('The builder with this e-mail address'),
  })
  .meta({ id: 'Person' });

/** An e-mail address as it is stored: in lower case. */
export const email = z.string().trim().max(254).toLowerCase().pipe(z.email('must be an e-mail address'));

/**
 * A password that is set. Long enough to need no other rules.
 * @see https://pages.nist.gov/800-63-4/sp800-63b.html
 */
export const newPassword = z.string().min(12, 'must be at least 12 characters').max(200);
