import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Fault, type Sources, type SourcesOptions, startSources } from './sources.ts';

const SAMPLE = join(import.meta.dirname, 'sample-company');
const KEY = 'a-key-of-the-test';
const bearer = { authorization: `Bearer ${KEY}` };

let sources: Sources | undefined;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sources-'));
  for (const file of ['metrics.csv', 'projects.csv', 'project-metrics.csv']) {
    copyFileSync(join(SAMPLE, file), join(directory, file));
  }
});
afterEach(async () => {
  await sources?.close();
  sources = undefined;
  rmSync(directory, { recursive: true });
});

async function start(options: Partial<SourcesOptions> = {}): Promise<Sources> {
  sources = await startSources({ directory, apiKey: KEY, port: 0, ...options });
  return sources;
}

describe('the loopback sources', () => {
  it('answer each contract from the CSV files', async () => {
    const { worksmartUrl, brainliftUrl, metricsUrl } = await start();
    const get = async (url: string) => (await fetch(url, { headers: bearer })).json();
    expect(await get(`${worksmartUrl}/v1/people/b-0001/weeks/2026-W46`)).toEqual({
      builderId: 'b-0001',
      week: '2026-W46',
      hoursWorked: expect.any(Number),
      activeDays: expect.any(Number),
    });
    expect(await get(`${brainliftUrl}/v1/brainlifts/b-0001/weeks/2026-W46`)).toEqual({
      builderId: 'b-0001',
      week: '2026-W46',
      quality: expect.any(Number),
      entries: expect.any(Number),
    });
    expect(await get(`${metricsUrl}/v1/builders/b-0001/weeks/2026-W46`)).toMatchObject({
      goalsSet: expect.any(Number),
      projects: [{ projectId: 'p-0001', activeUsers: expect.any(Number) }],
    });
    expect(await get(`${metricsUrl}/v1/ping`)).toEqual({ ok: true });
  });

  it.each([
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer wrong' }],
    ['the key without Bearer', { authorization: KEY }],
  ])('answer 401 to %s, on every address of a source', async (_, headers) => {
    const { worksmartUrl } = await start();
    for (const path of ['/v1/ping', '/v1/people/b-0001/weeks/2026-W46', '/elsewhere']) {
      expect((await fetch(worksmartUrl + path, { headers })).status).toBe(401);
    }
  });

  it.each([
    ['an unknown person', '/worksmart/v1/people/nobody/weeks/2026-W46', 404],
    ['an unknown week', '/worksmart/v1/people/b-0001/weeks/2020-W01', 404],
    ["another source's address", '/worksmart/v1/builders/b-0001/weeks/2026-W46', 404],
    ['an unknown source', '/other/v1/ping', 404],
    ['text that is no week', '/metrics/v1/builders/b-0001/weeks/soon', 400],
  ])('answer to %s', async (_, path, status) => {
    const { url } = await start();
    expect((await fetch(url + path, { headers: bearer })).status).toBe(status);
  });

  it('answer null for an empty cell, and 404 where all cells of the source are empty', async () => {
    writeFileSync(
      join(directory, 'metrics.csv'),
      'builder_id,week,hours_worked,active_days,brainlift_quality,brainlift_entries,goals_set,goals_met,note\n' +
        'solo,2026-W46,,3,,,,,\n',
    );
    const { worksmartUrl, brainliftUrl, metricsUrl } = await start();
    const hours = await fetch(`${worksmartUrl}/v1/people/solo/weeks/2026-W46`, { headers: bearer });
    expect(await hours.json()).toMatchObject({ hoursWorked: null, activeDays: 3 });
    expect(
      (await fetch(`${brainliftUrl}/v1/brainlifts/solo/weeks/2026-W46`, { headers: bearer })).status,
    ).toBe(404);
    expect((await fetch(`${metricsUrl}/v1/builders/solo/weeks/2026-W46`, { headers: bearer })).status).toBe(
      404,
    );
  });

  it('fail as told by a map, for one person or a whole source, and record what was asked', async () => {
    const faults = new Map<string, Fault>([['brainlift', { status: 503, headers: { 'retry-after': '7' } }]]);
    const { url, requests } = await start({ faults });
    const broken = await fetch(`${url}/brainlift/v1/ping`, { headers: bearer });
    expect([broken.status, broken.headers.get('retry-after')]).toEqual([503, '7']);
    faults.set('metrics/b-0002', { status: 500 }).delete('brainlift');
    expect(
      (await fetch(`${url}/metrics/v1/builders/b-0002/weeks/2026-W46`, { headers: bearer })).status,
    ).toBe(500);
    expect(
      (await fetch(`${url}/metrics/v1/builders/b-0001/weeks/2026-W46`, { headers: bearer })).status,
    ).toBe(200);
    expect(requests.map(({ source, builderId, week, status }) => [source, builderId, week, status])).toEqual([
      ['brainlift', undefined, undefined, 503],
      ['metrics', 'b-0002', '2026-W46', 500],
      ['metrics', 'b-0001', '2026-W46', 200],
    ]);
  });

  it('refuse a port that is taken, by its number', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    await expect(startSources({ directory, apiKey: KEY, port })).rejects.toThrow(
      `port ${port} is already in use`,
    );
  });
});

describe('files that are not right', () => {
  const header =
    'builder_id,week,hours_worked,active_days,brainlift_quality,brainlift_entries,goals_set,goals_met,note';
  it.each([
    [
      'a cell that is no number',
      `${header}\nb,2026-W45,1,,,,,,"two\nlines"\nb,2026-W46,many,,,,,,\n`,
      'metrics.csv, row 3, column hours_worked: "many" is not a number',
    ],
    [
      'a column that is missing',
      'builder_id,week\nb,2026-W46\n',
      'metrics.csv: the header has no column "hours_worked"',
    ],
    [
      'a week that is there twice',
      `${header}\nb,2026-W46,1,,,,,,\nb,2026-W46,2,,,,,,\n`,
      'metrics.csv, row 3: b 2026-W46 appears twice',
    ],
    ['too few cells', `${header}\nb,2026-W46\n`, 'metrics.csv: Invalid Record Length'],
    ['nothing at all', '', 'metrics.csv is empty'],
  ])('stop the start with one line for %s', async (_, text, message) => {
    writeFileSync(join(directory, 'metrics.csv'), text);
    await expect(start()).rejects.toThrow(message);
  });

  it('stop the start with the path of a file that is not there', async () => {
    rmSync(join(directory, 'projects.csv'));
    await expect(start()).rejects.toThrow(join(directory, 'projects.csv'));
  });
});

describe('node examples/sources.ts', () => {
  it('serves the sample company until it is told to stop', async () => {
    const command = spawn(process.execPath, [join(import.meta.dirname, 'sources.ts'), '--port', '0'], {
      env: { ...process.env, SOURCES_API_KEY: KEY },
    });
    const ended = once(command, 'exit');
    try {
      const [line] = await once(createInterface(command.stdout), 'line');
      const url = String(line).split(/\s+/)[1];
      expect((await fetch(`${url}/v1/ping`, { headers: bearer })).status).toBe(200);
    } finally {
      command.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
  });
});
