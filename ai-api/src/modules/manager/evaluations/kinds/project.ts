import { defineKind, type Facts } from '../../../../judgement/index.ts';
import { addWeeks, daysBetween, daysOf } from '../../../../platform/week.ts';
import { type KnownWeek, projectVocabulary } from '../../../shared/people/index.ts';
import { mean } from './arithmetic.ts';
import { TREND_WEEKS } from './builder.ts';
import { feedbackFor } from './feedback.ts';
import { projectWords } from './words.ts';

const MICROS = 1_000_000;

/** The weekly grade of a project. It is a fact of the week of its builder, whose grade is what people confirm. */
export const projectKind = defineKind({
  name: 'project-evaluation',
  isOverseen: false,
  rulesFile: new URL('../../../../../rules/project-evaluation.json', import.meta.url),
  notice: {
    title: 'Project evaluation',
    purpose:
      'Projects are judged by their figures and graded every week. The grades of the projects that a builder leads are a fact of that builder’s weekly evaluation.',
    sources: {
      project: 'the list of projects',
      week: 'the project figures of the week, as imported or sent by connected systems',
      trend: 'the project figures of earlier weeks',
    },
    hasAnswerWindow: true,
  },
  words: projectWords,
  vocabulary: {
    project: projectVocabulary,
    week: {
      goalsSet: {
        type: 'number',
        description: 'project goals set',
        example: 3,
      },
      goalsMet: {
        type: 'number',
        description: 'project goals met',
        example: 2,
        changeable: { least: 0, most: 10, step: 1, only: 'more', notAbove: 'week.goalsSet' },
      },
      activeUsers: {
        type: 'number',
        description: 'active users',
        example: 120,
        changeable: { least: 0, most: 1000, step: 10, only: 'more' },
      },
      revenueUsd: { type: 'number', description: 'revenue of the week in dollars', example: 900 },
    },
    trend: {
      weeks: { type: 'number', description: 'earlier weeks with data, at most 4', example: 4 },
      activeUsersMean: { type: 'number', description: 'mean active users of earlier weeks', example: 100 },
      revenueMean: {
        type: 'number',
        description: 'mean weekly revenue of earlier weeks in dollars',
        example: 700,
      },
    },
  },
  criteria: [
    { id: 'goals', title: 'Project goals', weight: 30, question: 'Were the goals of the week met?' },
    { id: 'tam', title: 'Addressable market', weight: 25, question: 'Is the market large enough to matter?' },
    {
      id: 'pace',
      title: 'Pace through the stages',
      weight: 20,
      question: 'Does it move through its stages?',
    },
    {
      id: 'traction',
      title: 'Traction',
      weight: 15,
      question: 'Do users and revenue grow, once it is launched?',
    },
    {
      id: 'tam-reasoning',
      title: 'Market reasoning',
      weight: 10,
      question: 'Does the reasoning support the market size with checkable numbers and sources?',
      reads: ['project.tamRationale', 'project.tamUsd'],
    },
  ],
  feedback: feedbackFor,
});

/** The facts of one of a builder's projects in a week. */
export function projectFacts({ project, stages, weeks }: KnownWeek['projects'][number], week: string): Facts {
  const current = weeks.find((record) => record.week === week);
  const earliest = addWeeks(week, -TREND_WEEKS);
  const earlier = weeks.filter((record) => record.week < week && record.week >= earliest);
  const { sunday } = daysOf(week);
  const entered = stages.findLast(({ stage, entered_on }) => stage === project.stage && entered_on <= sunday);
  return {
    project: {
      status: project.status,
      stage: project.stage,
      daysInStage: entered ? daysBetween(entered.entered_on, sunday) : null,
      tamUsd: project.tam_usd,
      tamRationale: project.tam_rationale,
      goal: project.goal,
    },
    week: {
      goalsSet: current?.goals_set ?? null,
      goalsMet: current?.goals_met ?? null,
      activeUsers: current?.active_users ?? null,
      revenueUsd: inDollars(current?.revenue_micros ?? null),
    },
    trend: {
      weeks: earlier.length,
      activeUsersMean: mean(earlier.map((record) => record.active_users)),
      revenueMean: mean(earlier.map((record) => inDollars(record.revenue_micros))),
    },
  };
}

function inDollars(micros: number | null): number | null {
  return micros === null ? null : micros / MICROS;
}
