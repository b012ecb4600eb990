import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { id, listOf, page, timestamp } from '../../../contract/schemas.ts';

export const REPORT_KINDS = [
  'gdpr-events',
  'soc2-access-review',
  'soc2-events',
  'iso27001-access-review',
  'iso27001-events',
  'nis2-access-review',
  'nis2-events',
] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];
/** Those of earlier releases too, which privacy requests have taken the place of. */
const KEPT_KINDS = ['gdpr-access', 'gdpr-erasure', ...REPORT_KINDS] as const;

const digest = z.string().describe('SHA-256 in hex');
const givenDigest = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits');
const words = (max: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max)
    .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), 'must not have control characters');
const subject = words(200).meta({ example: 'builder:b-001' });
const instant = timestamp.refine((value) => {
  const year = new Date(value).getUTCFullYear();
  return year >= 1970 && year <= 9999;
}, 'must be between 1970 and 9999');

const span = {
  from: instant.optional().describe('Entries from this moment on'),
  to: instant.optional().describe('Entries before this moment'),
};

const entry = z
  .object({
    tenantId: id,
    seq: z.number().int().describe('Place in the chain, from 1 on without gaps'),
    occurredAt: timestamp,
    actor: z.object({
      keyId: id.nullable().describe('Null for the system itself'),
      name: z.string(),
      actingFor: z.string().nullable().describe('The person a service key acted for'),
    }),
    operation: z.string(),
    subject: z.string(),
    requestId: z.string().nullable(),
    payloadDigest: digest,
    previousHash: digest,
    hash: digest,
  })
  .meta({ id: 'AuditEntry' });

const detail = z.object({
  about: z.array(z.string()).describe('Erasing any of these subjects erases the content'),
  digest,
  content: z.record(z.string(), z.unknown()).nullable().describe('Null once it is erased'),
  erased: z
    .object({
      at: timestamp,
      reason: z.string(),
      entry: z.number().int().describe('Place of the entry that erased it'),
    })
    .nullable(),
});

const file = z.object({
  name: z.string(),
  contentType: z.string(),
  bytes: z.number().int(),
  sha256: digest,
  url: z.url().describe('Downloads the file until expiresAt'),
});

const kept = z
  .object({
    reportId: id,
    kind: z.enum(KEPT_KINDS),
    subject: z.string().nullable().describe('Whom it is about'),
    from: timestamp.nullable(),
    to: timestamp.nullable(),
    basis: z.string().describe('The standard or article that it is made for'),
    controls: z.array(z.string()).describe('Controls that it is evidence for'),
    covers: z.string(),
    notCovered: z.string(),
    fileCount: z.number().int(),
    madeBy: z.string(),
    madeAt: timestamp,
  })
  .meta({ id: 'KeptReport' });

const retention = z.object({
  years: z.number().int().describe('Personal data in the trail is erased when it is older'),
});

const readers = ['admin', 'executive'] as const;
/** Those who run the installation see who did what, without the personal data. */
const listers = [...readers, 'ops'] as const;
const admin = ['admin'] as const;

export const audit = resource({
  id: 'audit',
  name: 'Audit',
  description: 'Who changed what and when, in a chain that shows whether it was altered.',
  operations: {
    list: operation({
      method: 'GET',
      path: '/audit',
      summary: 'List the audit trail',
      description: 'Newest first, without the personal data of the entries.',
      access: listers,
      list: true,
      input: z.object({
        actor: words(200).optional().describe('Name or id of an API key, system, or the person acted for'),
        operationId: words(100).optional().describe('What was done').meta({ example: 'evaluation.override' }),
        subject: subject.optional().describe('What was written, or whom it was about, such as builder:b-001'),
        ...span,
        ...page,
      }),
      output: listOf(
        entry
          .extend({
            person: z
              .string()
              .nullable()
              .describe('Name of the person who acted, while they have an account'),
          })
          .meta({ id: 'ListedAuditEntry' }),
      ),
    }),
    get: operation({
      method: 'GET',
      path: '/audit/entries/{seq}',
      summary: 'Get an audit entry with its personal data',
      access: readers,
      reveals: {
        what: 'part of an entry in the audit trail',
        purpose: 'administration',
        of: [{ list: 'details', subject: 'about' }],
      },
      input: z.object({ seq: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
      output: entry.extend({ details: z.array(detail) }).meta({ id: 'AuditEntryDetail' }),
      errors: ['NOT_FOUND'],
    }),
    verify: operation({
      method: 'POST',
      path: '/audit/verify',
      summary: 'Verify the audit trail',
      description:
        'Walks the chain from its first entry and names the first link that is broken. With the place and ' +
        'hash of an entry that was written down earlier, it also proves that nothing up to there was rewritten.',
      access: admin,
      input: z.object({
        knownSeq: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
        knownHash: givenDigest.optional().describe('Hash of the entry at knownSeq'),
      }),
      output: z
        .object({
          intact: z.boolean(),
          checked: z.number().int().describe('Valid entries, from the first one on'),
          firstBroken: z.object({ seq: z.number().int(), reason: z.string() }).nullable(),
          head: z
            .object({ seq: z.number().int(), hash: digest })
            .describe('The last valid entry; store it elsewhere for a later check'),
        })
        .meta({ id: 'AuditVerdict' }),
    }),
    export: operation({
      method: 'POST',
      path: '/audit/export',
      summary: 'Export the audit trail',
      description:
        'Writes the entries as JSON Lines, and a manifest with counts and hashes, to the object store. The ' +
        'entries hold digests of personal data, not the data, so that an export can be kept after an erasure.',
      access: admin,
      status: 201,
      input: z.object(span),
      output: z
        .object({
          exportId: id,
          entries: z.number().int(),
          firstSeq: z.number().int().nullable(),
          lastSeq: z.number().int().nullable(),
          expiresAt: timestamp,
          data: file,
          manifest: file,
        })
        .meta({ id: 'AuditExport' }),
      files: ['data', 'manifest'],
    }),
    reports: operation({
      method: 'POST',
      path: '/audit/reports',
      summary: 'Make a compliance report',
      description:
        'Writes files that a person can hand over. Each says what it contains and what it does not.',
      access: admin,
      status: 201,
      input: z.object({
        kind: z.enum(REPORT_KINDS),
        ...span,
      }),
      output: z
        .object({
          reportId: id,
          kind: z.enum(REPORT_KINDS),
          expiresAt: timestamp,
          files: z.array(file),
        })
        .meta({ id: 'ComplianceReport' }),
      files: ['files'],
    }),
    listReports: operation({
      method: 'GET',
      path: '/audit/reports',
      summary: 'List compliance reports',
      description: 'Newest first, each with the controls that it is evidence for and what it does not cover.',
      access: admin,
      list: true,
      input: z.object({ kind: z.enum(REPORT_KINDS).optional(), ...page }),
      output: listOf(kept),
    }),
    getReport: operation({
      method: 'GET',
      path: '/audit/reports/{reportId}',
      summary: 'Get a compliance report with its files',
      description: 'The files are kept as they were made; the links are new.',
      access: admin,
      reveals: {
        what: 'compliance report',
        purpose: 'administration',
        of: [{ subject: 'subject', detail: 'kind' }],
      },
      input: z.object({ reportId: id }),
      output: kept.extend({ expiresAt: timestamp, files: z.array(file) }).meta({ id: 'KeptReportDetail' }),
      errors: ['NOT_FOUND'],
      files: ['files'],
    }),
    getRetention: operation({
      method: 'GET',
      path: '/audit/retention',
      summary: 'Get how long the trail keeps personal data',
      access: admin,
      input: z.object({}),
      output: retention,
    }),
    setRetention: operation({
      method: 'PUT',
      path: '/audit/retention',
      summary: 'Set how long the trail keeps personal data',
      description: 'A shorter period counts from the night after a dry run of it (`retention.dryRun`).',
      access: admin,
      input: z.object({ years: z.number().int().min(1).max(100).describe('Defaults to 7') }),
      output: retention,
    }),
  },
});

/** What this module offers. */
export const contract = { audit };
