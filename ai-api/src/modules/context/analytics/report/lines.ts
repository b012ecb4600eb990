import type { Figure, Ratio } from '../team/figures.ts';
import type { TeamFigures } from '../team/service.ts';

type Velocity = Awaited<ReturnType<TeamFigures['velocity']>>;
type Adoption = Awaited<ReturnType<TeamFigures['adoption']>>;

/** Everything that a report shows. */
export interface ReportData {
  week: string;
  /** Figures of the week. */
  velocity: Velocity;
  /** The weeks of the chart, the last of which is the week. */
  trend: Velocity['trend'];
  adoption: Adoption;
  gaps: { topic: string; shared: string | null; people: number; conversations: number }[];
}

/** What a figure is called, and how its value is written. */
export const LABELS: Record<Figure, { label: string; write: (ratio: Ratio) => string }> = {
  conversationsWithCommits: { label: 'Conversations with edits that led to a commit', write: share },
  commitsWithLink: { label: 'Commits with a link', write: share },
  editAcceptance: { label: 'Edits that were accepted', write: share },
  tokensPerLinkedCommit: { label: 'Tokens per linked commit', write: mean(whole) },
  costPerLinkedCommit: { label: 'Estimated cost per linked commit', write: mean(dollars) },
  hoursToFirstCommit: { label: 'Hours to the first commit', write: mean(oneDigit) },
  conversationsPerPerson: { label: 'Conversations per active person', write: mean(oneDigit) },
  costPerPerson: { label: 'Estimated cost per active person', write: mean(dollars) },
};

export const HIDDEN = 'not shown: fewer than five people';

/** A figure with its numerator and denominator. */
export function written(figure: Figure, ratio: Ratio | null): string {
  if (ratio === null) return HIDDEN;
  if (ratio.value === null) return 'nothing to divide by';
  return LABELS[figure].write(ratio);
}

/** `42 % (13 of 31)` */
function share({ numerator, denominator, value }: Ratio): string {
  return `${percent(value ?? 0)} (${whole(numerator)} of ${whole(denominator)})`;
}

function mean(write: (value: number) => string) {
  return ({ numerator, denominator, value }: Ratio) =>
    `${write(value ?? 0)} (${write(numerator)} by ${whole(denominator)})`;
}

export const percent = (value: number) => `${Math.round(100 * value)} %`;
function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
function oneDigit(value: number): string {
  return value.toFixed(1);
}
function dollars(micros: number): string {
  return `$${(micros / 1_000_000).toFixed(2)}`;
}

export function subjectOf({ week, adoption }: ReportData): string {
  const { company } = adoption;
  const used = company
    ? `${company.active} of ${company.members} people worked with assistants`
    : 'team report';
  return `Week ${week}: ${used}`;
}

/** The share of each week whose conversations led to commits, for the chart; null where it may not be shown. */
export function barsOf({ trend }: ReportData): { week: string; value: number | null; told: string }[] {
  return trend.map(({ week, figures: { conversationsWithCommits: ratio } }) => ({
    week,
    value: ratio?.value ?? null,
    told: written('conversationsWithCommits', ratio),
  }));
}

/** Figures of commits with a link beside all others. */
export function comparisonOf({ velocity }: ReportData): { label: string; linked: string; other: string }[] {
  const { linked, other } = velocity.company.compared;
  const write = (ratio: Ratio | null, of: (ratio: Ratio) => string) =>
    ratio === null ? HIDDEN : ratio.value === null ? 'none' : of(ratio);
  return [
    {
      label: 'Lines changed per commit',
      linked: write(linked.linesPerCommit, mean(oneDigit)),
      other: write(other.linesPerCommit, mean(oneDigit)),
    },
    {
      label: 'Lines that changed again within 14 days',
      linked: write(linked.rework, share),
      other: write(other.rework, share),
    },
  ];
}
