import type { Random } from '../../examples/company/random.ts';

const WORK = [
  'Reviewed the acceptance protocol of the Larkspur pilot with their site lead',
  'Wrote the migration plan for the invoice archive, pages 3 to 9',
  'Debugged ticket LIF-412, the import that drops rows with two currencies',
  'Interviewed two nurses of the Brambleford clinic about shift handover',
  'Prepared the demo environment for the Teasel tender, 14 data sets loaded',
  'Sketched the pump controller wiring on paper with the workshop team',
  'Walked the new colleague through the release checklist, items 1 to 18',
  'Read the tender documents of the harbour authority and marked 23 open points',
  'Restored the staging database after the failed upgrade, backup of Tuesday',
  'Recorded and cut the training video about batch labels, 11 minutes long',
  'Visited the Quillmoor warehouse to measure the scanner positions, 9 gates',
  'Answered the auditors of Fennel & Rook about the retention periods',
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
  'Weekly planning round of the team, by phone.',
  'Safety training of the site, module 2.',
  'Retrospective in the meeting room, tracker not running.',
  'Monthly call with the works council.',
  'First-aid refresher, morning session.',
] as const;

/** Names the work, where it can be seen, and why it was not tracked. */
export function strong(random: Random): string {
  const parts = [`${random.pick(WORK)}.`, random.pick(WHY_NOT_TRACKED)];
  return (random.chance(0.5) ? [...parts, random.pick(TRACE)] : parts).join(' ');
}

/** Names the work and leaves open why it was not tracked. */
export function halfway(random: Random): string {
  return random.chance(0.5) ? `${random.pick(WORK)}.` : `${random.pick(WORK)}. ${random.pick(TRACE)}`;
}

/** Could have been written for any day. */
export function vague(random: Random): string {
  return random.pick(VAGUE);
}

export function routine(random: Random): string {
  return random.pick(ROUTINE);
}

/** Speaks of half an hour, whatever is asked for. */
export function contradicting(random: Random): string {
  return `${random.pick(WORK)}, it took half an hour. ${random.pick(WHY_NOT_TRACKED)}`;
}
