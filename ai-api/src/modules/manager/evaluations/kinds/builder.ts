import { defineKind, type Facts } from '../../../../judgement/index.ts';
import { addWeeks, daysBetween, daysOf } from '../../../../platform/week.ts';
import type { KnownWeek } from '../../../shared/people/index.ts';
import { mean, shareMet } from './arithmetic.ts';
import { feedbackFor } from './feedback.ts';
import { weekWords } from './words.ts';

/** Weeks before the judged one that a trend is measured on. */
export const TREND_WEEKS = 4;

/** The weekly evaluation of a builder. */
export const evaluationKind = defineKind({
  name: 'evaluation',
  rulesFile: new URL('../../../../../rules/evaluation.json', import.meta.url),
  notice: {
    title: 'Weekly evaluation',
    purpose:
      'Each week of a builder is judged by its figures and graded. The grade is feedback to the builder, and the company sees it in reports, trends and performance plans.',
    sources: {
      builder: 'the list of builders',
      week: 'the figures and the note of the week, as imported or sent by connected systems',
      trend: 'the figures of earlier weeks',
      projects: 'the project grades of the same week',
      data: 'a count over the figures of the week',
    },
    hasAnswerWindow: true,
  },
  words: weekWords,
  vocabulary: {
    builder: {
      plannedHours: { type: 'number', description: 'planned hours a week', example: 40 },
      weeksSinceStart: { type: 'number', description: 'whole weeks in the company', example: 31 },
      onLeave: { type: 'flag', description: 'on leave in this week', example: false },
    },
    week: {
      hoursWorked: {
        type: 'number',
        description: 'tracked hours',
        example: 38.5,
        changeable: { least: 0, most: 80, step: 1, only: 'more' },
      },
      activeDays: {
        type: 'number',
        description: 'days with tracked work',
        example: 5,
        changeable: { least: 0, most: 7, step: 1, only: 'more' },
      },
      brainliftQuality: {
        type: 'number',
        description: 'BrainLift quality, 0 to 100',
        example: 72,
        changeable: { least: 0, most: 100, step: 5, only: 'more' },
      },
      brainliftEntries: {
        type: 'number',
        description: 'BrainLift entries',
        example: 6,
        changeable: { least: 0, most: 14, step: 1, only: 'more' },
      },
      goalsSet: {
        type: 'number',
        description: 'goals set',
        example: 4,
      },
      goalsMet: {
        type: 'number',
        description: 'goals met',
        example: 3,
        changeable: { least: 0, most: 10, step: 1, only: 'more', notAbove: 'week.goalsSet' },
      },
      note: { type: 'text', description: 'the weekly note', example: 'Shipped the pilot.', untrusted: true },
    },
    trend: {
      weeks: { type: 'number', description: 'earlier weeks with data, at most 4', example: 4 },
      hoursMean: { type: 'number', description: 'mean tracked hours of earlier weeks', example: 37 },
      brainliftMean: { type: 'number', description: 'mean BrainLift quality of earlier weeks', example: 65 },
      goalShareMean: {
        type: 'number',
        description: 'mean share of goals met in earlier weeks, 0 to 1',
        example: 0.7,
      },
    },
    projects: {
      count: { type: 'number', description: 'projects led', example: 2 },
      graded: { type: 'number', description: 'projects that could be graded', example: 2 },
      meanScore: { type: 'number', description: 'mean score of the graded projects, 0 to 100', example: 68 },
    },
    data: {
      gaps: { type: 'number', description: 'of the six weekly figures, how many are not known', example: 0 },
    },
  },
  criteria: [
    { id: 'hours', title: 'Hours against plan', weight: 20, question: 'Were the planned hours worked?' },
    {
      id: 'brainlift',
      title: 'BrainLift quality',
      weight: 20,
      question: 'Is the knowledge work deep and regular?',
    },
    { id: 'goals', title: 'Goals met', weight: 25, question: 'Were the goals of the week met?' },
    {
      id: 'projects',
      title: 'Projects',
      weight: 20,
      question: 'How do the projects stand (TAM, goals, stage)?',
    },
    { id: 'trend', title: 'Trend', weight: 10, question: 'Is it getting better or worse?' },
    {
      id: 'data',
      title: 'Data',
      weight: 5,
      question: 'Is the data complete, and does it agree with itself?',
    },
    {
      id: 'reflection',
      title: 'Reflection',
      weight: 10,
      question: 'Does the weekly note name results, what was learned and what comes next?',
      reads: ['week.note'],
    },
  ],
  feedback: feedbackFor,
});

/** The facts of a builder's week. `projectScores` are those of the same run; null where none was possible. */
export function builderFacts(
  known: KnownWeek,
  week: string,
  projectScores: readonly (number | null)[],
): Facts {
  const { builder } = known;
  const current = known.weeks.find((record) => record.week === week);
  const earliest = addWeeks(week, -TREND_WEEKS);
  const earlier = known.weeks.filter((record) => record.week < week && record.week >= earliest);
  const scores = projectScores.filter((score) => score !== null);
  const figures = [
    current?.hours_worked,
    current?.active_days,
    current?.brainlift_quality,
    current?.brainlift_entries,
    current?.goals_set,
    current?.goals_met,
  ];
  return {
    builder: {
      plannedHours: builder.weekly_hours,
      weeksSinceStart: Math.max(0, Math.floor(daysBetween(builder.started_on, daysOf(week).sunday) / 7)),
      onLeave: builder.status === 'on_leave',
    },
    week: {
      hoursWorked: current?.hours_worked ?? null,
      activeDays: current?.active_days ?? null,
      brainliftQuality: current?.brainlift_quality ?? null,
      brainliftEntries: current?.brainlift_entries ?? null,
      goalsSet: current?.goals_set ?? null,
      goalsMet: current?.goals_met ?? null,
      note: current?.note ?? null,
    },
    trend: {
      weeks: earlier.length,
      hoursMean: mean(earlier.map((record) => record.hours_worked)),
      brainliftMean: mean(earlier.map((record) => record.brainlift_quality)),
      goalShareMean: mean(earlier.map((record) => shareMet(record.goals_met, record.goals_set))),
    },
    projects: { count: known.projects.length, graded: scores.length, meanScore: mean(scores) },
    data: { gaps: figures.filter((figure) => figure === null || figure === undefined).length },
  };
}
