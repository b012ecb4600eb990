import { z } from 'zod';
import { isoWeek } from '../../../../contract/schemas.ts';

const amount = z.number().nullable().describe('Null where fewer than five people stand behind it');

export const ratio = z
  .object({
    numerator: z.number(),
    denominator: z.number(),
    value: z.number().nullable().describe('Null when the denominator is 0'),
    weeks: z.number().int().describe('Weeks that it covers; the others are not shown'),
  })
  .nullable()
  .describe('Null where fewer than five people stand behind it, in every week');

export const figures = z.object({
  conversationsWithCommits: ratio,
  commitsWithLink: ratio,
  editAcceptance: ratio,
  tokensPerLinkedCommit: ratio,
  costPerLinkedCommit: ratio,
  hoursToFirstCommit: ratio,
  conversationsPerPerson: ratio,
  costPerPerson: ratio,
});

const amounts = z.object({
  conversations: amount,
  conversationsSuggested: amount.describe('With edits, and with suggested links alone'),
  commits: amount,
  commitsSuggested: amount.describe('With suggested links alone'),
  tokens: amount,
  tokensUnlinked: amount.describe('Of conversations without a confirmed link'),
  tokensUnpriced: amount.describe('Of models without a price: the cost does not have them'),
  costMicros: amount.describe('An estimate by the price table'),
  costUnlinkedMicros: amount,
});

const compared = z.object({
  note: z.string(),
  linked: z.object({ linesPerCommit: ratio, rework: ratio }).describe('Commits with a confirmed link'),
  other: z.object({ linesPerCommit: ratio, rework: ratio }),
});

export const group = z.object({ group: z.string(), figures, amounts, compared });

const span = {
  from: isoWeek,
  to: isoWeek.describe('The last week; it is over'),
  minPeople: z.number().int(),
};

export const velocity = z
  .object({
    ...span,
    company: group,
    teams: z.array(group).describe('By name, never by figure'),
    hiddenTeams: z.number().int().describe('Teams of which nothing may be shown'),
    trend: z.array(z.object({ week: isoWeek, figures, amounts })).describe('The company by week'),
  })
  .meta({ id: 'TeamVelocity' });

const use = z.object({ active: z.number().int(), members: z.number().int(), share: z.number().nullable() });

export const adoption = z
  .object({
    ...span,
    company: use.nullable().describe('Members with a conversation in the last week'),
    teams: z.array(use.extend({ team: z.string() })),
    hiddenTeams: z.number().int(),
    stickiness: ratio.describe('People of the last week, of those of its last four weeks'),
    trend: z.array(z.object({ week: isoWeek, active: amount, members: amount })),
  })
  .meta({ id: 'AssistantAdoption' });

const used = z.object({
  assistant: z.string().describe('Tool, and the model where there is one'),
  personWeeks: amount.describe('People of each week, added up'),
  conversations: amount,
  messages: amount,
  tokens: amount,
  costMicros: amount,
});

export const assistants = z
  .object({ ...span, items: z.array(used), hidden: z.number().int() })
  .meta({ id: 'AssistantsUsed' });

const repository = z.object({
  repository: z.string(),
  commitsWithLink: ratio,
  tokensOfCommits: amount.describe('Of conversations that led to them, divided by changed lines'),
  costOfCommitsMicros: amount,
  costPerLinkedCommit: ratio,
});

export const repositories = z
  .object({ ...span, items: z.array(repository), hidden: z.number().int() })
  .meta({ id: 'RepositoryFigures' });

export const mine = z
  .object({ from: isoWeek, to: isoWeek, figures, amounts, compared, assistants: z.array(used) })
  .meta({ id: 'OwnFigures' });
