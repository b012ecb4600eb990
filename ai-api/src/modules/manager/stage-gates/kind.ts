import {
  compileRules,
  defineKind,
  type Kind,
  type Outcome,
  type RuleDefinition,
} from '../../../judgement/index.ts';
import { projectVocabulary } from '../../shared/people/index.ts';
import type { GateCriterion } from './contract.ts';

/** Facts of a project at a gate. */
const vocabulary = {
  project: projectVocabulary,
  recent: {
    weeks: { type: 'number', description: 'weeks with data among the last four', example: 4 },
    goalsSet: { type: 'number', description: 'project goals set in the last four weeks', example: 12 },
    goalsMet: { type: 'number', description: 'project goals met in the last four weeks', example: 9 },
    activeUsers: { type: 'number', description: 'active users of the newest week', example: 120 },
    revenueUsd: { type: 'number', description: 'revenue of the last four weeks in dollars', example: 3600 },
    userGrowth: {
      type: 'number',
      description: 'active users of the newest week against the oldest of the last four, 1 is no change',
      example: 1.3,
    },
  },
  evidence: {
    text: {
      type: 'text',
      description: 'what the builder has to show',
      example: 'Signed pilots: see the contracts folder.',
      untrusted: true,
    },
  },
} as const;

/** What the prompt of gates may speak about; the criteria are those of each gate. */
export const stageGateKind = defineKind({
  name: 'stage-gate',
  rulesFile: null,
  decides: { yes: 'progress', no: 'hold', by: 'hard criteria', adverse: ['hold'] },
  notice: {
    title: 'Stage gate',
    purpose:
      'Before a project enters its next stage, it is checked against the criteria of the gate. The result concerns the builder who leads the project.',
    sources: {
      project: 'the list of projects',
      recent: 'the project figures of the last four weeks',
      evidence: 'the evidence that the builder hands in',
    },
  },
  words: {
    de: { facts: {}, criteria: {}, outcomes: { progress: 'Aufstieg', hold: 'Verbleib' } },
    es: { facts: {}, criteria: {}, outcomes: { progress: 'avance', hold: 'permanencia' } },
  },
  vocabulary,
  criteria: [],
  feedback,
});

/** A required criterion decides alone and so has no weight; neither kind may be waived by a high score elsewhere. */
const MET = 100;
const NOT_MET = 0;

/** The kind of judgement that one gate is. */
export function kindOfGate(criteria: readonly GateCriterion[]): Kind {
  return defineKind({
    ...stageGateKind,
    criteria: criteria.map((criterion) => ({
      id: criterion.id,
      title: criterion.title,
      weight: criterion.weight,
      hard: criterion.required,
      question: criterion.kind === 'question' ? criterion.question : `Is it so that ${criterion.when}?`,
      ...(criterion.kind === 'question' ? { reads: ['evidence.text'] } : {}),
    })),
  });
}

/**
 * The rules of a gate's measures.
 * @throws {import('../../../judgement/index.ts').RuleError} for a condition that does not fit the facts
 */
export function rulesOfGate(kind: Kind, criteria: readonly GateCriterion[]) {
  const rules = criteria.flatMap((criterion): RuleDefinition[] => {
    if (criterion.kind === 'question') return [];
    const { id, title, weight, when, message } = criterion;
    const rule = (key: string, condition: string, score: number, told: string) => ({
      key,
      criterion: id,
      priority: score === MET ? 10 : 20,
      when: condition,
      score,
      weight,
      message: told,
      review: false,
    });
    return [
      rule(`${id}-met`.slice(0, 64), when, MET, `${title}: met.`),
      rule(`${id}-not`.slice(0, 64), `!(${when})`, NOT_MET, message ?? `${title}: not met (${plain(when)}).`),
    ];
  });
  return compileRules(
    kind,
    rules.map((rule) => ({ ...rule, version: 1 })),
  );
}

/** A condition as part of a message, where braces would be values. */
function plain(when: string): string {
  return when.replaceAll(/[{}]/g, '');
}

function feedback({ outcome, proposed, criteria }: Outcome): string {
  const line = (title: string, reasons: string[]) =>
    reasons.length > 0 ? [`${title} ${reasons.join(' ')}`] : [];
  const reasonsOf = (pick: (criterion: Outcome['criteria'][number]) => boolean) =>
    criteria.filter(pick).map(({ reason }) => reason);
  const opening =
    outcome === 'progress'
      ? 'The project may advance.'
      : outcome === 'hold'
        ? 'The project stays in its stage for now.'
        : proposed === 'hold'
          ? 'The rules speak for the project to stay in its stage. A person decides.'
          : 'It is not clear yet whether the project may advance.';
  return [
    opening,
    ...line(
      'Not met:',
      reasonsOf(({ score }) => score !== null && score < 50),
    ),
    ...line(
      'Open:',
      reasonsOf(({ verdict }) => verdict !== 'scored'),
    ),
    ...line(
      'Met:',
      reasonsOf(({ score }) => score !== null && score >= 50),
    ),
  ].join('\n');
}
