import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { companyFiles, generateCompany, KIND_COUNTS, type Kind, SAMPLE } from './generate.ts';

const DIRECTORY = join(import.meta.dirname, 'sample-company');
const FILES = ['builders.csv', 'metrics.csv', 'project-metrics.csv', 'projects.csv'];
const LAST = SAMPLE.lastWeek;

const read = (file: string) => readFileSync(join(DIRECTORY, file), 'utf8');
const table = (file: string) => parse<Record<string, string>>(read(file), { columns: true });
const builders = table('builders.csv');
const projects = table('projects.csv');
const metrics = table('metrics.csv');
const projectMetrics = table('project-metrics.csv');
const lastWeek = metrics.filter((row) => row.week === LAST);

describe('the files of the sample company', () => {
  it('are what the generator makes', () => {
    expect(readdirSync(DIRECTORY).sort()).toEqual(FILES);
    for (const [file, text] of Object.entries(companyFiles(generateCompany(SAMPLE)))) {
      expect(read(file) === text, `${file} is stale: run node examples/generate.ts`).toBe(true);
    }
  });

  it('are written byte for byte the same by the command', () => {
    const out = mkdtempSync(join(tmpdir(), 'sample-company-'));
    try {
      execFileSync(process.execPath, [join(import.meta.dirname, 'generate.ts'), '--out', out]);
      for (const file of FILES)
        expect(readFileSync(join(out, file)).equals(readFileSync(join(DIRECTORY, file)))).toBe(true);
    } finally {
      rmSync(out, { recursive: true });
    }
  });

  it('hold 75 builders, none of whom left, and 97 projects, one or two to each builder', () => {
    expect(builders).toHaveLength(75);
    expect([...new Set(builders.map((row) => row.status))].sort()).toEqual(['active', 'on_leave']);
    expect(projects).toHaveLength(97);
    const counts = [...Map.groupBy(projects, (row) => row.builder_id).values()].map((rows) => rows.length);
    expect(counts).toHaveLength(75);
    expect(counts.filter((count) => count === 2)).toHaveLength(22);
  });

  it('use every id, name, e-mail address, project name and goal once', () => {
    for (const column of ['builder_id', 'name', 'email']) expect(distinct(builders, column)).toBe(75);
    for (const column of ['project_id', 'name', 'goal']) expect(distinct(projects, column)).toBe(97);
    expect(builders.every((row) => row.email?.endsWith('@sample-company.example'))).toBe(true);
  });

  it('cover eight weeks that end with 2026-W46', () => {
    expect([...new Set(metrics.map((row) => row.week))].sort()).toEqual([
      '2026-W39',
      '2026-W40',
      '2026-W41',
      '2026-W42',
      '2026-W43',
      '2026-W44',
      '2026-W45',
      '2026-W46',
    ]);
  });

  it('name each project and builder of a week in their tables, and each week once', () => {
    const known = new Set([
      ...builders.map((row) => row.builder_id),
      ...projects.map((row) => row.project_id),
    ]);
    const keys = [...metrics, ...projectMetrics].map(
      (row) => [row.builder_id ?? row.project_id, row.week] as const,
    );
    expect(keys.filter(([id]) => !known.has(id))).toEqual([]);
    expect(new Set(keys.map((key) => key.join())).size).toBe(keys.length);
  });

  it('keep the stages in order of time, the last one being the current stage', () => {
    for (const project of projects) {
      const entries = (project.stage_history ?? '').split(';').map((entry) => entry.split(':'));
      expect(entries.at(-1)?.[0]).toBe(project.stage);
      const days = entries.map(([, day]) => day);
      expect(days).toEqual(days.toSorted());
      expect(days.at(-1)?.localeCompare('2026-11-15')).toBeLessThanOrEqual(0);
    }
  });
});

describe('the variety of the sample company', () => {
  it('has each kind of builder in its number', () => {
    const { parts } = generateCompany(SAMPLE);
    for (const [kind, count] of Object.entries(KIND_COUNTS))
      expect(idsOf(parts, kind as Kind)).toHaveLength(count);
  });

  it('tells strong from weak by hours, BrainLift quality and goals', () => {
    const { parts } = generateCompany(SAMPLE);
    const mean = (kind: Kind, column: string) => meanOf(rowsOf(idsOf(parts, kind)), column);
    for (const column of ['brainlift_quality', 'brainlift_entries', 'goals_met']) {
      expect(mean('strong', column)).toBeGreaterThan(mean('solid', column));
      expect(mean('solid', column)).toBeGreaterThan(mean('weak', column));
    }
    expect(mean('strong', 'hours_worked')).toBeGreaterThan(mean('weak', 'hours_worked'));
  });

  it.each(['improving', 'declining'] as const)('shows %s builders moving over the weeks', (kind) => {
    const ids = idsOf(generateCompany(SAMPLE).parts, kind);
    const early = meanOf(
      rowsOf(ids).filter((row) => (row.week ?? '') < '2026-W42'),
      'brainlift_quality',
    );
    const late = meanOf(
      rowsOf(ids).filter((row) => (row.week ?? '') > '2026-W43'),
      'brainlift_quality',
    );
    expect(Math.sign(late - early)).toBe(kind === 'improving' ? 1 : -1);
    expect(Math.abs(late - early)).toBeGreaterThan(20);
  });

  it('has new builders, who started two weeks ago and have two weeks of facts', () => {
    const started = builders.filter((row) => (row.started_on ?? '') >= '2026-11-02');
    expect(started).toHaveLength(KIND_COUNTS.new);
    for (const row of started)
      expect(rowsOf([row.builder_id ?? '']).map((each) => each.week)).toEqual(['2026-W45', LAST]);
  });

  it('has builders on leave, with no hours or an empty cell this week', () => {
    const away = builders.filter((row) => row.status === 'on_leave').map((row) => row.builder_id);
    const hours = lastWeek.filter((row) => away.includes(row.builder_id)).map((row) => row.hours_worked);
    expect(hours.toSorted()).toEqual(['', '', '0', '0']);
  });

  it('has missing data: a whole source, the whole week, and single cells', () => {
    const { parts } = generateCompany(SAMPLE);
    const active = new Set(idsOf(parts, 'missing'));
    const rows = lastWeek.filter((row) => active.has(row.builder_id ?? ''));
    const isEmpty = (row: Record<string, string>, ...columns: string[]) =>
      columns.every((column) => row[column] === '');
    expect(rows).toHaveLength(KIND_COUNTS.missing - 1);
    expect(rows.filter((row) => isEmpty(row, 'hours_worked', 'active_days'))).toHaveLength(1);
    expect(rows.filter((row) => isEmpty(row, 'brainlift_quality', 'brainlift_entries'))).toHaveLength(1);
    expect(rows.filter((row) => isEmpty(row, 'goals_set', 'goals_met', 'note'))).toHaveLength(1);
    expect(rows.filter((row) => isEmpty(row, 'hours_worked') && row.active_days !== '')).toHaveLength(1);
    expect(metrics.filter((row) => row.note === '').length).toBeGreaterThan(20);
    expect(projectMetrics.filter((row) => row.revenue_usd === '').length).toBeGreaterThan(5);
  });

  it('has contradictory data of each sort this week', () => {
    const count = (test: (row: Record<string, number>) => boolean) =>
      lastWeek.filter((row) =>
        test(Object.fromEntries(Object.entries(row).map(([k, v]) => [k, v === '' ? NaN : Number(v)]))),
      ).length;
    expect(count((row) => (row.goals_met ?? 0) > (row.goals_set ?? 0))).toBe(1);
    expect(count((row) => row.hours_worked === 0 && (row.goals_met ?? 0) >= 9)).toBe(1);
    expect(count((row) => (row.hours_worked ?? 0) > 120)).toBe(1);
    expect(count((row) => row.active_days === 7 && row.hours_worked === 3)).toBe(1);
    expect(projects.filter((row) => Number(row.tam_usd) === 9e15)).toHaveLength(1);
    expect(projects.filter((row) => row.tam_usd === '12')).toHaveLength(1);
  });

  it('has market rationales of every quality', () => {
    const empty = projects.filter((row) => row.tam_rationale === '');
    const convincing = projects.filter(
      (row) => / dollars a year/.test(row.tam_rationale ?? '') && amountsAgree(row),
    );
    const vague = projects.filter((row) => row.tam_rationale !== '' && !/\d/.test(row.tam_rationale ?? ''));
    expect(empty.filter((row) => row.tam_usd === '').length).toBeGreaterThan(0);
    expect(empty.filter((row) => row.tam_usd !== '').length).toBeGreaterThan(0);
    expect(convincing.length).toBeGreaterThan(25);
    expect(vague.length).toBeGreaterThan(10);
  });

  it('has three attempts to give the evaluator orders, all by weak builders', () => {
    const hostile = /ignore the rubric|set every score to 100|previous instructions are void/i;
    const weak = idsOf(generateCompany(SAMPLE).parts, 'weak');
    const attackers = [
      ...projects.filter((row) => hostile.test(row.tam_rationale ?? '')),
      ...metrics.filter((row) => hostile.test(row.note ?? '')),
    ].map((row) => row.builder_id ?? '');
    expect(new Set(attackers).size).toBe(3);
    expect(attackers.filter((id) => !weak.includes(id))).toEqual([]);
    expect(lastWeek.filter((row) => hostile.test(row.note ?? ''))).toHaveLength(1);
  });

  it('has notes in many words, with quotes, line breaks and letters beyond ASCII', () => {
    expect(distinct(metrics, 'note')).toBeGreaterThan(250);
    for (const sign of ['"', '\n', ',', 'ź'])
      expect(metrics.some((row) => row.note?.includes(sign))).toBe(true);
  });
});

describe('generateCompany', () => {
  it('keeps the shares in a company of 7,500', () => {
    const company = generateCompany({ ...SAMPLE, builders: 7_500 });
    expect(company.builders).toHaveLength(7_500);
    expect(company.projects).toHaveLength(9_700);
    expect(new Set(company.builders.map((row) => row.email)).size).toBe(7_500);
    expect(idsOf(company.parts, 'weak')).toHaveLength(900);
  });

  it('begins a larger company with the same builders', () => {
    const [small, large] = [75, 150].map((size) => generateCompany({ ...SAMPLE, builders: size }));
    expect(large?.builders.slice(0, 75)).toEqual(small?.builders);
    expect(large?.metrics.slice(0, small?.metrics.length)).toEqual(small?.metrics);
  });

  it('makes another company of another seed, and one of a single week', () => {
    expect(companyFiles(generateCompany({ ...SAMPLE, seed: 1 }))['metrics.csv']).not.toBe(
      read('metrics.csv'),
    );
    expect(generateCompany({ ...SAMPLE, weeks: 1 }).metrics.every((row) => row.week === LAST)).toBe(true);
  });

  it.each([{ builders: 0 }, { builders: 1.5 }, { weeks: 0 }, { lastWeek: '2025-W53' }])(
    'refuses %o',
    (wrong) => {
      expect(() => generateCompany({ ...SAMPLE, ...wrong })).toThrow(RangeError);
    },
  );
});

function distinct(rows: Record<string, string>[], column: string): number {
  return new Set(rows.map((row) => row[column])).size;
}

function idsOf(parts: ReadonlyMap<string, { kind: Kind }>, kind: Kind): string[] {
  return [...parts].filter(([, part]) => part.kind === kind).map(([id]) => id);
}

function rowsOf(ids: string[]): Record<string, string>[] {
  return metrics.filter((row) => ids.includes(row.builder_id ?? ''));
}

function meanOf(rows: Record<string, string>[], column: string): number {
  const values = rows
    .map((row) => row[column])
    .filter((value) => value !== '')
    .map(Number);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Whether the rationale names the very amount that the project claims. */
function amountsAgree(project: Record<string, string>): boolean {
  return (project.tam_rationale ?? '').replaceAll(',', '').includes(`${project.tam_usd} dollars`);
}
