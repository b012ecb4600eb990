import { z } from 'zod';

export const whole = (min: number, max: number, fallback: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  const digits = z.string().trim().regex(/^\d+$/, message);
  return digits
    .transform(Number)
    .pipe(z.number(message).min(min, message).max(max, message))
    .default(fallback);
};
export const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);
export const text = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(1000, 'must be at most 1000 characters');
export const port = (fallback: number) => whole(0, 65_535, fallback);
export const optionalPort = z
  .string()
  .trim()
  .regex(/^\d{1,5}$/, 'must be a whole number from 0 to 65535')
  .transform(Number)
  .pipe(z.number().max(65_535, 'must be a whole number from 0 to 65535'))
  .optional();
export const milliseconds = (fallback: number) => whole(1, 600_000, fallback);
export const httpUrl = z.url({
  protocol: /^https?$/,
  error: 'must be a URL that starts with http:// or https://',
});

const REGION = '[a-z0-9-]{1,40}';
export const region = z.string().regex(new RegExp(`^${REGION}$`), 'must be a region such as eu-west-1');
export const regionList = z
  .string()
  .regex(new RegExp(`^${REGION}(,${REGION})*$`), 'must be regions such as eu-west-1,eu-central-1')
  .transform((list): readonly string[] => list.split(','));

/** Text that `parse` takes; what it throws is the message. */
export const checked = (parse: (value: string) => unknown) =>
  z.string().superRefine((value, context) => {
    try {
      parse(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `is wrong: ${(error as Error).message}` });
    }
  });
