import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import type { Reveals } from '../../../contract/reveals.ts';
import { id, listOf, MAX_INTEGER, page, timestamp } from '../../../contract/schemas.ts';

const READERS = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const EDITORS = ['admin', 'executive'] as const;

/** Names that the paths of this API take. */
const RESERVED = ['experiments', 'optimizations', 'optimize', 'settings'];
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower case words joined by hyphens')
  .refine((value) => !RESERVED.includes(value), 'is a reserved word')
  .describe('The prompt, for example evaluation');
const version = z.coerce.number().int().min(1).max(1_000_000);
const label = z
  .string()
  .regex(
    /^(production|staging|exp-[a-z0-9_.-]{1,32})$/,
    'must be production, staging or the label of an experiment such as exp-shorter',
  )
  .describe('production, staging or exp-…');
const seen = z
  .number()
  .int()
  .min(0)
  .max(1_000_000)
  .describe('The version that has the label now, as last read; 0 when none has it');
const variable = z.object({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'must be letters, digits and _'),
  description: z.string().max(300),
  value: z.string().max(2000).optional().describe('Fixed text; without it the platform fills it in'),
});

const labelled = z.object({
  label: z.string(),
  version: z.number().int(),
  movedBy: z.string(),
  movedAt: timestamp,
});
const promptView = z
  .object({
    name: z.string(),
    description: z.string(),
    supplied: z
      .array(z.string())
      .nullable()
      .describe('Variables that the platform fills in; null for a prompt that it does not use itself'),
    latestVersion: z.number().int(),
    labels: z.array(labelled),
    source: z.enum(['postgres', 'langfuse']).describe('Where the prompt is stored'),
    mirroredAt: timestamp.nullable().describe('When Langfuse was last read successfully'),
    mirrorError: z.string().nullable(),
    held: z
      .object({ version: z.number().int(), reason: z.string() })
      .nullable()
      .describe('A version that Langfuse labels production, but that may not serve yet'),
  })
  .meta({ id: 'Prompt' });

const checkFinding = z.object({
  severity: z.enum(['error', 'warning', 'info']),
  rule: z.enum(['variables', 'schema', 'replay', 'instructions']),
  message: z.string(),
});
const decided = z.object({
  grade: z.string(),
  outcome: z.string().nullable(),
  proposed: z.string().nullable().describe('What the engine would decide, for a person to confirm'),
  incomplete: z.boolean().describe('It is handed back to its author'),
  score: z.number().nullable(),
  needsReview: z.boolean(),
});
const replayedCase = z.object({
  judgementId: id,
  subjectId: z.string(),
  before: decided,
  after: decided.nullable(),
  changed: z.boolean(),
  failure: z.string().nullable(),
});
const replay = z.object({
  status: z.enum(['done', 'partial', 'not replayed']),
  reason: z.string().nullable().describe('Why not, or not all of it'),
  cases: z.number().int().describe('Past judgements that were looked at'),
  replayed: z.number().int(),
  changed: z.number().int().describe('Outcomes with another grade, or another need for review'),
  failed: z.number().int(),
  tokensIn: z.number().int(),
  tokensOut: z.number().int(),
  examples: z.array(replayedCase).describe('Changed and failed cases first, at most 50'),
});
export type Replay = z.infer<typeof replay>;
export type CheckFinding = z.infer<typeof checkFinding>;

const check = z
  .object({
    checkId: id,
    name: z.string(),
    version: z.number().int(),
    passed: z.boolean(),
    findings: z.array(checkFinding),
    replay,
    checkedBy: z.string(),
    checkedAt: timestamp,
  })
  .meta({ id: 'PromptCheck' });

const promptVersion = z
  .object({
    name: z.string(),
    version: z.number().int(),
    text: z.string(),
    variables: z.array(variable),
    config: z.record(z.string(), z.unknown()),
    commitMessage: z.string(),
    origin: z.enum(['seed', 'person', 'langfuse', 'optimizer']),
    createdBy: z.string(),
    createdAt: timestamp,
    labels: z.array(z.string()),
    check: check.nullable().describe('The newest check'),
    approvals: z.array(z.object({ approvedBy: z.string(), comment: z.string(), approvedAt: timestamp })),
    langfuseVersion: z.number().int().nullable(),
  })
  .meta({ id: 'PromptVersion' });

const labelMove = z
  .object({
    label: z.string(),
    from: z.number().int().nullable(),
    to: z.number().int().nullable().describe('Null when the label was taken away'),
    movedBy: z.string(),
    reason: z.string().nullable(),
    movedAt: timestamp,
  })
  .meta({ id: 'LabelMove' });

const settings = z
  .object({
    twoPersonRule: z
      .boolean()
      .describe(
        'Two people, its author and an approver, are required before a version is used. Keys do not count',
      ),
  })
  .meta({ id: 'PromptSettings' });

/** The judgement of a week has the builder as its subject. */
const examplesIn = (list: string): Reveals => ({
  what: 'judgement in the check of a prompt',
  purpose: 'review',
  of: [{ list, builder: 'subjectId', only: { field: 'name', is: 'evaluation' } }],
});

export const prompt = resource({
  id: 'prompt',
  name: 'Prompt',
  description: 'The prompts sent to models, by version: edit, check, approve, label, roll back.',
  locate: { operation: 'list', id: 'name', shown: ['name'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/prompts',
      summary: 'List the prompts',
      access: READERS,
      list: true,
      input: z.object(page),
      output: listOf(promptView),
    }),
    create: operation({
      method: 'POST',
      path: '/prompts',
      summary: 'Save a new version of a prompt',
      description:
        'Adds a version, or a prompt with its first version. It is not used until it has been checked and a label ' +
        'was moved to it. Where Langfuse keeps the prompts it is saved there first.',
      access: EDITORS,
      status: 201,
      reveals: examplesIn('check.replay.examples'),
      input: z.object({
        name,
        text: z.string().trim().min(1).max(32_000).describe('The prompt; {{name}} is a variable'),
        variables: z.array(variable).max(50).optional().describe('Defaults to those of the newest version'),
        config: z
          .record(z.string(), z.unknown())
          .optional()
          .describe('Defaults to that of the newest version'),
        description: z.string().trim().min(1).max(500).optional().describe('What the prompt is for'),
        commitMessage: z.string().trim().min(3).max(500).describe('What changed and why'),
        basedOn: z
          .number()
          .int()
          .min(0)
          .max(MAX_INTEGER)
          .optional()
          .describe('The newest version you saw; a newer one then answers CONFLICT'),
      }),
      output: promptVersion,
      errors: ['CONFLICT', 'SERVICE_UNAVAILABLE'],
      hints: { text: { multiline: true } },
      simplified: ['name', 'version', 'commitMessage', 'createdBy', 'createdAt'],
    }),
    getSettings: operation({
      method: 'GET',
      path: '/prompts/settings',
      summary: 'Get how prompts are released',
      access: READERS,
      input: z.object({}),
      output: settings,
    }),
    setSettings: operation({
      method: 'PUT',
      path: '/prompts/settings',
      summary: 'Set how prompts are released',
      access: ['admin'],
      input: settings.extend({}),
      output: settings,
    }),
    get: operation({
      method: 'GET',
      path: '/prompts/{name}',
      summary: 'Get one version of a prompt',
      description: 'By label (defaults to production; latest is the newest) or by number.',
      access: READERS,
      reveals: examplesIn('check.replay.examples'),
      input: z.object({
        name,
        version: version.optional().describe('A version by its number'),
        label: z.union([z.literal('latest'), label]).optional(),
      }),
      output: promptVersion,
      errors: ['NOT_FOUND'],
      simplified: ['name', 'version', 'text', 'labels', 'createdBy', 'createdAt'],
    }),
    listVersions: operation({
      method: 'GET',
      path: '/prompts/{name}/versions',
      summary: 'List the versions of a prompt, newest first',
      access: READERS,
      list: true,
      reveals: examplesIn('items.check.replay.examples'),
      input: z.object({ name, ...page }),
      output: listOf(promptVersion),
      errors: ['NOT_FOUND'],
    }),
    diff: operation({
      method: 'GET',
      path: '/prompts/{name}/diff',
      summary: 'Compare two versions of a prompt, line by line',
      access: READERS,
      input: z.object({ name, from: version, to: version }),
      output: z
        .object({
          name: z.string(),
          from: z.number().int(),
          to: z.number().int(),
          added: z.number().int().describe('Lines'),
          removed: z.number().int().describe('Lines'),
          lines: z.array(
            z.object({
              change: z.enum(['same', 'added', 'removed']),
              text: z.string(),
              fromLine: z.number().int().nullable(),
              toLine: z.number().int().nullable(),
            }),
          ),
          unified: z.string().describe('The same as a unified diff'),
          variables: z.object({
            added: z.array(z.string()),
            removed: z.array(z.string()),
            changed: z.array(z.string()),
          }),
          configChanged: z.boolean(),
        })
        .meta({ id: 'PromptDiff' }),
      errors: ['NOT_FOUND'],
      simplified: ['name', 'from', 'to', 'added', 'removed', 'unified'],
    }),
    check: operation({
      method: 'POST',
      path: '/prompts/{name}/versions/{version}/check',
      summary: 'Check a version before release',
      description:
        'Variables declared and used; then past judgements are judged again with this version, and the outcomes ' +
        'that would be others are counted. Without a model that part is not done, and the check says so.',
      access: EDITORS,
      reveals: examplesIn('replay.examples'),
      input: z.object({
        name,
        version,
        cases: z
          .number()
          .int()
          .min(0)
          .max(50)
          .default(10)
          .describe('Past judgements to replay; each one costs a call to the model'),
      }),
      output: check,
      errors: ['NOT_FOUND'],
      simplified: ['name', 'version', 'passed', 'findings'],
    }),
    approve: operation({
      method: 'POST',
      path: '/prompts/{name}/versions/{version}/approve',
      summary: 'Approve a version written by another person',
      access: EDITORS,
      reveals: examplesIn('check.replay.examples'),
      input: z.object({
        name,
        version,
        comment: z.string().trim().min(3).max(1000).describe('What you reviewed'),
      }),
      output: promptVersion,
      errors: ['NOT_FOUND', 'PROMPT_NOT_CHECKED', 'SELF_APPROVAL', 'PERSON_NEEDED'],
      hints: { comment: { multiline: true } },
      simplified: ['name', 'version', 'approvals'],
    }),
    setLabel: operation({
      method: 'PUT',
      path: '/prompts/{name}/labels/{label}',
      summary: 'Move a label to a version',
      description:
        'The label production and those of experiments take only a version that passed its check, and that a second ' +
        'person approved where the tenant demands it. The next evaluation uses it; a running one keeps the ' +
        'version it started with. Of two concurrent moves one wins; the other gets an error that names the winner.',
      access: EDITORS,
      input: z.object({
        name,
        label,
        version: z.number().int().min(1).max(1_000_000).describe('The version that gets the label'),
        seen,
        reason: z.string().trim().max(500).optional(),
      }),
      output: promptView,
      errors: [
        'NOT_FOUND',
        'LABEL_MOVED',
        'PROMPT_NOT_CHECKED',
        'PROMPT_NOT_APPROVED',
        'CONFLICT',
        'SERVICE_UNAVAILABLE',
      ],
      simplified: ['name', 'latestVersion', 'labels'],
    }),
    removeLabel: operation({
      method: 'DELETE',
      path: '/prompts/{name}/labels/{label}',
      summary: 'Remove a label',
      description: 'The label production cannot be removed.',
      access: EDITORS,
      status: 204,
      input: z.object({ name, label }),
      output: z.void(),
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    rollback: operation({
      method: 'POST',
      path: '/prompts/{name}/rollback',
      summary: 'Roll production back to an earlier version',
      description:
        'The version that had the label before the present one, or an earlier one by its number. It served ' +
        'before, so it is neither checked nor approved again. Stops a running experiment on the prompt.',
      access: EDITORS,
      input: z.object({
        name,
        seen,
        version: z
          .number()
          .int()
          .min(1)
          .max(MAX_INTEGER)
          .optional()
          .describe('An earlier version; defaults to the previous one'),
        reason: z.string().trim().min(3).max(500).describe('Why, for the record'),
      }),
      output: promptView,
      errors: ['NOT_FOUND', 'LABEL_MOVED', 'CONFLICT', 'SERVICE_UNAVAILABLE'],
      simplified: ['name', 'latestVersion', 'labels'],
    }),
    listMoves: operation({
      method: 'GET',
      path: '/prompts/{name}/moves',
      summary: 'List the movements of labels, newest first',
      access: READERS,
      list: true,
      input: z.object({ name, ...page }),
      output: listOf(labelMove),
      errors: ['NOT_FOUND'],
    }),
  },
});

/** What this module offers. */
export const contract = { prompt };
