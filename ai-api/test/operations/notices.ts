import { type Step, step } from './step.ts';

const EXECUTIVE = 'executive@sample-company.example';
const BUILDER = 'quill.marrow@sample-company.example';
const kind = 'evaluation';

/** The notice of weekly evaluations: published, sent, acknowledged by one builder, and recorded for the others. */
export const notices: Step[] = [
  step('notice.preview', { kind }, { matches: { isCurrent: false, publishedVersion: null } }),
  step('notice.publish', (answerOf) => ({ kind, digest: answerOf('notice.preview').digest }), {
    as: EXECUTIVE,
    matches: { kind, version: 1, title: 'Weekly evaluation' },
  }),
  step('notice.get', { kind }, { matches: { version: 1 } }),
  step('notice.listVersions', { kind }, { matches: { items: [{ version: 1 }] } }),
  step('notice.listMine', {}, { as: BUILDER, matches: { items: [{ kind, state: 'open' }] } }),
  step(
    'notice.acknowledge',
    { kind, version: 1 },
    { as: BUILDER, matches: { kind, version: 1, state: 'acknowledged' } },
  ),
  step(
    'notice.recordInformed',
    { kind, builderIds: ['b-0002', 'b-0003'], on: '2026-01-05', how: 'On paper, with the contract' },
    { as: EXECUTIVE, matches: { recorded: 2 } },
  ),
  step('notice.listNotInformed', { kind, limit: 5 }),
  step(
    'notice.recordInformed',
    { kind, on: '2026-01-05', how: 'On paper, with the contract' },
    { as: EXECUTIVE, name: 'others' },
  ),
  // No one is left: what this sends to whom is a matter of the tests of notices.
  step('notice.send', { kind }, { as: EXECUTIVE, matches: { sent: 0, sentBefore: 0 } }),
  step(
    'notice.list',
    {},
    { matches: { items: [{}, {}, { kind, version: 1, acknowledged: 1, notInformed: 0 }, {}, {}] } },
  ),
];
