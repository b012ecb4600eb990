import { PERSON } from './identity.ts';
import { type AnswerOf, type Step, step } from './step.ts';

const as = PERSON.quill;
const sha = (answerOf: AnswerOf) => answerOf('commit.list').items[0]?.sha ?? '';

/** Where the lines of the commit of the steps before come from. */
export const provenance: Step[] = [
  step(
    'provenance.blame',
    (answerOf) => ({ lines: [{ sha: sha(answerOf), file: 'src/upload.ts', number: 1, text: 'retry();' }] }),
    { as, matches: { lines: [{ match: 'commit' }], origins: [{ level: 'added' }] } },
  ),
  step('provenance.timeline', {}, { as }),
  step('provenance.contributions', { days: 7 }, { as }),
  step('provenance.trace', (answerOf) => ({ sha: sha(answerOf) }), {
    as,
    matches: { version: '0.1.0', files: [] },
  }),
  step('commit.recordTraces', (answerOf) => ({
    repository: 'git@github.com:sample/otter.git',
    traces: [
      {
        version: '0.1.0',
        id: '550e8400-e29b-41d4-a716-446655440000',
        timestamp: '2026-11-10T10:00:00Z',
        vcs: { type: 'git', revision: sha(answerOf) },
        files: [
          {
            path: 'src/upload.ts',
            conversations: [
              { url: 'https://assistant.example/steps-traced', ranges: [{ start_line: 1, end_line: 3 }] },
            ],
          },
        ],
      },
    ],
  })),
];
