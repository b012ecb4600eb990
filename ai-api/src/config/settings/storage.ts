import { z } from 'zod';
import { parseKeys } from '../../platform/sealing.ts';
import { parseRegionUrls } from '../regions.ts';
import { checked, httpUrl, region, text, whole } from './types.ts';

/** Where data is kept. */
export const storage = {
  DATA_DIR: text.default('.data').describe('Everything the embedded drivers store'),
  DISK_MIN_FREE_MB: whole(1, 1_000_000_000, 32).describe(
    'Megabytes of the disk of DATA_DIR that stay free: with less, writes are refused and jobs wait',
  ),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a URL that starts with postgres://' })
    .optional()
    .describe('PostgreSQL 15 or newer; defaults to embedded PGlite'),
  DATABASE_POOL: whole(2, 200, 20).describe(
    'Connections to PostgreSQL, in addition to a few for the job queue',
  ),
  OBJECTS_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
    .optional()
    .describe('S3 bucket for files; defaults to DATA_DIR; also read as S3_BUCKET_NAME'),
  OBJECTS_AUDIT_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
    .optional()
    .describe('S3 bucket for exports, reports and other audit files; defaults to OBJECTS_BUCKET'),
  OBJECTS_REGION: text.optional().describe('Region of the buckets; defaults to AWS_REGION'),
  OBJECTS_ENDPOINT: httpUrl.optional().describe('Another server that speaks S3; defaults to AWS'),
  DATA_ENCRYPTION_KEY: checked(parseKeys)
    .optional()
    .describe('32 bytes in base64 or hex that seal stored secrets; after a comma, earlier keys'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a URL that starts with redis:// or rediss://' })
    .optional()
    .describe(
      'Redis that all processes share for limits and cache, such as rediss://:password@host:6379; by default in memory, per process',
    ),
  UPSTASH_REDIS_REST_URL: httpUrl
    .optional()
    .describe('The same by the REST API of Upstash, in place of REDIS_URL'),
  UPSTASH_REDIS_REST_TOKEN: text.optional().describe('Needed with UPSTASH_REDIS_REST_URL'),
  DATA_REGION: region
    .optional()
    .describe('Region in which this installation keeps its data, as its operator declares'),
  DATA_REGION_URLS: checked(parseRegionUrls)
    .default('{}')
    .describe(
      'Public URLs of the installations in other regions, as JSON such as {"eu-west-1": "https://eu.example.com"}',
    ),
  BACKUP_DAYS: whole(1, 3650, 30).describe(
    'Days for which the operator keeps backups: the record of an erasure says when the last one with the person is gone',
  ),
};
