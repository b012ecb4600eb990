import { z } from 'zod';
import { namesProxies } from '../proxies.ts';
import { milliseconds, oneOf, whole } from './types.ts';

/** What protects the API from too many and too large requests. */
export const requests = {
  TRUST_PROXY: z
    .string()
    .refine(namesProxies, 'must be a number of proxies from 1 to 10, or their addresses or networks')
    .optional()
    .describe('Proxies whose X-Forwarded-For names the client; nobody is believed unless set'),
  RATE_LIMITS: oneOf(['on', 'off']).default('on').describe('off where a gateway limits requests already'),
  REQUEST_TIMEOUT_MS: milliseconds(60_000).describe('A request that takes longer is answered with 503'),
  JSON_MAX_DEPTH: whole(4, 1000, 32).describe('Objects and arrays inside each other in a body'),
  MAX_IN_FLIGHT: whole(1, 100_000, 500).describe('Unanswered requests beyond which more are refused'),
  SHED_LOOP_DELAY_MS: milliseconds(2_000).describe(
    'Delay of the event loop beyond which requests are refused',
  ),
};
