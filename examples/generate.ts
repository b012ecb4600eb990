import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeBuilder } from './company/builders.ts';
import { companyFiles } from './company/csv.ts';
import { makeMetrics } from './company/metrics.ts';
import { dealParts } from './company/parts.ts';
import { makeProjectMetrics } from './company/project-metrics.ts';
import { makeProject, projectCount } from './company/projects.ts';
import type { Company } from './company/types.ts';
import { weeksUntil } from './company/weeks.ts';

export { companyFiles } from './company/csv.ts';
export { KIND_COUNTS } from './company/parts.ts';
export type * from './company/types.ts';

/** `weeks` ISO weeks end with `lastWeek` (e.g. `2026-W46`); `seed` is any whole number. */
export type CompanyOptions = { builders: number; seed: number; weeks: number; lastWeek: string };

/** The options that make `sample-company/`. */
export const SAMPLE: CompanyOptions = { builders: 75, seed: 2026, weeks: 8, lastWeek: '2026-W46' };

/**
 * Makes a fictional company. The same options always give the same rows; builders, kinds and odd cases keep their
 * shares of every 75, whatever the size. 75 builders lead 97 projects.
 * Throws a RangeError for a size or a week that makes no sense.
 */
export function generateCompany(options: CompanyOptions): Company {
  const { builders, seed, weeks, lastWeek } = options;
  requireWhole('builders', builders);
  requireWhole('weeks', weeks);
  const company: Company = { builders: [], projects: [], metrics: [], projectMetrics: [], parts: new Map() };
  const weekNames = weeksUntil(lastWeek, weeks);

  for (const [index, part] of dealParts(seed, builders).entries()) {
    const builder = makeBuilder(seed, index, part, lastWeek);
    const first = company.projects.length;
    const projects = Array.from({ length: projectCount(index) }, (_, i) =>
      makeProject(seed, first + i, builder, part, i === 0, lastWeek),
    );
    const metrics = makeMetrics(seed, builder, part, projects[0]?.name ?? '', weekNames);
    company.builders.push(builder);
    company.projects.push(...projects);
    company.metrics.push(...metrics);
    company.projectMetrics.push(...makeProjectMetrics(seed, projects, part, metrics));
    company.parts.set(builder.builder_id, part);
  }
  return company;
}

/** Writes the four CSV files of a company into a directory, making it where needed. */
export function writeCompany(directory: string, company: Company): void {
  mkdirSync(directory, { recursive: true });
  for (const [file, text] of Object.entries(companyFiles(company)))
    writeFileSync(join(directory, file), text);
}

function requireWhole(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${name} must be a whole number from 1`);
}

function main(): void {
  const { values } = parseArgs({
    options: {
      builders: { type: 'string', default: String(SAMPLE.builders) },
      seed: { type: 'string', default: String(SAMPLE.seed) },
      weeks: { type: 'string', default: String(SAMPLE.weeks) },
      'last-week': { type: 'string', default: SAMPLE.lastWeek },
      out: { type: 'string', default: join(import.meta.dirname, 'sample-company') },
    },
  });
  const company = generateCompany({
    builders: Number(values.builders),
    seed: Number(values.seed),
    weeks: Number(values.weeks),
    lastWeek: values['last-week'],
  });
  writeCompany(values.out, company);
  console.log(
    `${values.out}: ${company.builders.length} builders, ${company.projects.length} projects, ` +
      `${company.metrics.length} weeks of builders, ${company.projectMetrics.length} weeks of projects`,
  );
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
