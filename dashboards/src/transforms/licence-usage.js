import { figure, line, plot } from './helpers.js';

const COLORS = ['#1F4B99', '#067647', '#B54708', '#7A5AF8', '#0E7090', '#B42318'];
const HOUR_MS = 3_600_000;
const percent = (share) => `${(share * 100).toFixed(1)} %`;

/** Usage of licences: figures, a table, peaks by hour, and the time at each number of seats. */
export default function transform(data) {
  const items = data?.licences;
  if (!items || items.length === 0) return {};
  const sum = (key) => items.reduce((total, item) => total + item[key], 0);
  const denied = (item) => Object.values(item.denials).reduce((total, n) => total + n, 0);
  const seats = sum('maxSeats');
  const used =
    items.reduce((total, item) => total + item.utilisation * item.maxSeats, 0) / Math.max(1, seats);
  const short = items.filter((item) => item.seatsFor99Percent > item.maxSeats);
  const full = sum('minutesFull');
  const inUse = (data.hours ?? []).map(({ hour }) => Date.parse(hour));
  const first = Math.min(...inUse);
  const hours = Array.from(
    { length: inUse.length === 0 ? 0 : (Math.max(...inUse) - first) / HOUR_MS + 1 },
    (_, n) => first + n * HOUR_MS,
  );
  const leaked = items.reduce((total, item) => total + item.leakedShare * item.sessions, 0);
  return {
    usedCard: figure('Utilisation', percent(used), `${seats} seats, ${data.from} to ${data.to}`),
    fullCard: figure(
      'Minutes full',
      String(full),
      short.length === 0
        ? 'Enough seats for 99 % of requests'
        : `${short.length} ${short.length === 1 ? 'licence is' : 'licences are'} short of seats`,
      short.length > 0 ? 'warning' : undefined,
    ),
    deniedCard: figure(
      'Denied',
      String(items.reduce((total, item) => total + denied(item), 0)),
      'Requests that got no seat',
      items.some((item) => denied(item) > 0) ? 'warning' : undefined,
    ),
    leakedCard: figure(
      'Leases that ran out',
      percent(leaked / Math.max(1, sum('sessions'))),
      'Sessions that were not released',
    ),
    rows: items.map((item) => ({
      licenceId: item.licenceId,
      licence: item.licence,
      product: item.product,
      utilisation: percent(item.utilisation),
      seats: item.maxSeats,
      peak: item.peakSeats,
      demand: item.peakDemand,
      needed: item.seatsFor99Percent,
      full: item.minutesFull,
      denied: denied(item),
      reserved: item.reservedIdle > 0 ? item.reservedIdle.toFixed(1) : '—',
      verdict:
        item.seatsFor99Percent > item.maxSeats
          ? 'short of seats'
          : item.sessions > 0 && item.seatsFor99Percent < item.maxSeats * 0.7
            ? 'fewer would do'
            : 'enough',
    })),
    peaks: plot(
      items
        .filter(({ sessions }) => sessions > 0)
        .map((item, n) => {
          const peaks = new Map(
            (data.hours ?? [])
              .filter(({ licenceId }) => licenceId === item.licenceId)
              .map(({ hour, peak }) => [Date.parse(hour), peak]),
          );
          const color = COLORS[n % COLORS.length];
          // Hours without use are not listed: a line over them would show use that there was not.
          return line(
            item.licence,
            color,
            hours.map((hour) => new Date(hour).toISOString().slice(0, 16).replace('T', ' ')),
            hours.map((hour) => peaks.get(hour) ?? 0),
          );
        }),
      { xaxis: { type: 'date' } },
    ),
    time: plot(
      items
        .filter(({ sessions }) => sessions > 0)
        .map((item, n) => ({
          type: 'bar',
          name: item.licence,
          x: item.timeAtSeats.map((step) => step.seats),
          y: item.timeAtSeats.map((step) => step.share * 100),
          marker: { color: COLORS[n % COLORS.length] },
        })),
      { barmode: 'group' },
    ),
  };
}
