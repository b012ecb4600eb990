import { httpUrl, oneOf, text, whole } from './types.ts';

/** Floating licences: where seats are counted, and what signs their tokens. */
export const licences = {
  LICENCE_SEATS: oneOf(['postgres', 'redis'])
    .default('postgres')
    .describe('What counts seats: the database, or the Redis of REDIS_URL or UPSTASH_REDIS_REST_URL'),
  LICENCE_SIGNING: oneOf(['local', 'kms', 'kms-delegated'])
    .default('local')
    .describe('What signs licence tokens; kms-delegated: AWS KMS signs a key of a day, which signs tokens'),
  LICENCE_KEY_FILE: text
    .optional()
    .describe('PEM file with an RSA-4096 key for local signing; by default one is made and stored sealed'),
  LICENCE_KMS_KEY: text.optional().describe('Id or ARN of an RSA_4096 key, needed for kms and kms-delegated'),
  LICENCE_HISTORY_DAYS: whole(92, 3650, 400).describe(
    'Days for which sessions that have ended, and denials, are kept where a company did not set it; usage is reported for as long',
  ),
  LICENCE_SAMPLE: oneOf(['on', 'off'])
    .default('off')
    .describe('on: the first company gets two products, five licences and a week of invented usage'),
  LICENCE_KMS_ENDPOINT: httpUrl.optional().describe('Another server that speaks AWS KMS; defaults to AWS'),
};
