import { count, figure, line, plot } from './helpers.js';

const HIDDEN = '< 5 people';
const percent = (value) => `${Math.round(100 * value)} %`;
const money = (micros) =>
  micros === null || micros === undefined ? HIDDEN : `$${(micros / 1_000_000).toFixed(2)}`;
const amount = (value) => (value === null || value === undefined ? HIDDEN : count(value));

/** A share with what it divides: `42 % (13 of 31)`. */
const share = (ratio) => {
  if (!ratio) return HIDDEN;
  const of = `${count(ratio.numerator)} of ${count(ratio.denominator)}`;
  return ratio.value === null ? `— (${of})` : `${percent(ratio.value)} (${of})`;
};
/** A mean with what it divides. */
const mean = (ratio, write) => {
  if (!ratio) return HIDDEN;
  if (ratio.value === null) return '—';
  return `${write(ratio.value)} (${write(ratio.numerator)} by ${count(ratio.denominator)})`;
};
const digits = (value) => Number(value).toFixed(1);

const card = (label, ratio, write) => {
  if (!ratio) return figure(label, '—', 'Not shown: fewer than five people');
  const value = ratio.value === null ? '—' : write(ratio.value);
  const what = write === percent ? 'of' : 'by';
  const over = write === percent ? count(ratio.numerator) : write(ratio.numerator);
  return figure(label, value, `${over} ${what} ${count(ratio.denominator)}`);
};

/** Figures of the company, its teams and its people: velocity, adoption, assistants, repositories, or one's own. */
export default function transform(data) {
  if (data?.teams && data?.trend && data?.company?.figures) return velocityOf(data);
  if (data?.stickiness !== undefined) return adoptionOf(data);
  if (data?.items) return { rows: data.items.map(rowOf), note: hidden(data.hidden) };
  if (data?.figures) return { ...cardsOf(data), rows: (data.assistants ?? []).map(rowOf) };
  return {};
}

const hidden = (number) =>
  number > 0
    ? `${number} not shown: fewer than five people, or those that would reveal them.`
    : 'All are shown.';

const rowOf = (item) =>
  item.repository
    ? {
        name: item.repository,
        linked: share(item.commitsWithLink),
        cost: money(item.costOfCommitsMicros),
        perCommit: mean(item.costPerLinkedCommit, money),
      }
    : {
        name: item.assistant,
        conversations: amount(item.conversations),
        messages: amount(item.messages),
        tokens: amount(item.tokens),
        cost: money(item.costMicros),
      };

const cardsOf = ({ figures, amounts, compared }) => ({
  conversationsCard: card('Led to a commit', figures.conversationsWithCommits, percent),
  commitsCard: card('Commits with a link', figures.commitsWithLink, percent),
  acceptanceCard: card('Edits accepted', figures.editAcceptance, percent),
  timeCard: card('Hours to first commit', figures.hoursToFirstCommit, digits),
  costCard: card('Cost per linked commit', figures.costPerLinkedCommit, money),
  unlinkedCard: figure(
    'Cost without a commit',
    amounts.costUnlinkedMicros === null ? '—' : money(amounts.costUnlinkedMicros),
    `of ${money(amounts.costMicros)}, estimated`,
  ),
  compared: [
    {
      what: 'Lines changed per commit',
      linked: mean(compared.linked.linesPerCommit, digits),
      other: mean(compared.other.linesPerCommit, digits),
    },
    {
      what: 'Lines that changed again within 14 days',
      linked: share(compared.linked.rework),
      other: share(compared.other.rework),
    },
  ],
  note: compared.note,
});

function velocityOf({ company, teams, hiddenTeams, trend, from, to }) {
  const weeks = trend.map(({ week }) => week);
  const shares = (name) => trend.map(({ figures }) => figures[name]?.value ?? null);
  return {
    ...cardsOf(company),
    rows: teams.map(({ group, figures, amounts }) => ({
      team: group,
      conversations: share(figures.conversationsWithCommits),
      commits: share(figures.commitsWithLink),
      acceptance: share(figures.editAcceptance),
      time: mean(figures.hoursToFirstCommit, digits),
      cost: mean(figures.costPerLinkedCommit, money),
      spend: money(amounts.costMicros),
    })),
    headline: `Weeks ${from} to ${to}. ${hidden(hiddenTeams)} ${company.compared.note}`,
    trend: plot(
      [
        line('Conversations that led to a commit', '#1F4B99', weeks, shares('conversationsWithCommits')),
        line('Commits with a link', '#067647', weeks, shares('commitsWithLink')),
        line('Edits accepted', '#B54708', weeks, shares('editAcceptance')),
      ],
      { yaxis: { tickformat: '.0%', rangemode: 'tozero' } },
    ),
  };
}

function adoptionOf({ company, stickiness, teams, trend, hiddenTeams }) {
  const weeks = trend.map(({ week }) => week);
  return {
    adoptionCard: company
      ? figure(
          'Adoption',
          percent(company.share ?? 0),
          `${company.active} of ${company.members} people last week`,
        )
      : figure('Adoption', '—', 'Not shown: fewer than five people'),
    stickinessCard: card('Weekly of monthly', stickiness, percent),
    rows: teams.map(({ team, active, members, share: used }) => ({
      team,
      used: used === null ? '—' : `${percent(used)} (${active} of ${members})`,
    })),
    note: hidden(hiddenTeams),
    trend: plot([
      line(
        'Active people',
        '#1F4B99',
        weeks,
        trend.map(({ active }) => active),
      ),
      line(
        'Members',
        '#98A2B3',
        weeks,
        trend.map(({ members }) => members),
      ),
    ]),
  };
}
