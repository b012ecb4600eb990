import type { SaidClaim } from '../loopback-model.ts';

const DONE =
  /^(?:Reviewed|Wrote|Debugged|Interviewed|Prepared|Sketched|Walked|Read|Restored|Recorded|Visited|Answered)\b[^.]*/;
const MET = /^(?:Weekly planning|Safety training|Retrospective|Monthly call|First-aid)[^.]*/;
const TICKET = /\b[A-Z]{2,5}-\d+\b/g;
const LENGTH = /\bit took (half an hour|\d+(?:\.\d+)? hours?)/;
const REASON = /[^.]*\b(?:tracker|timer|phone|network|laptop|train)\b[^.]*/gi;

/**
 * Finds claims in the place of a model, by regular expressions over the words of this set alone. It sees the text, and
 * neither the records nor the labels. This is no model, and says nothing about how well one reads.
 */
export function findClaims(text: string): SaidClaim[] {
  const claims: SaidClaim[] = [];
  const say = (kind: string, quote: string | undefined, hours: number | null = null) => {
    const words = quote?.trim();
    if (words) claims.push({ kind, quote: words, date: null, from: null, until: null, hours });
  };
  say('activity', DONE.exec(text)?.[0]);
  say('meeting', MET.exec(text)?.[0]);
  for (const [ticket] of text.matchAll(TICKET)) say('ticket', ticket);
  const length = LENGTH.exec(text)?.[1];
  say('time', length, length === 'half an hour' ? 0.5 : Number.parseFloat(length ?? ''));
  for (const [reason] of text.matchAll(REASON)) if (!DONE.test(reason.trim())) say('reason', reason);
  return claims;
}
