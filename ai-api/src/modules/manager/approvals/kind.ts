import { defineKind, type Outcome } from '../../../judgement/index.ts';
import { claimVocabulary, claimWitness } from './claims/index.ts';
import { CATEGORIES } from './states.ts';
import { words } from './words.ts';

const HARD = { weight: 0, hard: true } as const;
/** What contradicts the records is mended by the builder, and is no rejection. */
const MENDABLE = { ...HARD, mendable: true } as const;

/** Whether a request for manual time is approved. */
export const approvalKind = defineKind({
  name: 'approval',
  rulesFile: new URL('../../../../rules/approval.json', import.meta.url),
  notice: {
    title: 'Time request',
    purpose:
      'A request of a builder for time that was not tracked is checked against the records, so that approved hours are paid.',
    sources: {
      request: 'the request itself',
      day: 'the time that was tracked or requested on that day',
      week: 'the time that was tracked or approved in that week',
      builder: 'the list of builders',
      project: 'the list of projects and their budgets',
      history: 'earlier requests of the builder',
      claims: 'what the justification claims, held against meetings, tickets, documents and tracked time',
      limits: 'the limits that the company sets',
    },
  },
  decides: { yes: 'approve', no: 'reject', by: 'score', adverse: ['reject'] },
  witness: claimWitness,
  words,
  settings: 'limits',
  vocabulary: {
    request: {
      day: { type: 'text', description: 'the day worked, YYYY-MM-DD', example: '2026-11-16' },
      from: {
        type: 'text',
        description: 'when it began in the builder’s time zone, HH:MM, if that is given',
        example: '16:00',
      },
      hours: {
        type: 'number',
        description: 'hours requested',
        example: 2.5,
        changeable: { least: 0.25, most: 24, step: 0.25, only: 'less' },
      },
      daysAgo: {
        type: 'number',
        description: 'days since the day worked; negative for future days',
        example: 2,
        changeable: { least: 0, most: 60, step: 1 },
      },
      category: {
        type: 'text',
        description: `category (${CATEGORIES.join(', ')})`,
        example: 'meeting',
        changeable: { values: CATEGORIES },
      },
      hasSpan: { type: 'flag', description: 'whether the start time is given', example: true },
      overlapMinutes: {
        type: 'number',
        description: 'minutes of it that were already tracked, when the start time is given',
        example: 0,
        changeable: { least: 0, most: 0, step: 1 },
      },
      duplicates: {
        type: 'number',
        description: 'other requests of the builder for the same day, project, category and hours',
        example: 0,
        changeable: { least: 0, most: 0, step: 1 },
      },
      attachments: { type: 'number', description: 'files that came with it', example: 1 },
      justification: {
        type: 'text',
        description: 'what the builder says was done',
        example: 'Reviewed the pilot contract on paper during the flight.',
        untrusted: true,
      },
      textScreening: {
        type: 'text',
        description:
          'what keeps the justification from being read by a model (length, hidden characters, markup, chat markers), or none',
        example: 'none',
      },
    },
    day: {
      trackedHours: { type: 'number', description: 'hours tracked on that day', example: 6 },
      requestedHours: { type: 'number', description: 'other manual hours of that day', example: 0 },
      length: {
        type: 'number',
        description: 'hours of that day: 23 or 25 when the clocks change',
        example: 24,
      },
    },
    week: {
      trackedHours: { type: 'number', description: 'hours tracked in that week', example: 31 },
      approvedHours: { type: 'number', description: 'manual hours approved for that week', example: 2 },
      plannedHours: { type: 'number', description: 'planned hours of the builder', example: 40 },
    },
    builder: {
      status: { type: 'text', description: 'status: active, on leave or left', example: 'active' },
      onLeave: { type: 'flag', description: 'on leave on that day', example: false },
    },
    project: {
      named: { type: 'flag', description: 'whether a project is named', example: true },
      name: { type: 'text', description: 'name of the project', example: 'Paper Otter', untrusted: true },
      status: { type: 'text', description: 'status of the project, or none', example: 'active' },
      isMember: { type: 'flag', description: 'whether the builder works on it', example: true },
      hasBudget: { type: 'flag', description: 'whether its hours are limited', example: true },
      remainingHours: {
        type: 'number',
        description: 'manual hours left in the budget of the month',
        example: 12,
      },
    },
    history: {
      decided: { type: 'number', description: 'requests of the builder decided in 180 days', example: 9 },
      approvedShare: { type: 'number', description: 'share of them approved, 0 to 1', example: 0.9 },
      similarDecided: {
        type: 'number',
        description:
          'requests of the builder in this category and for this project that people decided in 180 days',
        example: 4,
      },
      similarApproved: { type: 'number', description: 'those of them that people approved', example: 4 },
    },
    claims: claimVocabulary,
    limits: {
      weeklyCapHours: {
        type: 'number',
        description: 'tracked and manual hours allowed in a week',
        example: 50,
      },
      oldestDays: { type: 'number', description: 'days back that may be requested', example: 30 },
      autoApproveHours: {
        type: 'number',
        description: 'hours that the engine may approve alone',
        example: 4,
      },
      routineHours: { type: 'number', description: 'hours that count as routine', example: 1 },
    },
  },
  criteria: [
    { id: 'date', title: 'Date', question: 'Is the day worked in the allowed past?', ...MENDABLE },
    { id: 'leave', title: 'Leave', question: 'Was the builder at work on that day?', ...HARD },
    { id: 'overlap', title: 'Overlap', question: 'Is the time free of tracked time?', ...MENDABLE },
    { id: 'duplicate', title: 'Duplicate', question: 'Is it requested only once?', ...MENDABLE },
    { id: 'cap', title: 'Weekly cap', question: 'Does the week stay within the cap?', ...HARD },
    {
      id: 'project',
      title: 'Project',
      question: 'Does the builder work on the project, and is it active?',
      ...HARD,
    },
    { id: 'budget', title: 'Budget', question: 'Are hours left in the budget of the project?', ...HARD },
    { id: 'size', title: 'Size', question: 'May so much be decided without a person?', ...HARD },
    {
      id: 'plausibility',
      title: 'Plausibility',
      weight: 30,
      question: 'Do the hours fit the tracked day and week?',
    },
    { id: 'record', title: 'Record', weight: 20, question: 'How were earlier requests decided?' },
    {
      id: 'justification',
      title: 'Justification',
      weight: 50,
      question: 'What does the justification claim, and what of it do records bear out?',
      witnessed: true,
    },
  ],
  feedback: reasoning,
});

/** Why it was decided so, in plain words for the builder and the approver. */
function reasoning({ outcome, proposed, incomplete, criteria, modelFeedback }: Outcome): string {
  const failed = criteria.filter(({ score, weight }) => weight === 0 && score !== null && score < 50);
  const why = failed.map(({ reason }) => reason).join(' ');
  if (incomplete.length > 0) return `${why} Correct the request, or ask for a person to look at it.`;
  if (failed.length > 0) return why;
  const open = criteria.filter(({ verdict }) => verdict !== 'scored');
  const counted = criteria.filter(({ verdict, weight }) => verdict === 'scored' && weight > 0);
  const opening =
    proposed !== null
      ? `The facts speak for a decision to ${proposed} this request. A person decides.`
      : outcome === null
        ? 'A person decides this request.'
        : `The facts support the decision to ${outcome} this request.`;
  return [
    ...(open.length > 0 ? whatIsOpen(open) : [opening]),
    ...counted.map(({ reason }) => reason),
    ...(modelFeedback ? [modelFeedback] : []),
  ].join('\n');
}

/** Facts that tracked time tells. */
const TRACKED = new Set(['day.trackedHours', 'week.trackedHours', 'request.overlapMinutes']);

/** Why a person decides: once for all that tracked time would have answered, then the rest. */
function whatIsOpen(open: Outcome['criteria']): string[] {
  const isUntracked = ({ evidence }: Outcome['criteria'][number]) =>
    evidence.some(({ id, value }) => value === null && TRACKED.has(id));
  const rest = open.filter((criterion) => !isUntracked(criterion));
  const isToRead = rest.some(({ id }) => id === 'justification');
  const others = rest.filter(({ id }) => id !== 'justification');
  return [
    rest.length < open.length
      ? 'There are no tracked hours for that day, so a person decides.'
      : 'A person decides this request.',
    ...(isToRead ? ['What was done has to be read.'] : []),
    ...others.map(({ title, reason }) => `${title}: ${reason}`),
  ];
}
