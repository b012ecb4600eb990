import { httpUrl, milliseconds, text } from './types.ts';

/** Where facts about the week come from. */
export const sources = {
  WORKSMART_URL: httpUrl.optional().describe('Source of hours; by default only imported weeks are used'),
  WORKSMART_API_KEY: text.optional().describe('Needed with WORKSMART_URL'),
  BRAINLIFT_URL: httpUrl.optional().describe('Source of knowledge work'),
  BRAINLIFT_API_KEY: text.optional().describe('Needed with BRAINLIFT_URL'),
  METRICS_URL: httpUrl.optional().describe('Source of goals, notes and project figures'),
  METRICS_API_KEY: text.optional().describe('Needed with METRICS_URL'),
  SOURCE_TIMEOUT_MS: milliseconds(10_000).describe('Time limit of one attempt to reach a source'),
};
