import { instant } from '../../../platform/text/instant.ts';
import type { DecisionRow } from './store.ts';

/** What the template `decision` is filled in with; `link` is one person's alone, and decides nothing by itself. */
export function emailData({ title, message, details, expires_at }: DecisionRow, link: string) {
  return {
    title,
    message,
    facts: details.map(([name, value]) => ({ name, value: String(value) })),
    link,
    until: instant(expires_at),
  };
}
