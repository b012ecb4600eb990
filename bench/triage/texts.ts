import type { Random } from '../../examples/company/random.ts';

/** Work as a builder describes it, and as the calendar, the tracker or the folder of documents has it. */
export interface Work {
  told: string;
  kind: 'meeting' | 'ticket' | 'document';
  reference: string | null;
  title: string;
}

const work = (kind: Work['kind'], told: string, title: string, reference: string | null = null): Work => ({
  told,
  kind,
  reference,
  title,
});

const WORK = [
  work(
    'meeting',
    'Reviewed the acceptance protocol of the Larkspur pilot with their site lead',
    'Larkspur pilot: acceptance protocol',
  ),
  work(
    'document',
    'Wrote the migration plan for the invoice archive, pages 3 to 9',
    'Migration plan invoice archive',
    'DOC-118',
  ),
  work(
    'ticket',
    'Debugged ticket LIF-412, the import that drops rows with two currencies',
    'CSV upload loses lines',
    'LIF-412',
  ),
  work(
    'meeting',
    'Interviewed two nurses of the Brambleford clinic about shift handover',
    'Brambleford clinic: interviews on shift handover',
  ),
  work(
    'ticket',
    'Prepared the demo environment for the Teasel tender, 14 data sets loaded',
    'Demo environment for the Teasel tender',
    'TND-9',
  ),
  work(
    'meeting',
    'Sketched the pump controller wiring on paper with the workshop team',
    'Workshop: pump wiring',
  ),
  work(
    'meeting',
    'Walked the new colleague through the release checklist, items 1 to 18',
    'Onboarding: release checklist',
  ),
  work(
    'document',
    'Read the tender documents of the harbour authority and marked 23 open points',
    'Harbour authority tender',
    'DOC-131',
  ),
  work(
    'ticket',
    'Restored the staging database after the failed upgrade, backup of Tuesday',
    'Staging database down after upgrade',
    'OPS-77',
  ),
  work(
    'document',
    'Recorded and cut the training video about batch labels, 11 minutes long',
    'Training video batch labels',
  ),
  work(
    'meeting',
    'Visited the Quillmoor warehouse to measure the scanner positions, 9 gates',
    'Quillmoor warehouse visit',
  ),
  work(
    'meeting',
    'Answered the auditors of Fennel & Rook about the retention periods',
    'Auditors (Fennel & Rook): retention',
  ),
] as const;
/** What else a builder's calendar and trackers have; some of it is close to work that is described. */
export const OTHER_WORK = [
  work('meeting', '', 'Larkspur pilot: steering call'),
  work('meeting', '', 'Teasel tender: open questions'),
  work('document', '', 'Invoice archive: budget', 'DOC-90'),
  work('ticket', '', 'Import of currencies from the bank', 'LIF-409'),
  work('meeting', '', 'Team standup'),
  work('meeting', '', 'One to one'),
  work('ticket', '', 'Upgrade of the design system', 'UI-31'),
  work('document', '', 'Quillmoor contract', 'DOC-77'),
  work('meeting', '', 'All hands'),
] as const;
const WHY_NOT_TRACKED = [
  'The tracker had crashed after the update and showed no timer until the evening.',
  'I was on the phone in the car park, away from the laptop.',
  'There is no network in the basement there, so nothing was recorded.',
  'My laptop was in repair, I used the shared workshop machine.',
  'I forgot to start the timer after lunch; the commits show the time.',
  'It was on the train without a connection.',
] as const;
const TRACE = [
  'The notes are in the project folder.',
  'The minutes went out to everybody the same evening.',
  'The result is in the merge request of that day.',
  'The site lead can confirm it.',
] as const;
const VAGUE = [
  'Worked on various project tasks and follow-ups.',
  'Extra effort that was needed that day.',
  'Did some things for the team.',
  'General work, as discussed.',
  'Catching up on open topics.',
  'Some meetings and other stuff.',
  'Additional hours for the usual work.',
  'Was busy with the project.',
  'Time that is missing in the system.',
  'Support and coordination.',
] as const;
const ROUTINE = [
  work('meeting', 'Weekly planning round of the team, by phone.', 'Weekly planning'),
  work('meeting', 'Safety training of the site, module 2.', 'Safety training module 2'),
  work('meeting', 'Retrospective in the meeting room, tracker not running.', 'Retrospective'),
  work('meeting', 'Monthly call with the works council.', 'Works council: monthly call'),
  work('meeting', 'First-aid refresher, morning session.', 'First-aid refresher'),
] as const;

/** A justification, and the work that it describes; null where it describes none. */
export interface Told {
  justification: string;
  work: Work | null;
}

/** Names the work, where it can be seen, and why it was not tracked. */
export function strong(random: Random): Told {
  const done = random.pick(WORK);
  const parts = [`${done.told}.`, random.pick(WHY_NOT_TRACKED)];
  const all = random.chance(0.5) ? [...parts, random.pick(TRACE)] : parts;
  return { justification: all.join(' '), work: done };
}

/** Names the work and leaves open why it was not tracked. */
export function halfway(random: Random): Told {
  const hasTrace = !random.chance(0.5);
  const done = random.pick(WORK);
  return { justification: hasTrace ? `${done.told}. ${random.pick(TRACE)}` : `${done.told}.`, work: done };
}

/** Could have been written for any day. */
export function vague(random: Random): Told {
  return { justification: random.pick(VAGUE), work: null };
}

export function routine(random: Random): Told {
  const done = random.pick(ROUTINE);
  return { justification: done.told, work: done };
}

/** Speaks of half an hour, whatever is asked for. */
export function contradicting(random: Random): Told {
  const done = random.pick(WORK);
  return { justification: `${done.told}, it took half an hour. ${random.pick(WHY_NOT_TRACKED)}`, work: done };
}
