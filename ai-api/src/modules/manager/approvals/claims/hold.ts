import { z } from 'zod';
import type { Facts, Held, Records, Statement } from '../../../../judgement/index.ts';
import { claimFacts } from './claim-facts.ts';
import { type Finding, finding } from './finding.ts';
import { holdTimes } from './hold-times.ts';
import { recordsNamed } from './matching.ts';
import { type ClaimRecords, recordsSchema } from './records.ts';
import { freeHours, onDay } from './spans.ts';
import { type ClaimStatement, statement } from './statement.ts';
import { names } from './words.ts';

/**
 * Holds what a model found in a justification against the form, the time that was tracked and the company's own records.
 * Only a record of that day with the builder in it bears a claim out. What fits the form, or names what exists, proves
 * nothing: the writer of a text can write that too.
 */
export function holdClaims(
  statements: readonly Statement[],
  dropped: number,
  facts: Facts,
  given: Records,
): Held {
  const records = recordsSchema.parse(given);
  const claims = z.array(statement).parse(statements);
  const form = { day: String(facts.request?.day ?? ''), hours: Number(facts.request?.hours ?? 0) };
  const times = holdTimes(claims.filter(isTime), form, records);
  const findings = claims.map((one) => (isTime(one) ? (times.get(one) as Finding) : holdOne(one, records)));
  return {
    facts: claimFacts(claims, findings, dropped, form.hours, records),
    claims: findings.map(({ claim }) => claim),
  };
}

const isTime = ({ kind }: ClaimStatement) => kind === 'time';

function holdOne(claim: ClaimStatement, records: ClaimRecords): Finding {
  if (claim.kind === 'project') return holdProject(claim, records);
  if (claim.kind === 'colleague') return holdColleague(claim, records);
  if (claim.kind === 'reason') return finding(claim, 'unknown', null, 'No record can confirm it.');
  if (claim.kind === 'contradiction')
    return finding(claim, 'unknown', null, 'Read as a contradiction with the form; no record settles it.');
  return holdWork(claim, records);
}

/** An activity, a meeting, a ticket or a document: which of them a model called it decides nothing. */
function holdWork(claim: ClaimStatement, records: ClaimRecords): Finding {
  const named = recordsNamed(claim.quote, records.records);
  const own = named.filter(({ isOwn }) => isOwn);
  const thatDay = own.filter((record) => onDay(record, records));
  const free = thatDay.find((record) => freeHours(record, records) !== 0);
  if (free) return { ...finding(claim, 'supported', free, 'Recorded on that day.'), by: free };
  const [tracked] = thatDay;
  if (tracked)
    return {
      ...finding(
        claim,
        'contradicted',
        tracked,
        'It is recorded at a time that is tracked already, or not at the time of the form.',
      ),
      conflict: 'time',
    };
  const [other] = own;
  if (other && other.kind === 'meeting' && claim.kind === 'meeting')
    return { ...finding(claim, 'contradicted', other, 'It is recorded on another day.'), conflict: 'day' };
  if (other) return finding(claim, 'unknown', other, 'It is recorded on another day.');
  return finding(claim, 'unknown', null, 'No record of this builder names it.');
}

function holdProject(claim: ClaimStatement, { projects, projectId }: ClaimRecords): Finding {
  const named = projects.filter((one) => names(claim.quote, one.name) || names(claim.quote, one.projectId));
  const [first] = named;
  if (!first) return finding(claim, 'unknown', null, 'No project of that name is known.');
  if (named.some((one) => one.projectId === projectId))
    return finding(claim, 'fits', `project ${first.name}`, 'The form names it too.');
  if (projectId === null)
    return finding(claim, 'unknown', asNamed(claim, first), 'The form names no project.');
  return {
    ...finding(claim, 'contradicted', asNamed(claim, first), 'The form names another project.'),
    conflict: 'project',
  };
}

/** A project by what the text has of it, so that an id does not reveal the name. */
function asNamed({ quote }: ClaimStatement, { name, projectId }: ClaimRecords['projects'][number]): string {
  return `project ${names(quote, name) ? name : projectId}`;
}

function holdColleague(claim: ClaimStatement, { colleagues, projectId }: ClaimRecords): Finding {
  const found = colleagues.find(({ name }) => names(claim.quote, name));
  if (!found) return finding(claim, 'unknown', null, 'No colleague of that name is known.');
  const note = projectId !== null && found.isMember ? 'Works on that project.' : 'Works here.';
  return finding(claim, 'fits', found.name, note);
}
