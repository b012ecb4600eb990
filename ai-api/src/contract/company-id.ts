import { z } from 'zod';

const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/**
 * An identifier or an address as it is compared and stored: full-width letters and composed letters have one form,
 * characters without a width are left out.
 */
export function foldId(value: string): string {
  return value.normalize('NFKC').replace(IGNORABLE, '').trim();
}

/** An id that the company gave a builder or a project. */
export const companyId = z.string().overwrite(foldId).min(1).max(100);
