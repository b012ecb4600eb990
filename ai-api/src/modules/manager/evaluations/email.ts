import type { CriterionResult, JudgementView } from '../../../judgement/index.ts';
import { daysOf } from '../../../platform/week.ts';
import type { Detail } from './views.ts';

const COLOURS = {
  A: '#0b6b47',
  B: '#1d6f8a',
  C: '#7a5c00',
  D: '#a34a00',
  E: '#a3262a',
  'insufficient evidence': '#5b6675',
};

/**
 * What the template `evaluation` is filled in with, for a builder's mail about their week. Needs a judged evaluation.
 * @param link to the week in the dashboards, where there is one
 * @param answerHours how long the builder may answer before others have it; null where they have it
 * @param replyTo mailbox in which a person reads replies; null where there is none
 */
export function emailData(
  detail: Detail,
  link: string | null,
  answerHours: number | null,
  replyTo: string | null,
) {
  const { builder, week, judgement, projects } = detail;
  if (!judgement) throw new Error(`Evaluation ${detail.evaluationId} has no judgement`);
  const { grade, score, coverage, feedback, criteria } = judgement;
  return {
    week,
    ...daysOf(week),
    builder: { name: builder.name, team: builder.team },
    graded: grade !== 'insufficient evidence',
    grade,
    score,
    color: COLOURS[grade],
    coverage: Math.round(coverage * 100),
    feedback: feedback.split('\n\n').map(part),
    criteria: criteria.map((criterion) => ({
      title: criterion.title,
      decidedBy: criterion.decidedBy ?? 'open',
      points: pointsOf(criterion),
    })),
    projects: projects.map((project) => ({
      name: project.name,
      grade: project.grade,
      points: project.score === null ? 'no grade' : `${project.grade} (${project.score})`,
    })),
    decidedBy: howDecided(judgement),
    answerHours,
    replyTo,
    link,
  };
}

/** A paragraph of the feedback, with the items below it where it is a list. */
function part(block: string): { text: string; items: string[] } {
  const [first = '', ...rest] = block.split('\n');
  if (!rest.some((line) => line.startsWith('- '))) return { text: block, items: [] };
  return { text: first, items: rest.map((line) => line.replace(/^- /, '')) };
}

function pointsOf({ verdict, weight, score }: CriterionResult): string {
  if (verdict !== 'scored') return 'not enough evidence';
  return weight === 0 ? 'not counted' : String(score);
}

function howDecided({ engine, model, modelFailure, decidedBy }: JudgementView): string {
  if (engine === 'human') return `Decided by a person (${decidedBy}).`;
  if (modelFailure) return 'Decided by rules: what you wrote was not read this week.';
  if (engine === 'model') return `Decided by rules, and by ${model} where reading was needed.`;
  return 'Decided by rules only, without a model.';
}
