import { createRandom } from '../../examples/company/random.ts';
import { type Category, type Drawn, RECORDS, type RecordClass, SCENARIOS } from './scenarios.ts';
import { OTHER_WORK, type Work } from './texts.ts';

/** Frozen: another seed makes another set, and its figures cannot be held against these. */
export const SEED = 41_907;
const WEEKS = 3;
/** The oldest request of a builder's record; younger ones follow a week apart. */
const RECORD_WEEKS = 10;

/** One request of the set, as the API takes it, and its label. */
export interface LabelledRequest {
  scenario: string;
  record: RecordClass;
  label: Drawn['label'];
  why: string;
  isKnowable: boolean;
  asked: {
    builderId: string;
    date: string;
    hours: number;
    category: Category;
    projectId: string;
    justification: string;
    startsAt?: string;
  };
}

/** A request that was made before, and how it has to come out. */
export interface EarlierRequest {
  builderId: string;
  date: string;
  outcome: 'approve' | 'reject';
}

/** The set, and what the company has to know before it is judged. */
export interface TriageSet {
  requests: LabelledRequest[];
  builders: Record<string, string | number>[];
  projects: Record<string, string | null>[];
  entries: Record<string, string | null>[];
  leave: Record<string, string>[];
  members: Record<string, string | null>[];
  budgets: Record<string, string | number>[];
  earlier: EarlierRequest[];
  /** What calendars, trackers and folders have; `from` is the share of records from which a company has imported it. */
  work: { from: number; row: Record<string, unknown> }[];
  /** Indexes of requests that are asked for already. */
  repeated: number[];
}

const RECORD_SHARES: readonly [RecordClass, number][] = [
  ['good', 0.5],
  ['mixed', 0.7],
  ['new', 0.9],
  ['poor', 1],
];

/** Whether a request is kept apart: by a fixed hash, half of them. */
export function isHeldOut(index: number): boolean {
  return createRandom(SEED, 'half', index).chance(0.5);
}

/** The set as of a day, e.g. `2026-11-21`: days move with it, everything else is the same. */
export function generateTriageSet(today: string, seed = SEED): TriageSet {
  const scenarios = SCENARIOS.flatMap((scenario) => Array.from({ length: scenario.count }, () => scenario));
  const builderCount = Math.ceil(scenarios.length / WEEKS);
  const records = Array.from({ length: builderCount }, (_, index) => {
    const share = createRandom(seed, 'record', index).unit();
    return RECORD_SHARES.find(([, below]) => share < below)?.[0] ?? 'good';
  });
  const set = openCompany(records);
  records.forEach((record, index) => {
    addRecord(set, idOf(index), record, today);
  });
  createRandom(seed, 'slots')
    .shuffle(scenarios)
    .forEach((scenario, index) => {
      const builder = index % builderCount;
      const record = records[builder] as RecordClass;
      const drawn = scenario.draw(createRandom(seed, 'request', index), record);
      const weekday = createRandom(seed, 'weekday', index).int(0, 4);
      const monday = shift(mondayOf(today), -7 * (1 + Math.floor(index / builderCount)));
      place(set, {
        scenario: scenario.name,
        record,
        builderId: idOf(builder),
        monday,
        weekday,
        drawn,
        today,
      });
    });
  return set;
}

function openCompany(records: readonly RecordClass[]): TriageSet {
  const builders = records.map((_, index) => ({
    builder_id: idOf(index),
    name: `Sample Builder ${index + 1}`,
    email: `${idOf(index)}@bench.example`,
    team: `Team ${1 + (index % 6)}`,
    title: 'Builder',
    status: 'active',
    started_on: '2025-01-06',
    weekly_hours: 40,
    timezone: 'Etc/UTC',
  }));
  const projects = ['open', 'budgeted', 'paused', 'foreign'].map((project_id) => ({
    project_id,
    name: `Project ${project_id}`,
    // Leads are members of what they lead; this one asks for nothing.
    builder_id: 'lead',
    status: project_id === 'paused' ? 'paused' : 'active',
    stage: 'build',
    stage_history: null,
    tam_usd: null,
    tam_rationale: null,
    goal: null,
  }));
  return {
    requests: [],
    builders: [
      ...builders,
      { ...(builders[0] as (typeof builders)[number]), builder_id: 'lead', email: 'lead@bench.example' },
    ],
    projects,
    entries: [],
    leave: [],
    members: ['open', 'budgeted', 'paused'].flatMap((project_id) =>
      builders.map(({ builder_id }) => ({ project_id, builder_id, last_day: null })),
    ),
    budgets: [{ project_id: 'budgeted', monthly_hours: 1 }],
    earlier: [],
    work: [],
    repeated: [],
  };
}

interface Slot {
  scenario: string;
  record: RecordClass;
  builderId: string;
  monday: string;
  weekday: number;
  drawn: Drawn;
  today: string;
}

function place(set: TriageSet, { scenario, record, builderId, monday, weekday, drawn, today }: Slot): void {
  const { hours, around, category, justification, label, why, isKnowable } = drawn;
  const worked = shift(monday, weekday);
  const onDay = around.trackedOnDay ?? 8 - hours;
  for (let day = 0; day < 5; day++) {
    track(set, builderId, shift(monday, day), day === weekday ? onDay : (around.trackedElsewhere ?? 7.75));
  }
  if (around.onLeave) set.leave.push({ builder_id: builderId, first_day: worked, last_day: worked });
  if (around.isRepeated) set.repeated.push(set.requests.length);
  const date = around.daysAgo === undefined ? worked : shift(today, -around.daysAgo);
  const asked = { builderId, date, hours, category, projectId: around.project ?? 'open', justification };
  const startsAt =
    around.overlapMinutes === undefined
      ? {}
      : { startsAt: instant(worked, STARTS_AT + onDay - around.overlapMinutes / 60) };
  const index = set.requests.length;
  set.requests.push({ scenario, record, label, why, isKnowable, asked: { ...asked, ...startsAt } });
  addWork(set, index, { builderId, date, drawn, onDay, monday });
}

/** The record of the work that was done, and others of the builder's week, some in untracked time. */
function addWork(
  set: TriageSet,
  index: number,
  {
    builderId,
    date,
    drawn,
    onDay,
    monday,
  }: { builderId: string; date: string; drawn: Drawn; onDay: number; monday: string },
): void {
  const random = createRandom(SEED, 'work', index);
  const from = random.unit();
  const add = (name: string, { kind, reference, title }: Work, on: string, begin: number, hours: number) =>
    set.work.push({
      from: name === 'done' ? from : 0,
      row: {
        record_id: `${name} ${index}`,
        kind,
        reference,
        title,
        project_id: null,
        builders: [builderId],
        ...(kind === 'meeting'
          ? { day: null, started_at: instant(on, begin), ended_at: instant(on, begin + hours) }
          : { day: on, started_at: null, ended_at: null }),
      },
    });
  if (drawn.work && !drawn.isInvented)
    add('done', drawn.work, date, STARTS_AT + onDay, drawn.recordedHours ?? drawn.hours);
  for (let other = 0; other < OTHERS; other++) {
    const hour = random.pick([STARTS_AT + 2, STARTS_AT + 9]);
    add(`other ${other}`, random.pick(OTHER_WORK), shift(monday, random.int(0, 4)), hour, 0.5);
  }
}

/** Earlier requests, the approved ones first; the rejected were asked for on leave days. */
function addRecord(set: TriageSet, builderId: string, record: RecordClass, today: string): void {
  const { approved, rejected } = RECORDS[record];
  for (let index = 0; index < approved + rejected; index++) {
    const date = shift(mondayOf(today), -7 * (RECORD_WEEKS + index) + 1);
    const outcome = index < approved ? 'approve' : 'reject';
    track(set, builderId, date, 5);
    if (outcome === 'reject') set.leave.push({ builder_id: builderId, first_day: date, last_day: date });
    set.earlier.push({ builderId, date, outcome });
  }
}

const STARTS_AT = 1;
/** Other records of a builder in a week. */
const OTHERS = 4;

function track(set: TriageSet, builderId: string, date: string, hours: number): void {
  set.entries.push({
    entry_id: `${builderId} ${date}`,
    builder_id: builderId,
    project_id: null,
    started_at: instant(date, STARTS_AT),
    ended_at: instant(date, STARTS_AT + hours),
  });
}

function instant(date: string, hour: number): string {
  return new Date(Date.parse(date) + hour * 3_600_000).toISOString();
}

function shift(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The Monday of a day's week. */
function mondayOf(date: string): string {
  return shift(date, -((new Date(date).getUTCDay() + 6) % 7));
}

function idOf(index: number): string {
  return `t-${index + 1}`;
}
