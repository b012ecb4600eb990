import { count, figure, plot } from './helpers.js';

const usd = (micros) =>
  micros === null || micros === undefined ? '—' : `$${(micros / 1_000_000).toFixed(2)}`;

/** What assistants cost: figures, a table of estimates and bills, the trend, and unused seats. */
export default function transform(data) {
  if (!data?.trend) return {};
  const { costPerLinkedCommit: perCommit, licences } = data;
  const unused = licences.reduce((sum, one) => sum + one.unused, 0);
  const seats = licences.reduce((sum, one) => sum + one.seats, 0);
  const weeks = data.trend.map(({ week }) => week);
  const bars = (name, color, key) => ({
    type: 'bar',
    name,
    x: weeks,
    y: data.trend.map((week) => (week[key] === null ? null : week[key] / 1_000_000)),
    marker: { color },
  });
  return {
    note: data.note,
    estimatedCard: figure(
      'Estimated',
      usd(data.estimatedMicros),
      data.tokensUnpriced > 0
        ? `without ${count(data.tokensUnpriced)} tokens that have no price`
        : `${data.from} to ${data.to}, by the price table`,
      data.tokensUnpriced > 0 ? 'warning' : undefined,
    ),
    billedCard: figure('Billed', usd(data.billedMicros), 'of imported exports'),
    perCommitCard: perCommit
      ? figure(
          'Per linked commit',
          usd(perCommit.value),
          `${usd(perCommit.numerator)} by ${count(perCommit.denominator)} commits`,
        )
      : figure('Per linked commit', '—', 'Not shown: fewer than five people'),
    unlinkedCard: figure('Without a commit', usd(data.costUnlinkedMicros), 'conversations that led to none'),
    unusedCard: figure('Unused seats', String(unused), seats > 0 ? `of ${seats}, in 30 days` : 'in 30 days'),
    rows: [
      ...data.byAssistant.map((one) => ({
        name: one.assistant,
        estimated: usd(one.estimatedMicros),
        billed: '—',
      })),
      ...(data.otherAssistantsMicros > 0
        ? [
            {
              name: 'Others (fewer than five people each)',
              estimated: usd(data.otherAssistantsMicros),
              billed: '—',
            },
          ]
        : []),
      ...data.byVendor.map((one) => ({
        name: one.model ? `${one.vendor} · ${one.model}` : one.vendor,
        estimated: '—',
        billed: usd(one.billedMicros),
      })),
    ],
    licences: licences.map((one) => ({
      licence: one.licence,
      product: one.product,
      seats: one.seats,
      peak: one.peak,
      unused: one.unused,
    })),
    trend: plot(
      [bars('Estimated', '#1F4B99', 'estimatedMicros'), bars('Billed', '#98A2B3', 'billedMicros')],
      { barmode: 'group' },
    ),
  };
}
