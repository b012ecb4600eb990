import { defineKind, type Outcome } from '../../../judgement/index.ts';

/**
 * Whether a conversation led to a commit. Yes is *certain* and confirms itself; between the thresholds it is
 * *probable* and suggested to people.
 */
export const commitLinkKind = defineKind({
  name: 'commit-link',
  isOverseen: false,
  rulesFile: new URL('../../../../rules/commit-link.json', import.meta.url),
  notice: {
    title: 'Link to a commit',
    purpose:
      'Saved conversations with coding assistants are compared with commits, so that reports can show which lines came from which conversation.',
    sources: {
      proof: 'the conversation and the commit',
      text: 'the lines of the commit and the edits of the conversation',
      files: 'the files of the commit and of the conversation',
      time: 'the times of the conversation and of the commit',
      place: 'the repository and the branch of both',
      author: 'the author of the commit and the person of the conversation',
      meaning: 'the words and the meaning of the conversation and of the commit message',
      commit: 'the commit',
    },
  },
  decides: { yes: 'linked', no: 'not linked', by: 'score', adverse: [], yesByProof: true },
  // Even at a score of 70, and no score comes to yesAt.
  thresholds: { yesAt: 0.995, noAt: 0.51, slope: 1 / 6, intercept: -70 / 6 },
  vocabulary: {
    proof: {
      made: {
        type: 'flag',
        description: 'whether the conversation printed the id of the commit when it made it',
        example: true,
      },
      named: {
        type: 'flag',
        description: 'whether the commit message names the session of the conversation',
        example: false,
      },
      attributed: {
        type: 'flag',
        description: 'whether an authorship note or agent trace of the commit names the session',
        example: false,
      },
      pullRequest: {
        type: 'flag',
        description: 'whether a pull request that the conversation opened has the commit',
        example: false,
      },
      inherited: {
        type: 'text',
        description:
          'how the conversation is linked with a commit that this one replaces (confirmed, suggested, none)',
        example: 'none',
      },
    },
    text: {
      written: {
        type: 'number',
        description: 'added lines of the commit that the conversation wrote, in percent',
        example: 80,
      },
      replaced: {
        type: 'number',
        description: 'deleted lines of the commit that the conversation replaced, in percent',
        example: 60,
      },
      lines: {
        type: 'number',
        description: 'how many lines of the commit the conversation wrote or replaced',
        example: 24,
      },
    },
    files: {
      ofCommit: { type: 'number', description: 'files of the commit', example: 3 },
      shared: { type: 'number', description: 'files of the commit that the conversation edited', example: 2 },
      share: {
        type: 'number',
        description: 'files of the commit that the conversation edited, in percent',
        example: 67,
      },
      edited: { type: 'number', description: 'edits of the conversation', example: 9 },
    },
    time: {
      inWindow: {
        type: 'flag',
        description: 'whether the commit was made while the conversation was the current one',
        example: true,
      },
      hoursAway: { type: 'number', description: 'hours outside of that time', example: 0 },
      beganAfter: {
        type: 'flag',
        description: 'whether the conversation began after the commit',
        example: false,
      },
      superseded: {
        type: 'flag',
        description: 'whether the person had begun the next conversation there before the commit',
        example: false,
      },
    },
    place: {
      sameRepository: { type: 'flag', description: 'whether the repository is the same', example: true },
      sameBranch: { type: 'flag', description: 'whether the branch is the same', example: true },
      headIsParent: {
        type: 'flag',
        description: 'whether the conversation began on the commit before this one',
        example: true,
      },
    },
    author: {
      same: { type: 'flag', description: 'whether the same person made both', example: true },
    },
    meaning: {
      share: {
        type: 'number',
        description: 'words of the subject line that the conversation has, in percent',
        example: 70,
      },
      rank: {
        type: 'number',
        description:
          'place of the conversation among the 20 that are nearest in meaning to the subject line, 1 is the nearest',
        example: 2,
      },
    },
    commit: {
      kind: {
        type: 'text',
        description: 'sort of commit (ordinary, merge, bot, release)',
        example: 'ordinary',
      },
    },
  },
  criteria: [
    {
      id: 'possible',
      title: 'Possible',
      weight: 0,
      hard: true,
      question: 'Can the commit come from a conversation in this repository?',
    },
    {
      id: 'proof',
      title: 'Proof',
      weight: 0,
      proves: true,
      question: 'Does one of the two name the other?',
    },
    { id: 'text', title: 'Text', weight: 0, question: 'Did the conversation write what the commit changes?' },
    {
      id: 'files',
      title: 'Files',
      weight: 0,
      question: 'Did the conversation edit the files of the commit?',
    },
    {
      id: 'time',
      title: 'Time',
      weight: 0,
      question: 'Was the commit made while the conversation was current?',
    },
    {
      id: 'place',
      title: 'Branch',
      weight: 0,
      question: 'Did the conversation begin where the commit was made?',
    },
    { id: 'author', title: 'Author', weight: 0, question: 'Did the same person make both?' },
    {
      id: 'meaning',
      title: 'Words',
      weight: 0,
      question: 'Does the subject speak of what was talked about?',
    },
  ],
  feedback: ({ criteria }: Outcome) =>
    criteria
      .filter(({ verdict, weight, score }) => verdict === 'scored' && (weight > 0 || (score ?? 100) < 50))
      .toSorted((a, b) => b.weight - a.weight)
      .map(({ reason }) => reason)
      .join(' '),
});
