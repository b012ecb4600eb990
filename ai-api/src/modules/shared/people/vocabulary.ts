/** What rules and prompts may say about a project. */
export const projectVocabulary = {
  status: { type: 'text', description: 'status (active, paused, done)', example: 'active' },
  stage: { type: 'text', description: 'stage (idea, validation, build, launch, growth)', example: 'build' },
  daysInStage: { type: 'number', description: 'days in the current stage', example: 40 },
  tamUsd: { type: 'number', description: 'total addressable market in dollars', example: 250_000_000 },
  tamRationale: {
    type: 'text',
    description: 'the reasoning behind the market size',
    example: '40 000 clinics at $500 a month',
    untrusted: true,
  },
  goal: {
    type: 'text',
    description: 'the goal of the project',
    example: 'Ten paying pilots',
    untrusted: true,
  },
} as const;
