import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import type { Reveals } from '../../../contract/reveals.ts';
import { id, listOf, page, prose, reason, timestamp } from '../../../contract/schemas.ts';
import { ANALYTICS_BASES, myData } from './own-contract.ts';
import { retention } from './retention/contract.ts';

export const KINDS = ['export', 'erasure', 'objection', 'opt_out', 'company_export', 'correction'] as const;
export const PERSON_KINDS = ['export', 'erasure', 'objection', 'opt_out', 'correction'] as const;
export const BASES = ['gdpr', 'ccpa'] as const;
export const STATES = ['open', 'running', 'done', 'refused', 'failed', 'withdrawn'] as const;

const admin = ['admin'] as const;
const readers = ['admin', 'executive'] as const;

const subject = z
  .string()
  .max(320)
  .regex(
    /^(builder:[^\s:][^\p{Cc}]{0,199}|user:[0-9a-f-]{36}|email:[^\s@]{1,64}@[^\s@]{1,255}|phone:\+\d{6,15})$/u,
    'must be builder:<id>, user:<id>, email:<address> or phone:<number>',
  )
  .meta({ example: 'builder:b-001' });
const requestId = id.describe('Of a privacy request');

const counted = z.object({
  module: z.string(),
  table: z.string(),
  about: z.number().int().describe('Rows about the person'),
  mentions: z.number().int().describe('Rows that name the person in what they say'),
});

const requestView = z
  .object({
    requestId: id,
    kind: z.enum(KINDS),
    basis: z.enum(BASES),
    subject: z.string().describe('An e-mail address or a phone number is shown as a digest'),
    state: z.enum(STATES),
    reason: z.string(),
    verification: z.string(),
    requestedBy: z.string(),
    confirmedBy: z.string().nullable(),
    refusal: z.string().nullable(),
    answer: z.string().nullable().describe('Of a correction: what the person was answered'),
    error: z.string().nullable().describe('Why it failed; of an erasure, with the step'),
    dueAt: timestamp,
    isOverdue: z.boolean(),
    extendedAt: timestamp.nullable(),
    extensionReason: z.string().nullable(),
    createdAt: timestamp,
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'PrivacyRequest' });

const requestDetail = requestView
  .extend({
    file: z
      .object({
        name: z.string(),
        contentType: z.string(),
        bytes: z.number().int(),
        sha256: z.string(),
        url: z.url(),
      })
      .nullable()
      .describe('Of an export; the link lasts for an hour'),
    fileUntil: timestamp.nullable().describe('When the file is deleted'),
    found: z.array(counted).describe('What an erasure found before it began'),
    steps: z.array(
      z.object({
        step: z.string(),
        module: z.string(),
        counts: z.record(z.string(), z.number()),
        doneAt: timestamp,
      }),
    ),
    notReached: z.array(
      z.object({
        what: z.string(),
        why: z.string(),
        until: timestamp.nullable().describe('When it is gone by itself'),
      }),
    ),
  })
  .meta({ id: 'PrivacyRequestDetail' });

const ofRequest: Reveals = {
  what: 'privacy request',
  purpose: 'administration',
  of: [{ subject: 'subject', detail: 'kind' }],
};

export const privacyRequest = resource({
  id: 'privacyRequest',
  name: 'Privacy request',
  description:
    'What people ask about their data: an export, a correction, an erasure, an objection, an opt-out.',
  locate: { operation: 'list', id: 'requestId', shown: ['subject', 'kind', 'state'] },
  operations: {
    create: operation({
      method: 'POST',
      path: '/privacy/requests',
      summary: 'Record a privacy request',
      description:
        'An export starts at once; an objection and an opt-out are in force at once. An erasure waits for a second ' +
        'person, who looks at the preview and confirms. A correction waits for an answer. The deadline is a month (GDPR) or 45 days (CCPA).',
      access: admin,
      status: 201,
      reveals: { ...ofRequest, did: 'recorded a privacy request about you:', reason: 'reason' },
      input: z.object({
        kind: z.enum(PERSON_KINDS).meta({ example: 'export' }),
        subject: subject.describe('The person whom it is about'),
        basis: z.enum(BASES).default('gdpr'),
        reason: prose(3, 500)
          .describe(
            'Kept for good; must not hold personal data. Of a correction: what is wrong, and what is right',
          )
          .meta({ example: 'Letter 17' }),
        verification: prose(3, 300)
          .describe('How it was checked that the request is the person’s')
          .meta({ example: 'They asked from the address on file.' }),
      }),
      output: requestView,
      errors: ['NOT_FOUND', 'PERSON_REQUIRED', 'LEGAL_HOLD', 'CONFLICT'],
      hints: { reason: { multiline: true } },
    }),
    exportCompany: operation({
      method: 'POST',
      path: '/privacy/company-exports',
      summary: 'Export the data of the company',
      description:
        'Every table of the company as JSON lines in a ZIP file with a manifest of hashes. Left out: secrets, search ' +
        'indexes, files in the object store, and what workflows and their steps took and answered.',
      access: admin,
      status: 201,
      reveals: {
        what: 'data',
        did: 'exported the data of the whole company',
        purpose: 'export',
        of: 'company',
        reason: 'reason',
      },
      input: z.object({ reason: prose(3, 500).meta({ example: 'We move to another product.' }) }),
      output: requestView,
      errors: ['CONFLICT'],
    }),
    list: operation({
      method: 'GET',
      path: '/privacy/requests',
      summary: 'List privacy requests, newest first',
      access: readers,
      list: true,
      reveals: { ...ofRequest, of: [{ list: 'items', subject: 'subject', detail: 'kind' }] },
      input: z.object({
        state: z.enum(STATES).optional(),
        kind: z.enum(KINDS).optional(),
        ...page,
      }),
      output: listOf(requestView),
    }),
    get: operation({
      method: 'GET',
      path: '/privacy/requests/{requestId}',
      summary: 'Get a privacy request with what was done where',
      access: admin,
      reveals: { ...ofRequest, of: 'handler' },
      input: z.object({ requestId }),
      output: requestDetail,
      errors: ['NOT_FOUND'],
    }),
    preview: operation({
      method: 'GET',
      path: '/privacy/requests/{requestId}/preview',
      summary: 'Count what a request would reach, by module and table',
      access: admin,
      input: z.object({ requestId }),
      output: z
        .object({
          items: z.array(counted),
          about: z.number().int(),
          mentions: z.number().int(),
          holds: z.array(z.string()).describe('Reasons for which an erasure is refused now'),
        })
        .meta({ id: 'PrivacyPreview' }),
      errors: ['NOT_FOUND', 'PRIVACY_STATE'],
    }),
    confirm: operation({
      method: 'POST',
      path: '/privacy/requests/{requestId}/confirm',
      summary: 'Confirm an erasure as the second person',
      description:
        'Takes a person: neither the one who recorded the request, nor the one whom it is about, nor an API key by itself. It cannot be undone.',
      access: admin,
      status: 202,
      reveals: ofRequest,
      input: z.object({ requestId }),
      output: requestView,
      errors: ['NOT_FOUND', 'PRIVACY_STATE', 'SELF_APPROVAL', 'PERSON_REQUIRED', 'LEGAL_HOLD'],
    }),
    retry: operation({
      method: 'POST',
      path: '/privacy/requests/{requestId}/retry',
      summary: 'Continue a request that failed',
      description:
        'An erasure goes on with the step that failed; steps that are done stay done. An export begins again.',
      access: admin,
      status: 202,
      reveals: ofRequest,
      input: z.object({ requestId }),
      output: requestView,
      errors: ['NOT_FOUND', 'PRIVACY_STATE', 'LEGAL_HOLD'],
    }),
    answer: operation({
      method: 'POST',
      path: '/privacy/requests/{requestId}/answer',
      summary: 'Answer a correction',
      description: 'After the data was corrected where it is kept. The person reads the answer on My data.',
      access: admin,
      reveals: ofRequest,
      input: z.object({ requestId, answer: reason.describe('What was corrected, for the person') }),
      output: requestView,
      errors: ['NOT_FOUND', 'PRIVACY_STATE'],
      hints: { answer: { multiline: true } },
    }),
    refuse: operation({
      method: 'POST',
      path: '/privacy/requests/{requestId}/refuse',
      summary: 'Refuse a request',
      access: admin,
      reveals: ofRequest,
      input: z.object({
        requestId,
        reason: reason.describe('The answer to the person; it is kept permanently'),
      }),
      output: requestView,
      errors: ['NOT_FOUND', 'PRIVACY_STATE'],
      hints: { reason: { multiline: true } },
    }),
    withdraw: operation({
      method: 'POST',
      path: '/privacy/requests/{requestId}/withdraw',
      summary: 'Withdraw an objection or an opt-out',
      description:
        'From then on the person is treated as before; figures of teams of earlier days stay without them. Erasures and exports that are done cannot be withdrawn.',
      access: admin,
      reveals: ofRequest,
      input: z.object({ requestId, reason }),
      output: requestView,
      errors: ['NOT_FOUND', 'PRIVACY_STATE'],
      hints: { reason: { multiline: true } },
    }),
    extend: operation({
      method: 'POST',
      path: '/privacy/requests/{requestId}/extend',
      summary: 'Extend the deadline of a request, once',
      description:
        'By two months (GDPR) or 45 days (CCPA); the person has to get the reason within the first deadline.',
      access: admin,
      reveals: ofRequest,
      input: z.object({ requestId, reason }),
      output: requestView,
      errors: ['NOT_FOUND', 'PRIVACY_STATE'],
      hints: { reason: { multiline: true } },
    }),
  },
});

const holdView = z
  .object({
    holdId: id,
    subject: z.string().nullable().describe('Null for the whole company'),
    reason: z.string(),
    setBy: z.string(),
    createdAt: timestamp,
    releasedAt: timestamp.nullable(),
    releasedBy: z.string().nullable(),
    releaseReason: z.string().nullable(),
  })
  .meta({ id: 'LegalHold' });

export const legalHold = resource({
  id: 'legalHold',
  name: 'Legal hold',
  description:
    'While it lasts, an erasure of the person, or of anyone for a hold on the company, is refused, and retention ' +
    'deletes nothing of the company, of no kind.',
  locate: { operation: 'list', id: 'holdId', shown: ['subject', 'reason'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/privacy/holds',
      summary: 'List legal holds, newest first',
      access: readers,
      list: true,
      input: z.object(page),
      output: listOf(holdView),
    }),
    set: operation({
      method: 'POST',
      path: '/privacy/holds',
      summary: 'Set a legal hold',
      access: admin,
      status: 201,
      input: z.object({ subject: subject.optional().describe('Left out for the whole company'), reason }),
      output: holdView,
      hints: { reason: { multiline: true } },
    }),
    release: operation({
      method: 'POST',
      path: '/privacy/holds/{holdId}/release',
      summary: 'Release a legal hold',
      access: admin,
      input: z.object({ holdId: id, reason }),
      output: holdView,
      errors: ['NOT_FOUND', 'PERSON_REQUIRED'],
      hints: { reason: { multiline: true } },
    }),
  },
});

const basisView = z
  .object({
    basis: z.enum(ANALYTICS_BASES),
    since: timestamp.nullable().describe('Null where it was never changed'),
    setBy: z.string().nullable(),
    agreed: z.number().int().describe('People who agree now'),
  })
  .meta({ id: 'AnalyticsBasis' });

export const analyticsBasis = resource({
  id: 'analyticsBasis',
  name: 'Analytics Basis',
  description: 'Whether people count in analytics unless they object, or only while they agree.',
  operations: {
    get: operation({
      method: 'GET',
      path: '/privacy/analytics-basis',
      summary: 'Get on which basis people count in analytics',
      access: readers,
      input: z.object({}),
      output: basisView,
    }),
    set: operation({
      method: 'PUT',
      path: '/privacy/analytics-basis',
      summary: 'Set on which basis people count in analytics',
      description:
        'From today on. With `consent`, figures of today and of later days leave out everyone who does not agree at the time, ' +
        'also after the basis is changed back.',
      access: admin,
      input: z.object({ basis: z.enum(ANALYTICS_BASES).meta({ example: 'objection' }) }),
      output: basisView,
    }),
  },
});

export const disclosure = resource({
  id: 'disclosure',
  name: 'Disclosure',
  description: 'What personal data is kept, where it comes from, why, and with whom it is shared.',
  operations: {
    list: operation({
      method: 'GET',
      path: '/privacy/disclosure',
      summary: 'List what personal data is kept (CCPA, GDPR Article 15)',
      access: readers,
      list: true,
      input: z.object(page),
      output: listOf(
        z
          .object({
            module: z.string(),
            categories: z.array(z.string()),
            source: z.string(),
            purpose: z.string(),
            sharedWith: z.array(z.string()),
            tables: z.array(z.string()),
          })
          .meta({ id: 'Disclosure' }),
      ),
    }),
  },
});

/** What this module offers. */
export const contract = { myData, privacyRequest, legalHold, retention, analyticsBasis, disclosure };
