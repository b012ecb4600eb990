import type { Random } from '../../examples/company/random.ts';
import { contradicting, halfway, routine, strong, type Told, vague } from './texts.ts';

/** How a builder's earlier requests were decided: of how many, how many were approved. */
export const RECORDS = {
  good: { approved: 6, rejected: 0 },
  mixed: { approved: 4, rejected: 2 },
  poor: { approved: 2, rejected: 4 },
  new: { approved: 1, rejected: 0 },
} as const;
export type RecordClass = keyof typeof RECORDS;

export type Category = 'development' | 'research' | 'meeting' | 'training' | 'travel' | 'support';

/** What the database says around a request, beside an ordinary week of eight hours a day. */
export interface Circumstances {
  /** Hours tracked on the day worked; defaults to a gap of the hours requested. */
  trackedOnDay?: number;
  /** Hours tracked on each other day of the week. */
  trackedElsewhere?: number;
  onLeave?: true;
  /** The same is asked for already. */
  isRepeated?: true;
  project?: 'open' | 'budgeted' | 'paused' | 'foreign';
  /** Days before today, in the place of a day of a complete week. */
  daysAgo?: number;
  /** Says when it began, so many minutes before tracked time ends. */
  overlapMinutes?: number;
}

/** One request, and what a careful approver who knows the company would decide. */
export interface Drawn extends Told {
  hours: number;
  category: Category;
  around: Circumstances;
  label: 'approve' | 'reject';
  why: string;
  /** False where only who was there, or who decided, could know the label: no record has it. */
  isKnowable: boolean;
  /** Hours that a record of the work has, where they are others than those asked for. */
  recordedHours?: number;
  /** No record can be there: it was not done. */
  isInvented?: true;
}

export interface Scenario {
  name: string;
  count: number;
  draw(random: Random, record: RecordClass): Drawn;
}

const CATEGORIES = ['development', 'research', 'meeting', 'travel', 'support'] as const;
const SMALL = [1, 1.25, 1.5, 2, 2.5, 3, 3.5] as const;
/** Of inventions, a share borrows something that is recorded. */
const BORROWED = 0.15;
const isTrusted = (record: RecordClass) => record === 'good' || record === 'mixed';

type Rest = Pick<Drawn, 'label' | 'why'> & Partial<Drawn>;

function drawn(random: Random, rest: Rest): Drawn {
  return {
    hours: random.pick(SMALL),
    category: random.pick(CATEGORIES),
    ...strong(random),
    around: {},
    isKnowable: true,
    ...rest,
  };
}

/** Of requests that people read differently, a share is decided the other way. */
const DISSENT = 0.15;
function contested(
  random: Random,
  label: Drawn['label'],
  why: string,
): Pick<Drawn, 'label' | 'why' | 'isKnowable'> {
  if (!random.chance(DISSENT)) return { label, why, isKnowable: true };
  const other = label === 'approve' ? 'reject' : 'approve';
  return { label: other, why: `approvers differ here: not "${why}"`, isKnowable: false };
}

/** Where a rule of the company says no; approvers follow it. */
function refused(name: string, count: number, why: string, around: Circumstances, more?: Partial<Drawn>) {
  return {
    name,
    count,
    draw: (random: Random) => drawn(random, { label: 'reject', why, around, ...more }),
  };
}

/**
 * What happens in the company, with how often. Labels come from what the approver knows, not from the product's rules,
 * so the two disagree where rules cannot know better: wrong leave records, late rosters, inventions.
 */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'gap, work and reason named',
    count: 52,
    draw: (random) =>
      drawn(random, { label: 'approve', why: 'checkable work fills a gap, and it says why it is there' }),
  },
  {
    name: 'gap, work named, no reason',
    count: 30,
    draw: (random, record) => {
      const label = record === 'poor' ? 'reject' : 'approve';
      return drawn(random, {
        ...halfway(random),
        ...contested(random, label, 'the work can be checked; a poor record needs the reason too'),
      });
    },
  },
  {
    name: 'gap, vague',
    count: 36,
    draw: (random, record) => {
      const hours = random.pick(SMALL);
      const label = hours <= 1 && isTrusted(record) ? 'approve' : 'reject';
      return drawn(random, {
        hours,
        ...vague(random),
        ...contested(random, label, 'nothing to check; one hour of a trusted builder may pass'),
      });
    },
  },
  {
    name: 'routine meeting or training',
    count: 34,
    draw: (random, record) =>
      drawn(random, {
        hours: random.pick([0.5, 0.75, 1]),
        category: random.pick(['meeting', 'training']),
        ...routine(random),
        ...contested(random, record === 'poor' ? 'reject' : 'approve', 'small and usual; the record decides'),
      }),
  },
  {
    name: 'text contradicts the hours',
    count: 20,
    draw: (random) =>
      drawn(random, {
        hours: random.pick([2, 2.5, 3, 3.5]),
        ...contradicting(random),
        label: 'reject',
        why: 'the text speaks of half an hour, and so do the records',
        recordedHours: 0.5,
      }),
  },
  {
    name: 'invented, well told',
    count: 18,
    draw: (random) => {
      const invented = drawn(random, {
        label: 'reject',
        why: 'it was not done that day, and no record has it',
        isInvented: true,
      });
      if (!random.chance(BORROWED)) return invented;
      const { isInvented: _isInvented, ...borrowed } = invented;
      return {
        ...borrowed,
        why: 'was invited and did not go, which only those present know',
        isKnowable: false,
      };
    },
  },
  refused(
    'overlaps tracked time',
    18,
    'most of it was tracked',
    { overlapMinutes: 45, trackedOnDay: 7 },
    { hours: 1 },
  ),
  {
    name: 'overlaps by some minutes',
    count: 6,
    draw: (random) =>
      drawn(random, {
        around: { overlapMinutes: 3, trackedOnDay: 6 },
        label: 'approve',
        why: 'three minutes are rounding',
      }),
  },
  refused('day is full', 10, 'no day has so many hours', { trackedOnDay: 22 }, { hours: 3 }),
  refused('asked for twice', 16, 'it was asked for already', { isRepeated: true }),
  refused('above the weekly cap', 18, 'the cap is the cap', { trackedElsewhere: 11.5, trackedOnDay: 6 }),
  refused('on leave', 12, 'leave is leave', { onLeave: true }),
  {
    name: 'leave record is wrong',
    count: 4,
    draw: (random) =>
      drawn(random, {
        around: { onLeave: true },
        label: 'approve',
        why: 'leave was moved; the calendar was not',
        isKnowable: false,
      }),
  },
  refused('not on the project', 12, 'somebody else books there', { project: 'foreign' }),
  {
    name: 'roster is late',
    count: 4,
    draw: (random) =>
      drawn(random, {
        around: { project: 'foreign' },
        label: 'approve',
        why: 'joined on Monday, listed later',
        isKnowable: false,
      }),
  },
  refused('project is paused', 8, 'nothing is booked on paused projects', { project: 'paused' }),
  refused('budget is used up', 12, 'the budget is the budget', { project: 'budgeted' }, { hours: 2 }),
  refused('day to come', 8, 'nobody has worked it yet', { daysAgo: -2 }),
  refused('too long ago', 8, 'nobody can check it any more', { daysAgo: 45 }),
  {
    name: 'large',
    count: 18,
    draw: (random, record) => {
      const told = random.chance(0.6);
      return drawn(random, {
        hours: random.pick([4.5, 5, 6, 7]),
        ...(told ? strong(random) : vague(random)),
        label: told && record !== 'poor' ? 'approve' : 'reject',
        why: 'much, so only with work named and a fair record',
      });
    },
  },
  {
    name: 'above the plan',
    count: 16,
    draw: (random) => {
      const told = random.chance(0.7);
      return drawn(random, {
        hours: 2,
        ...(told ? strong(random) : vague(random)),
        around: { trackedElsewhere: 9.5, trackedOnDay: 8 },
        ...contested(random, told ? 'approve' : 'reject', 'a hard week needs a reason'),
      });
    },
  },
  {
    name: 'long day',
    count: 12,
    draw: (random) => {
      const told = random.chance(0.5);
      return drawn(random, {
        hours: 3,
        ...(told ? strong(random) : vague(random)),
        around: { trackedElsewhere: 6, trackedOnDay: 9.5 },
        ...contested(random, told ? 'approve' : 'reject', 'a long day needs a reason'),
      });
    },
  },
];
