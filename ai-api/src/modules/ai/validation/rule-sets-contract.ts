import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { flag, listOf, MAX_INTEGER, page, prose } from '../../../contract/schemas.ts';
import { examples, rules, scoring } from './rule/schema.ts';
import {
  ruleSetName,
  ruleSetVersionSummary,
  ruleSetVersionView,
  ruleSetView,
  versionNumber,
} from './schema.ts';
import { VERDICTS } from './vocabulary.ts';

const readers = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const writers = ['admin', 'executive'] as const;
const name = ruleSetName.describe('Name of the rule set');

const definition = {
  rules: rules.describe('What a text is held against; the types are described in the documentation'),
  scoring: scoring.prefault({}).describe('From which score a text passes, and names for scores'),
  examples: examples
    .default([])
    .describe('Texts whose verdict is known; at least one that passes and one that fails before publishing'),
  keepTexts: z
    .boolean()
    .default(true)
    .describe('false: the history keeps no texts, and nothing can be replayed'),
};
const comment = prose(3, 500).describe('What changed and why');
const hints = { description: { multiline: true }, comment: { multiline: true } } as const;

const checked = z
  .object({
    valid: z.boolean(),
    faults: z.array(z.object({ field: z.string(), message: z.string() })),
    examples: z.array(
      z.object({
        index: z.number().int(),
        passes: z.boolean().describe('What the example says'),
        status: z.enum(VERDICTS).describe('What the rules say'),
        agrees: z.boolean(),
        feedback: z.string(),
      }),
    ),
  })
  .meta({ id: 'ValidationCheck' });

const replayed = z
  .object({
    name: z.string(),
    version: z.number().int(),
    texts: z.number().int().describe('Past texts that were judged again'),
    changed: z.number().int(),
    moves: z.array(z.object({ from: z.enum(VERDICTS), to: z.enum(VERDICTS), count: z.number().int() })),
    examples: z
      .array(
        z.object({
          resultId: z.uuid(),
          text: z.string().describe('The beginning of it'),
          before: z.enum(VERDICTS),
          after: z.enum(VERDICTS),
          rules: z.array(z.string()).describe('Rules that it fails now'),
        }),
      )
      .describe('Changed ones, 50 at most'),
  })
  .meta({ id: 'ValidationReplay' });

const thresholds = z.object({
  version: z.number().int().describe('0: those of the scoring model'),
  yesAt: z.number(),
  noAt: z.number(),
  slope: z.number(),
  intercept: z.number(),
});
const curve = z.object({ slope: z.number(), intercept: z.number(), yesAt: z.number(), noAt: z.number() });

export const ruleSets = resource({
  id: 'validationRuleSet',
  name: 'Validation Rule Set',
  description: 'Rules that texts are held against before people rely on them, by version, with examples.',
  locate: { operation: 'list', id: 'name', shown: ['title', 'name'] },
  operations: {
    create: operation({
      method: 'POST',
      path: '/validation-rule-sets',
      summary: 'Create a rule set',
      description: 'Its first version is a draft: publish it before texts are judged by it.',
      access: writers,
      status: 201,
      input: z.object({
        name,
        title: prose(1, 200),
        description: z.string().trim().max(2_000).default(''),
        ...definition,
        comment: comment.default('First version'),
      }),
      output: ruleSetVersionView,
      errors: ['CONFLICT', 'VALIDATION_INVALID'],
      hints,
    }),
    list: operation({
      method: 'GET',
      path: '/validation-rule-sets',
      summary: 'List rule sets',
      access: readers,
      list: true,
      input: z.object({ archived: flag.default(false).describe('Archived ones instead'), ...page }),
      output: listOf(ruleSetView),
    }),
    get: operation({
      method: 'GET',
      path: '/validation-rule-sets/{name}',
      summary: 'Get a version of a rule set',
      access: readers,
      input: z.object({
        name,
        version: versionNumber.optional().describe('The newest when left out'),
      }),
      output: ruleSetVersionView,
      errors: ['NOT_FOUND'],
    }),
    listVersions: operation({
      method: 'GET',
      path: '/validation-rule-sets/{name}/versions',
      summary: 'List versions of a rule set, newest first',
      access: readers,
      list: true,
      input: z.object({ name, ...page }),
      output: listOf(ruleSetVersionSummary),
      errors: ['NOT_FOUND'],
    }),
    save: operation({
      method: 'POST',
      path: '/validation-rule-sets/{name}/versions',
      summary: 'Save a new version of a rule set',
      description: 'A draft: texts are judged by the published version until this one is published.',
      access: writers,
      status: 201,
      input: z.object({
        name,
        expectedVersion: z
          .number()
          .int()
          .min(1)
          .max(MAX_INTEGER)
          .describe('The newest version you saw; a newer one answers CONFLICT'),
        ...definition,
        comment,
      }),
      output: ruleSetVersionView,
      errors: ['NOT_FOUND', 'CONFLICT', 'VALIDATION_INVALID'],
      hints,
    }),
    check: operation({
      method: 'POST',
      path: '/validation-rule-sets/check',
      summary: 'Check rules and their examples without saving them',
      access: ['admin', 'executive', 'ops', 'reviewer'],
      input: z.object({ ...definition }),
      output: checked,
      repeatable: true,
    }),
    publish: operation({
      method: 'POST',
      path: '/validation-rule-sets/{name}/publish',
      summary: 'Publish a version of a rule set',
      description:
        'Texts are judged by it from then on; an earlier version may be published again. Refused when an example ' +
        'is judged otherwise than it says.',
      access: writers,
      input: z.object({ name, version: versionNumber }),
      output: ruleSetVersionView,
      errors: ['NOT_FOUND', 'CONFLICT', 'VALIDATION_INVALID'],
    }),
    replay: operation({
      method: 'POST',
      path: '/validation-rule-sets/{name}/replay',
      summary: 'Judge past texts by another version',
      description: 'A dry run: nothing is stored, and no model is asked; what one answered before is kept.',
      access: ['admin', 'executive', 'ops', 'reviewer'],
      input: z.object({
        name,
        version: versionNumber.optional().describe('The newest when left out'),
        limit: z.number().int().min(1).max(500).default(100).describe('Newest texts of the history'),
      }),
      output: replayed,
      errors: ['NOT_FOUND'],
      repeatable: true,
    }),
    calibration: operation({
      method: 'GET',
      path: '/validation-rule-sets/{name}/calibration',
      summary: 'Propose thresholds from what people decided',
      access: readers,
      input: z.object({
        name,
        maxError: z.coerce.number().min(0.001).max(0.5).default(0.05).describe('Share of wrong verdicts'),
      }),
      output: z
        .object({
          name: z.string(),
          inForce: thresholds,
          cases: z.number().int().describe('Verdicts that people confirmed or changed'),
          status: z.enum(['insufficient evidence', 'no threshold is good enough', 'proposed']),
          proposal: curve.nullable(),
        })
        .meta({ id: 'ValidationCalibration' }),
      errors: ['NOT_FOUND'],
    }),
    setThresholds: operation({
      method: 'PUT',
      path: '/validation-rule-sets/{name}/thresholds',
      summary: 'Put thresholds in force',
      access: writers,
      input: z.object({
        name,
        ...curve.shape,
        yesAt: z.number().gt(0.5).max(1).describe('Probability from which a text passes'),
        noAt: z.number().gt(0.5).max(1).describe('Probability of failing from which a text fails'),
        slope: z.number().positive().max(10),
        intercept: z.number().min(-1_000).max(1_000),
        expectedVersion: z.number().int().min(0).max(MAX_INTEGER),
        reason: prose(10, 2000, 'must give a reason of at least 10 characters'),
      }),
      output: thresholds.meta({ id: 'ValidationThresholds' }),
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    archive: operation({
      method: 'DELETE',
      path: '/validation-rule-sets/{name}',
      summary: 'Archive a rule set',
      description: 'It judges no more texts; its history is kept. Refused while something is bound to it.',
      access: writers,
      status: 204,
      input: z.object({ name }),
      output: z.void(),
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
  },
});
