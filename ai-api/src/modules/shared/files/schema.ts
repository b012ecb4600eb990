import { z } from 'zod';

/** A plain file name, without a folder. */
export const fileName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^/\\\p{Cc}]+$/u, 'must be a plain file name')
  .refine((value) => value !== '.' && value !== '..' && value.isWellFormed(), 'must be a plain file name');
