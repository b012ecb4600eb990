import { z } from 'zod';
import { parseOrigins } from '../origins.ts';
import { namesProxies } from '../proxies.ts';
import { checked, milliseconds, oneOf, whole } from './types.ts';

/** What protects the API from too many and too large requests. */
export const requests = {
  TRUST_PROXY: z
    .string()
    .refine(namesProxies, 'must be a number of proxies from 1 to 10, or their addresses or networks')
    .optional()
    .describe('Proxies whose X-Forwarded-For is trusted; none by default'),
  RATE_LIMITS: oneOf(['on', 'off']).default('on').describe('off if a gateway already limits requests'),
  REQUEST_TIMEOUT_MS: milliseconds(60_000).describe('A request that takes longer is answered with 503'),
  CORS_ORIGINS: checked(parseOrigins)
    .default('')
    .describe(
      'Origins such as https://app.example.com whose pages may call the API with a token; comma-separated',
    ),
  JSON_MAX_DEPTH: whole(4, 1000, 32).describe('Maximum nesting depth of a JSON body'),
  MAX_IN_FLIGHT: whole(1, 100_000, 500).describe(
    'Requests in progress beyond which further ones are refused',
  ),
  SHED_LOOP_DELAY_MS: milliseconds(2_000).describe('Event loop delay beyond which requests are refused'),
};
