/** Working time, leave and people: documents in Markdown. */
export const PEOPLE: Readonly<Record<string, string>> = {
  'working-time.md': `# Working time

## Core hours

Between ten and three everybody can be reached; outside of these hours each builder chooses.

## Tracker

Start the tracker when you begin and stop it for lunch. A day without an entry counts as not worked.

## Manual time

Time without an entry is requested within thirty days, with a sentence on why the tracker did not run.

## Rest

Eleven hours lie between the end of one day and the begin of the next. Night deployments move the next morning.
`,
  'leave.md': `# Leave

## Annual leave

Twenty-eight days a year, of which at most six move into the next spring. They lapse on the last day of April.

## Asking for leave

Enter it two weeks ahead; up to two days can be entered the day before. Your lead answers within three working days.

## Illness

Call in before nine. A medical certificate is due from the fourth day on.

## Bereavement

Five days when a partner, child or parent dies, two days for grandparents and siblings. No proof is asked for.

## Moving house

One day, once in two years.
`,
  'parents.md': `# Parents

## Before the birth

From the sixth week before the due date nobody is scheduled for shifts, journeys or on-call duty.

## After the birth

Either parent may stay at home for twenty weeks on full pay, in one or two parts.

## Coming back

For the first three months after the return, sixty percent of the hours at eighty percent of the pay is possible.

## Sick children

Twelve days a year for each child below twelve.
`,
  'onboarding.md': `# First weeks

## Day one

The laptop, the badge and a lunch partner are waiting. Nobody ships code on the first day.

## Buddy

A buddy from another team answers every question for eight weeks, and meets you twice a week.

## First month

By day thirty you have fixed three small defects and given one demo.

## Probation

It lasts four months. A talk in week six and another in week twelve say where you stand.
`,
  'feedback.md': `# Feedback

## Weekly talk

Half an hour with your lead, with an agenda that you write.

## Half-year review

In June and December two peers of your choice and your lead answer the same five questions.

## Improvement plans

A plan has at most three goals, lasts sixty days and is looked at every second Friday. Without a check-in it is void.

## Disagreement

Whoever disagrees with an assessment may ask the people board to read it again within fourteen days.
`,
  'pay.md': `# Pay

## Bands

Every role has a band of seven steps; the bands are in the handbook for all to see.

## Raises

Steps are decided in March. A promotion in between counts from the first of the next month.

## Bonus

Up to twelve percent of the yearly salary: half for the company's result, half for the team's goals.

## Payday

Money arrives on the twenty-fifth, or on the working day before.

## Overtime

Hours above the plan are evened out within the quarter; what is left in the end is paid with a quarter on top.
`,
  'conduct.md': `# Conduct

## Respect

Nobody is mocked for origin, faith, gender, age, body or accent. Jokes about these are no jokes.

## Reporting

Tell the ombudsperson, Quince Ferrow, by letter or in room 2.14. Names stay secret unless you say otherwise.

## Retaliation

Whoever punishes a person for a report leaves the company.

## Gifts

Presents worth more than thirty-five dollars are returned or raffled. Cash is never accepted.

## Relationships

A couple does not sit in one reporting line; tell the people team and one of you changes teams.
`,
  'remote.md': `# Working from elsewhere

## At home

Three days of the week may be at home. Wednesday is the day on which the whole team meets.

## Abroad

Up to thirty days a year from another country of the list in the appendix, announced one month ahead.

## Equipment

The company lends a screen, a chair and a headset. They are returned within ten days of leaving.

## Internet

Twenty-five dollars a month are paid towards the connection at home.
`,
  'learning.md': `# Learning

## Budget

Two thousand dollars and five days a year for courses, books and exams. It does not move into the next year.

## Conferences

Speakers travel at the company's cost in addition to the budget. Listeners use the budget.

## Sharing

Within four weeks whoever attended tells the others what was new, in twenty minutes.

## Certificates

The fee of a failed exam is paid once; the second attempt is private.
`,
  'leaving.md': `# Leaving

## Notice

Six weeks to the end of a month; during probation two weeks.

## Handover

The last ten days are for handing over. A list names every system, contact and open promise.

## Accounts

All access ends at noon of the last day; mail is answered automatically for ninety days.

## Reference letter

It is written within three weeks and says nothing about illness.
`,
};
