import type { Vocabulary } from '../../../../judgement/index.ts';

/** Facts that come of reading: a model finds claims, rules hold them against the records. */
export const claimVocabulary = {
  activity: {
    type: 'flag',
    description: 'whether the text says what was done',
    example: true,
    changeable: { values: [true], onlyKnown: true },
  },
  supported: {
    type: 'number',
    description: 'claims that a record of that day with the builder bears out',
    example: 1,
    changeable: { least: 1, most: 1, step: 1, only: 'more', onlyKnown: true },
  },
  contradicted: {
    type: 'number',
    description: 'claims that the form or the records contradict',
    example: 0,
    changeable: { least: 0, most: 0, step: 1, only: 'less', onlyKnown: true },
  },
  unknown: {
    type: 'number',
    description: 'meetings, tickets, documents, projects and colleagues named that nothing bears out',
    example: 1,
  },
  projectOther: {
    type: 'flag',
    description: 'whether it names another project than the form',
    example: false,
  },
  dayOther: { type: 'flag', description: 'whether it names another day than the form', example: false },
  hoursOther: { type: 'flag', description: 'whether it names other hours than the form', example: false },
  timeOther: {
    type: 'flag',
    description: 'whether it names a time of day that is not the form’s, or that is tracked already',
    example: false,
  },
  whyNotTracked: {
    type: 'flag',
    description: 'whether the text says why the time was not tracked',
    example: true,
    changeable: { values: [true], onlyKnown: true },
  },
  doubts: {
    type: 'number',
    description: 'contradictions that a model read and no record settles',
    example: 0,
  },
  supportedHours: {
    type: 'number',
    description: 'untracked hours of the records that bear claims out; not known where they have a day only',
    example: 1.5,
  },
  coversHours: {
    type: 'flag',
    description:
      'whether those records last as long as what is requested, give or take half an hour; true where one of them has a day only',
    example: true,
    changeable: { values: [true], onlyKnown: true },
  },
  dropped: {
    type: 'number',
    description: 'claims left out because their words are not in the text',
    example: 0,
  },
  borneOut: {
    type: 'text',
    description: 'the claims that records bear out, with words and record',
    example: '“the pilot call” (meeting "Pilot call", 2026-11-16: Recorded on that day.)',
    untrusted: true,
  },
  against: {
    type: 'text',
    description: 'the claims that are contradicted, with words and record',
    example: '“half an hour” (It means 0.5 hours; the form says 3.)',
    untrusted: true,
  },
  open: {
    type: 'text',
    description: 'the claims that nothing bears out, with words',
    example: '“ticket LIF-999” (No record of this builder names it.)',
    untrusted: true,
  },
} as const satisfies Vocabulary[string];
