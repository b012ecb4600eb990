import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { flag, id, listOf, MAX_INTEGER, page, prose, timestamp } from '../../../contract/schemas.ts';
import { MAX_SOURCE_CHARACTERS, templateName } from './schema.ts';

const readers = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const writers = ['admin', 'executive', 'ops'] as const;
const name = templateName.describe('Name of the template');
const version = z.coerce.number().int().min(1).max(MAX_INTEGER);
const comment = prose(3, 500).describe('What changed and why');

const fault = z.object({
  path: z.string().describe('Such as steps[1].input.email'),
  message: z.string(),
  line: z.number().int().nullable(),
  column: z.number().int().nullable(),
  start: z.number().int().nullable().describe('Characters of the expression that is meant'),
  end: z.number().int().nullable(),
});

const given = {
  source: z
    .string()
    .max(MAX_SOURCE_CHARACTERS)
    .optional()
    .describe('The template as JSON or YAML; its JSON Schema is at GET /api/v1/workflow-templates/schema'),
  definition: z.record(z.string(), z.unknown()).optional().describe('Or the same as an object'),
};
const hints = { source: { multiline: true }, comment: { multiline: true } } as const;

const templateView = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    runner: z.enum(['platform', 'n8n']),
    steps: z.number().int(),
    publishedVersion: z
      .number()
      .int()
      .nullable()
      .describe('What new instances run; null before it is published'),
    newestVersion: z.number().int(),
    archivedAt: timestamp.nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'WorkflowTemplate' });

const versionView = z
  .object({
    name: z.string(),
    version: z.number().int(),
    definition: z.record(z.string(), z.unknown()),
    comment: z.string(),
    createdBy: z.string(),
    createdAt: timestamp,
    publishedAt: timestamp.nullable(),
    publishedBy: z.string().nullable(),
    isPublished: z.boolean().describe('Whether new instances run this version'),
    approvals: z.array(z.object({ approvedBy: z.string(), comment: z.string(), approvedAt: timestamp })),
  })
  .meta({ id: 'WorkflowTemplateVersion' });

const settings = z
  .object({
    twoPersonRule: z
      .boolean()
      .describe(
        'Two people, its author and an approver, are required before a version is published. Keys do not count',
      ),
    keepDays: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .describe('Days after which an instance that has ended is removed. An incomplete rollback stays'),
  })
  .meta({ id: 'WorkflowSettings' });

const dryRun = z
  .object({
    name: z.string(),
    instances: z.number().int().describe('Stored instances that were walked through this version'),
    changed: z.number().int(),
    cases: z.array(
      z.object({
        instanceId: id.nullable().describe('Null for the input that was given'),
        before: z.string().nullable().describe('How the instance ended, or its state'),
        after: z.string(),
        added: z.array(z.string()).describe('Steps that this version would begin and the instance did not'),
        removed: z.array(z.string()).describe('Steps that the instance began and this version would not'),
        error: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'WorkflowDryRun' });

export const workflowTemplate = resource({
  id: 'workflowTemplate',
  name: 'Workflow Template',
  description: 'Processes of several steps, each an operation that exists, with what undoes it; by version.',
  locate: { operation: 'list', id: 'name', shown: ['title', 'name'] },
  operations: {
    schema: operation({
      method: 'GET',
      path: '/api/v1/workflow-templates/schema',
      summary: 'Get the JSON Schema of templates',
      description: 'For editors that complete and check JSON or YAML.',
      access: readers,
      input: z.object({}),
      output: z.record(z.string(), z.unknown()).meta({ id: 'JsonSchema' }),
      composable: false,
    }),
    getSettings: operation({
      method: 'GET',
      path: '/api/v1/workflow-templates/settings',
      summary: 'Get the settings of templates',
      access: readers,
      input: z.object({}),
      output: settings,
    }),
    setSettings: operation({
      method: 'PUT',
      path: '/api/v1/workflow-templates/settings',
      summary: 'Change the settings of templates',
      description: 'What is left out stays as it is.',
      access: ['admin', 'executive'],
      input: z.object({
        twoPersonRule: settings.shape.twoPersonRule.optional(),
        keepDays: settings.shape.keepDays.optional(),
      }),
      output: settings,
    }),
    check: operation({
      method: 'POST',
      path: '/api/v1/workflow-templates/check',
      summary: 'Check a template without saving it',
      description: 'Every fault with its place. Inputs are typed by the schemas of the operations.',
      access: readers,
      input: z.object(given),
      output: z.object({ valid: z.boolean(), faults: z.array(fault) }).meta({ id: 'WorkflowTemplateCheck' }),
      hints: { source: hints.source },
    }),
    dryRun: operation({
      method: 'POST',
      path: '/api/v1/workflow-templates/dry-run',
      summary: 'Walk stored instances through a template',
      description:
        'Takes what the steps of stored instances answered, and shows which steps this template would begin or ' +
        'leave out. Carries nothing out and stores nothing.',
      access: readers,
      input: z.object({
        ...given,
        name: name.optional().describe('Or a saved template'),
        version: version.optional().describe('Defaults to the newest'),
        instances: z.number().int().min(0).max(200).default(50).describe('How many of the newest instances'),
        input: z.record(z.string(), z.unknown()).optional().describe('One more case: an input'),
        outputs: z
          .record(z.string(), z.unknown())
          .default({})
          .describe('What steps answer in that case, by the id of the step'),
      }),
      output: dryRun,
      errors: ['NOT_FOUND', 'WORKFLOW_INVALID'],
      hints: { source: hints.source },
    }),
    evaluate: operation({
      method: 'POST',
      path: '/api/v1/workflow-templates/evaluate',
      summary: 'Evaluate expressions of a template',
      description: 'For templates that were exported to n8n: an expression means the same there as here.',
      access: readers,
      input: z.object({
        values: z
          .record(z.string().max(100), z.string().max(2_000))
          .describe('Expressions by name, such as {"late": "input.hours > 8.0"}'),
        input: z.record(z.string(), z.unknown()).default({}).describe('The input of the workflow'),
        outputs: z.record(z.string(), z.unknown()).default({}).describe('What steps answered, by their id'),
        item: z.unknown().optional().describe('In a loop: the item'),
      }),
      output: z.object({ values: z.record(z.string(), z.unknown()) }).meta({ id: 'EvaluatedExpressions' }),
    }),
    list: operation({
      method: 'GET',
      path: '/api/v1/workflow-templates',
      summary: 'List templates',
      access: readers,
      list: true,
      input: z.object({ archived: flag.default(false).describe('Archived ones instead'), ...page }),
      output: listOf(templateView),
    }),
    save: operation({
      method: 'POST',
      path: '/api/v1/workflow-templates',
      summary: 'Save a template as its next version',
      description:
        'New instances run a version once it is published; instances that have started stay on theirs.',
      access: writers,
      feature: 'workflows',
      status: 201,
      input: z.object({
        ...given,
        expectedVersion: z
          .number()
          .int()
          .min(0)
          .max(MAX_INTEGER)
          .describe('Newest version that you saw; 0 for a new template'),
        comment,
      }),
      output: versionView,
      errors: ['WORKFLOW_INVALID', 'CONFLICT'],
      hints,
      simplified: ['name', 'version', 'comment'],
    }),
    get: operation({
      method: 'GET',
      path: '/api/v1/workflow-templates/{name}',
      summary: 'Get a template',
      access: readers,
      input: z.object({ name, version: version.optional().describe('Defaults to the newest') }),
      output: versionView,
      errors: ['NOT_FOUND'],
    }),
    listVersions: operation({
      method: 'GET',
      path: '/api/v1/workflow-templates/{name}/versions',
      summary: 'List the versions of a template, newest first',
      access: readers,
      list: true,
      input: z.object({ name, ...page }),
      output: listOf(versionView),
    }),
    approve: operation({
      method: 'POST',
      path: '/api/v1/workflow-templates/{name}/versions/{version}/approve',
      summary: 'Approve a version of a template',
      description: 'As a person other than its author.',
      access: ['admin', 'executive'],
      input: z.object({ name, version, comment }),
      output: versionView,
      errors: ['NOT_FOUND', 'SELF_APPROVAL', 'PERSON_NEEDED', 'WORKFLOW_INVALID'],
      hints: { comment: hints.comment },
      simplified: ['name', 'version', 'approvals'],
    }),
    publish: operation({
      method: 'POST',
      path: '/api/v1/workflow-templates/{name}/versions/{version}/publish',
      summary: 'Publish a version of a template',
      description:
        'It is checked again. An earlier version can be published again, which takes a change back.',
      access: ['admin', 'executive'],
      feature: 'workflows',
      input: z.object({
        name,
        version,
        seen: z.number().int().min(0).max(MAX_INTEGER).describe('Published version that you saw; 0 for none'),
      }),
      output: versionView,
      errors: ['NOT_FOUND', 'CONFLICT', 'WORKFLOW_INVALID', 'WORKFLOW_NOT_APPROVED'],
      simplified: ['name', 'version', 'isPublished'],
    }),
    archive: operation({
      method: 'DELETE',
      path: '/api/v1/workflow-templates/{name}',
      summary: 'Archive a template',
      description: 'It starts no new instances; running ones go on.',
      access: ['admin', 'executive'],
      status: 204,
      input: z.object({ name }),
      output: z.void(),
      errors: ['NOT_FOUND'],
    }),
    exportN8n: operation({
      method: 'GET',
      path: '/api/v1/workflow-templates/{name}/n8n',
      summary: 'Export a template as an n8n workflow',
      description:
        'One way: a workflow of AI Manager nodes to import into n8n. Compensation is not exported; with the runner ' +
        'n8n its steps report to this API, which compensates.',
      access: readers,
      input: z.object({ name, version: version.optional().describe('Defaults to the published one') }),
      output: z
        .object({
          workflow: z.record(z.string(), z.unknown()).describe('Import it into n8n'),
          notes: z.array(z.string()).describe('What the workflow does otherwise than the template'),
        })
        .meta({ id: 'N8nExport' }),
      errors: ['NOT_FOUND'],
      composable: false,
    }),
  },
});

/** What this module offers. */
export const contract = { workflowTemplate };
