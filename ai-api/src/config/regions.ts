import { z } from 'zod';
import { httpUrl, region } from './settings/types.ts';

const urls = z.record(region, httpUrl);

/**
 * The installations of other regions: a JSON object of regions and public URLs.
 * @throws {Error} what is wrong with it
 */
export function parseRegionUrls(text: string): Readonly<Record<string, string>> {
  const parsed = urls.safeParse(readJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error([issue?.path.join('.'), issue?.message].filter(Boolean).join(' '));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
}

const AWS_REGION_NAME = /(?:^|\.)([a-z]{2}(?:-[a-z]+)+-\d)\./;

/** Where a variable names another region than DATA_REGION: a region of AWS, or the host of a database at AWS. */
export function regionFaults(given: Record<string, string | undefined>): string[] {
  const { DATA_REGION, DATA_REGION_URLS, AWS_REGION, OBJECTS_REGION, DATABASE_URL } = given;
  if (!DATA_REGION) return DATA_REGION_URLS ? ['DATA_REGION is needed because DATA_REGION_URLS is set'] : [];
  const host = URL.parse(DATABASE_URL ?? '')?.hostname ?? '';
  const named = { AWS_REGION, OBJECTS_REGION, DATABASE_URL: AWS_REGION_NAME.exec(host)?.[1] };
  return Object.entries(named)
    .filter(([, other]) => other !== undefined && other !== DATA_REGION)
    .map(([name, other]) => `DATA_REGION is ${DATA_REGION}, but ${name} says ${other}`);
}
