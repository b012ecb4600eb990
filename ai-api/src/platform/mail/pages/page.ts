import { type Html, html } from '../../html.ts';
import type { Mailbox } from '../inbox-message.ts';

/** The frame of every page; `tools` stands beside the name of the inbox. */
export function page({ title, body, tools }: { title: string; body: Html; tools?: Html }): Html {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title}</title>
  <link rel="icon" href="/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/inbox.css">
</head>
<body>
  <a class="skip" href="#main">Skip to the content</a>
  <header class="top">
    <a class="brand" href="/"><img src="/icon.svg" width="28" height="28" alt="">Dev inbox</a>
    ${tools}
  </header>
  <main id="main">${body}</main>
</body>
</html>`;
}

/** The time in words, with the exact one in `title`. */
export function time(iso: string, now: Date): Html {
  const date = new Date(iso);
  const exact = `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return html`<time datetime="${iso}" title="${exact}">${relativeTime(date, now)}</time>`;
}

/** A person's name, or the address when there is none; isolated, so that right-to-left text stays in its place. */
export function person({ name, address }: Mailbox): Html {
  return html`<bdi>${name || address}</bdi>`;
}

/** Bytes as a person says them, such as `12 kB`. */
export function bytes(count: number): string {
  const units = ['byte', 'kilobyte', 'megabyte'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(count, 1)) / 3));
  const format = { style: 'unit', unit: units[power], unitDisplay: power === 0 ? 'long' : 'short' } as const;
  return new Intl.NumberFormat('en', { ...format, maximumFractionDigits: power === 2 ? 1 : 0 }).format(
    count / 1000 ** power,
  );
}

function relativeTime(date: Date, now: Date): string {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const size = Math.abs(seconds);
  if (size < 10) return 'just now';
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  if (size < 60) return format.format(seconds, 'second');
  if (size < 3600) return format.format(Math.round(seconds / 60), 'minute');
  if (size < 86_400) return format.format(Math.round(seconds / 3600), 'hour');
  if (size < 14 * 86_400) return format.format(Math.round(seconds / 86_400), 'day');
  return date.toISOString().slice(0, 10);
}
