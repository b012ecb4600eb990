import { z } from 'zod';
import { operation, ROLES, resource, STAFF } from '../../../contract/operation.ts';
import { flag, id, listOf, MAX_INTEGER, page, prose, reason, timestamp } from '../../../contract/schemas.ts';
import { fileName } from './schema.ts';
import { CATEGORIES, ORIGINS, UPLOADED } from './vocabulary.ts';

const STATES = ['receiving', 'scanning', 'ready', 'quarantined', 'rejected', 'scan_failed'] as const;
const ALL_CATEGORIES = [...UPLOADED, 'policy', 'attachment', 'report', 'export'] as const;

const uploaders = ['admin', 'executive', 'builder', 'ops', 'reviewer'] as const;
const operators = ['admin', 'ops'] as const;

const fileId = id.describe('The file');
const version = z.coerce.number().int().min(1).max(MAX_INTEGER);
const state = z.enum(STATES);
const scan = z
  .enum(['clean', 'infected', 'not scanned', 'made here'])
  .nullable()
  .describe('not scanned: no virus scanner is configured; made here: the system itself wrote the file');

const summary = {
  fileId: id,
  name: z.string(),
  category: z.enum(ALL_CATEGORIES),
  origin: z.enum(ORIGINS).describe('What it belongs to; upload: it was uploaded by itself'),
  version: z.number().int(),
  state,
  reason: z.string().nullable().describe('Why it is not ready, or that it was not scanned'),
  contentType: z.string(),
  bytes: z.number().int(),
};

const listed = z
  .object({
    ...summary,
    version: z.number().int().describe('The newest'),
    owner: z.string(),
    readyVersion: z.number().int().nullable().describe('The one that is downloaded'),
    scan,
    updatedAt: timestamp,
  })
  .meta({ id: 'StoredFile' });

const versionView = z
  .object({
    version: z.number().int(),
    state,
    reason: z.string().nullable(),
    scan,
    contentType: z.string(),
    bytes: z.number().int(),
    receivedBytes: z.number().int().describe('How much of it has arrived'),
    sha256: z.string().nullable(),
    comment: z.string().nullable(),
    restoredFrom: z.number().int().nullable(),
    uploadedBy: z.string(),
    uploadedAt: timestamp,
    releasedBy: z.string().nullable(),
    releaseReason: z.string().nullable(),
    scans: z.array(
      z.object({
        outcome: z.enum(['clean', 'infected', 'not scanned', 'refused', 'failed']),
        scanner: z.string().nullable(),
        finding: z.string().nullable(),
        at: timestamp,
      }),
    ),
  })
  .meta({ id: 'FileVersion' });

const permission = z
  .object({
    permissionId: id,
    kind: z.enum(['role', 'person', 'link']),
    role: z.enum(ROLES).nullable(),
    userId: id.nullable(),
    access: z.enum(['read', 'write']),
    expiresAt: timestamp.nullable(),
    downloads: z.number().int().describe('By this link'),
    grantedBy: z.string(),
    grantedAt: timestamp,
    url: z.string().nullable().describe('Of a new link; it is shown once'),
  })
  .meta({ id: 'FilePermission' });

const detail = listed
  .extend({
    access: z.enum(['look', 'read', 'write', 'own']).describe('What you may do with it'),
    versions: z.array(versionView).describe('Newest first'),
    permissions: z.array(permission),
  })
  .meta({ id: 'StoredFileDetail' });

const settings = z
  .object({
    quotaMb: z.number().describe('Room for all files together'),
    usedMb: z.number(),
    requireScan: z.boolean(),
    refusedDays: z.number().int(),
    scanner: z.enum(['clamd', 'none']),
    maxMb: z.number().describe('Largest file of this installation'),
    usage: z.array(
      z.object({ category: z.enum(ALL_CATEGORIES), versions: z.number().int(), mb: z.number() }),
    ),
  })
  .meta({ id: 'FileSettings' });

const uploadTypes = [...new Set(UPLOADED.flatMap((category) => CATEGORIES[category].types))];

export const file = resource({
  id: 'file',
  name: 'File',
  description: 'Files that are inspected before they can be downloaded: versions, sharing, quarantine.',
  locate: { operation: 'list', id: 'fileId', shown: ['name', 'state'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/files',
      summary: 'List files',
      description: 'Newest first: your own and those that are shared with you; all for admins and operators.',
      access: STAFF,
      own: 'anyone',
      list: true,
      input: z.object({
        search: prose(1, 200).optional().describe('Part of the name'),
        state: state.optional().describe('Of the newest version'),
        category: z.enum(ALL_CATEGORIES).optional(),
        origin: z.enum(ORIGINS).optional(),
        ...page,
      }),
      output: listOf(listed),
    }),
    upload: operation({
      method: 'POST',
      path: '/files',
      summary: 'Upload a file or its next version',
      description:
        'For files up to 10 MB; larger ones are uploaded in pieces at `/uploads` (tus). It is inspected in the ' +
        'background and cannot be downloaded before its state is ready.',
      access: uploaders,
      quota: { of: 'storage', by: 'handler' },
      own: 'anyone',
      status: 202,
      bodyLimit: '14mb',
      input: z.object({
        fileId: id.optional().describe('The file that gets a new version; a new file when left out'),
        name: fileName.describe('File name; an existing file keeps its own'),
        category: z.enum(UPLOADED).describe('What kinds of content are accepted, and how large'),
        contentType: z
          .string()
          .max(200)
          .refine((value) => uploadTypes.includes(value), `must be one of ${uploadTypes.join(', ')}`)
          .meta({ example: 'text/plain' }),
        base64: z.base64().min(1).max(14_000_000, 'must be at most 10 MB').describe('The file'),
        comment: prose(1, 500).optional().describe('What changed'),
      }),
      output: listed,
      errors: ['NOT_FOUND', 'BODY_TOO_LARGE', 'FILE_QUOTA_EXCEEDED', 'CONFLICT'],
      hints: {
        base64: { label: 'File', file: { name: 'name', contentType: 'contentType' } },
        fileId: { label: 'Existing file' },
      },
    }),
    get: operation({
      method: 'GET',
      path: '/files/{fileId}',
      summary: 'Get a file with its versions and permissions',
      access: STAFF,
      own: 'anyone',
      input: z.object({ fileId }),
      output: detail,
      errors: ['NOT_FOUND'],
    }),
    link: operation({
      method: 'POST',
      path: '/files/{fileId}/link',
      summary: 'Get a link that downloads a file',
      description:
        'For its holder, for 15 minutes at most. The version has to be ready, when the link is made and when it is used.',
      access: STAFF,
      own: 'anyone',
      reveals: { what: 'file', purpose: 'administration', of: 'handler' },
      input: z.object({
        fileId,
        version: version.optional().describe('Defaults to the newest that is ready'),
        seconds: z.number().int().min(10).max(900).default(900).describe('How long the link lasts'),
      }),
      output: z
        .object({
          file: z.object({ name: z.string(), contentType: z.string(), url: z.string() }),
          version: z.number().int(),
          bytes: z.number().int(),
          sha256: z.string().nullable(),
          scan,
          expiresAt: timestamp,
        })
        .meta({ id: 'FileLink' }),
      errors: ['NOT_FOUND', 'FILE_NOT_READY'],
      files: ['file'],
    }),
    restore: operation({
      method: 'POST',
      path: '/files/{fileId}/versions/{version}/restore',
      summary: 'Make an earlier version the newest again',
      description: 'A new version with the same content; nothing is overwritten.',
      access: uploaders,
      quota: { of: 'storage', by: 'handler' },
      own: 'anyone',
      input: z.object({ fileId, version, comment: prose(1, 500).optional() }),
      output: listed,
      errors: ['NOT_FOUND', 'FILE_NOT_READY', 'FILE_QUOTA_EXCEEDED', 'CONFLICT'],
    }),
    share: operation({
      method: 'POST',
      path: '/files/{fileId}/permissions',
      summary: 'Share a file',
      description:
        'With everyone of a role, with one person, or with everyone who has a link, until it expires.',
      access: uploaders,
      own: 'anyone',
      status: 201,
      input: z.object({
        fileId,
        kind: z.enum(['role', 'person', 'link']),
        role: z.enum(ROLES).optional().describe('For role'),
        userId: id.optional().describe('For person'),
        access: z.enum(['read', 'write']).default('read').describe('A link only lets people read'),
        expiresInHours: z.number().int().min(1).max(720).optional().describe('For link; defaults to 24'),
      }),
      output: permission,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    unshare: operation({
      method: 'DELETE',
      path: '/files/{fileId}/permissions/{permissionId}',
      summary: 'Stop sharing a file',
      access: uploaders,
      own: 'anyone',
      input: z.object({ fileId, permissionId: id }),
      output: z.object({ permissionId: id }),
      errors: ['NOT_FOUND'],
    }),
    delete: operation({
      method: 'DELETE',
      path: '/files/{fileId}',
      summary: 'Delete a file with all of its versions',
      access: uploaders,
      own: 'anyone',
      input: z.object({ fileId }),
      output: z.object({ fileId: id }),
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    held: operation({
      method: 'GET',
      path: '/files/held',
      summary: 'List versions that are held back',
      description: 'In quarantine, refused, or without a scan that succeeded; newest first.',
      access: operators,
      list: true,
      input: z.object({
        state: z.enum(['receiving', 'scanning', 'quarantined', 'rejected', 'scan_failed']).optional(),
        underWay: flag.optional().describe('Also those that arrive or are scanned'),
        ...page,
      }),
      output: listOf(
        z
          .object({
            ...summary,
            receivedBytes: z.number().int(),
            uploadedBy: z.string(),
            uploadedAt: timestamp,
          })
          .meta({ id: 'HeldFile' }),
      ),
    }),
    release: operation({
      method: 'POST',
      path: '/files/{fileId}/versions/{version}/release',
      summary: 'Release a version from quarantine',
      description:
        'By another person than the one who uploaded it, with a reason. It can be downloaded from then on.',
      access: operators,
      input: z.object({ fileId, version, reason }),
      output: listed,
      errors: ['NOT_FOUND', 'FILE_STATE', 'PERSON_NEEDED', 'SELF_APPROVAL'],
      hints: { reason: { multiline: true } },
    }),
    rescan: operation({
      method: 'POST',
      path: '/files/{fileId}/versions/{version}/rescan',
      summary: 'Inspect a version again',
      description: 'After a scan that failed, or with newer signatures. It cannot be downloaded meanwhile.',
      access: operators,
      status: 202,
      input: z.object({ fileId, version }),
      output: listed,
      errors: ['NOT_FOUND', 'FILE_STATE'],
    }),
    getSettings: operation({
      method: 'GET',
      path: '/files/settings',
      summary: 'Get the settings and the use of files',
      access: ['admin', 'executive', 'ops'],
      input: z.object({}),
      output: settings,
    }),
    setSettings: operation({
      method: 'PUT',
      path: '/files/settings',
      summary: 'Set how much room files have, and what is not accepted',
      access: ['admin'],
      input: z.object({
        quotaMb: z.number().int().min(1).max(100_000_000).optional(),
        requireScan: z.boolean().optional().describe('Hold back what no virus scanner has looked at'),
        refusedDays: z
          .number()
          .int()
          .min(1)
          .max(365)
          .optional()
          .describe('Days after which refused and quarantined content is deleted'),
      }),
      output: settings,
    }),
  },
});

/** What this module offers. */
export const contract = { file };
