import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { id, listOf, MAX_INTEGER, page, prose, reason, timestamp } from '../../../contract/schemas.ts';
import { ruleDefinition } from '../../../judgement/schema.ts';

const readers = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const writers = ['admin', 'executive'] as const;

const kind = z.string().min(1).max(64).describe('Kind of judgement, for example approval');
const key = ruleDefinition.shape.key.describe('Name of the rule, unique in its kind');
const namedKey = z.string().min(1).max(64).describe('Name of the rule');
const version = z.coerce.number().int().min(1).max(MAX_INTEGER);
const comment = prose(3, 500, 'must say what changed');
const definition = ruleDefinition.meta({ id: 'RuleDefinition' });
/** Forms offer the kinds that there are. */
const ofKind = { kind: { choices: { operation: 'rule.listKinds', value: 'kind' } } } as const;

const ruleView = z
  .object({
    kind: z.string(),
    ...definition.shape,
    version: z.number().int(),
    enabled: z.boolean(),
    effectiveFrom: timestamp.describe('Judgements that start from then on use it'),
    inForce: z.boolean().describe('Whether the next judgement uses this version'),
    comment: z.string().nullable(),
    changedBy: z.string(),
    changedAt: timestamp,
  })
  .meta({ id: 'Rule' });

const fault = z.object({
  field: z.enum(['when', 'message', 'criterion']),
  message: z.string(),
  start: z.number().int().describe('First character of what is wrong, from 0'),
  end: z.number().int(),
});

const decided = z.object({
  grade: z.string(),
  outcome: z.string().nullable(),
  proposed: z.string().nullable().describe('What the engine would decide, for a person to confirm'),
  incomplete: z.boolean().describe('It is handed back to its author'),
  score: z.number().nullable(),
  needsReview: z.boolean(),
});

const replay = z
  .object({
    kind: z.string(),
    judgements: z.number().int().describe('Past judgements that were judged again, newest first'),
    changed: z.number().int().describe('Of them, how many would come out differently'),
    moves: z
      .array(z.object({ from: z.string(), to: z.string(), count: z.number().int() }))
      .describe('From which outcome to which'),
    examples: z
      .array(
        z.object({
          judgementId: id,
          subjectId: z.string(),
          before: decided,
          after: decided,
          reasons: z.array(z.string()).describe('Of the criteria that came out differently'),
        }),
      )
      .describe('At most 50'),
  })
  .meta({ id: 'RuleReplay' });

const change = {
  kind,
  rule: definition.optional().describe('A rule as it would be: a new one, or one of the same key changed'),
  remove: key.optional().describe('Key of a rule that would be switched off'),
  yesAt: z
    .number()
    .min(0.5)
    .max(1)
    .optional()
    .describe('In kinds that decide: probability from which it says yes'),
  noAt: z
    .number()
    .min(0.5)
    .max(1)
    .optional()
    .describe('In kinds that decide: probability from which it says no'),
};

export const rule = resource({
  id: 'rule',
  name: 'Rule',
  description: 'What is decided without a model: rules by kind of judgement, by version.',
  locate: [
    { operation: 'listKinds', id: 'kind', shown: ['kind'] },
    { operation: 'list', id: 'key', shown: ['key', 'kind'] },
  ],
  operations: {
    listKinds: operation({
      method: 'GET',
      path: '/rules/kinds',
      summary: 'List the kinds of judgement with what their rules may speak about',
      description: 'Criteria, facts with types and examples, and functions: what a form for rules offers.',
      access: readers,
      list: true,
      input: z.object(page),
      output: listOf(
        z
          .object({
            kind: z.string(),
            decides: z.object({ yes: z.string(), no: z.string() }).nullable(),
            criteria: z.array(
              z.object({
                id: z.string(),
                title: z.string(),
                question: z.string(),
                weight: z.number(),
                hard: z.boolean().describe('Its failure decides alone'),
                reads: z.boolean().describe('What rules leave open, a model reads'),
              }),
            ),
            facts: z.array(
              z.object({
                path: z.string(),
                type: z.enum(['number', 'text', 'flag']),
                description: z.string(),
                example: z.union([z.string(), z.number(), z.boolean()]),
                untrusted: z.boolean().describe('People write it: no rule should trust it'),
              }),
            ),
            functions: z.array(z.object({ signature: z.string(), description: z.string() })),
          })
          .meta({ id: 'RuleKind' }),
      ),
    }),
    list: operation({
      method: 'GET',
      path: '/rules',
      summary: 'List the newest version of every rule',
      access: readers,
      list: true,
      input: z.object({
        kind: kind.optional(),
        search: z.string().max(100).optional().describe('Part of a key or a message'),
        ...page,
      }),
      output: listOf(ruleView),
      hints: ofKind,
    }),
    check: operation({
      method: 'POST',
      path: '/rules/check',
      summary: 'Check a rule without saving it',
      description: 'Tells what is wrong and at which character, or that it is fine.',
      access: readers,
      input: z.object({ kind, rule: definition }),
      output: z
        .object({ valid: z.boolean(), fault: fault.nullable(), reads: z.array(z.string()) })
        .meta({ id: 'RuleCheck' }),
      errors: ['NOT_FOUND'],
      hints: ofKind,
    }),
    replay: operation({
      method: 'POST',
      path: '/rules/replay',
      summary: 'Show which past judgements a change would have made different',
      description:
        'Judges past judgements again by the rules in force with the change, from the facts they were made of. ' +
        'What a model answered then is kept. Stores nothing.',
      access: readers,
      reveals: {
        what: 'judgement in a replay of rules',
        purpose: 'review',
        of: [{ list: 'examples', builder: 'subjectId', only: { field: 'kind', is: 'evaluation' } }],
      },
      input: z.object({ ...change, limit: z.number().int().min(1).max(1000).default(200) }),
      output: replay,
      errors: ['NOT_FOUND', 'RULE_INVALID'],
      hints: ofKind,
    }),
    save: operation({
      method: 'POST',
      path: '/rules',
      summary: 'Save a rule as its next version',
      description:
        'The next judgement uses it, or from when you say. Judgements and runs that have started keep what they ' +
        'started with.',
      access: writers,
      status: 201,
      input: z.object({
        kind,
        rule: definition,
        expectedVersion: z
          .number()
          .int()
          .min(0)
          .max(MAX_INTEGER)
          .describe('Newest version that you saw; 0 for a new rule'),
        enabled: z.boolean().default(true),
        effectiveFrom: timestamp.optional().describe('Defaults to now; not in the past'),
        comment,
      }),
      output: ruleView,
      errors: ['NOT_FOUND', 'RULE_INVALID', 'CONFLICT'],
      hints: ofKind,
    }),
    rollback: operation({
      method: 'POST',
      path: '/rules/rollback',
      summary: 'Save an earlier version of a rule as the newest',
      access: writers,
      status: 201,
      input: z.object({
        kind,
        key,
        version: version.describe('The version to go back to'),
        expectedVersion: z.number().int().min(1).max(MAX_INTEGER).describe('Newest version that you saw'),
        comment,
      }),
      output: ruleView,
      errors: ['NOT_FOUND', 'RULE_INVALID', 'CONFLICT'],
      hints: ofKind,
    }),
    get: operation({
      method: 'GET',
      path: '/rules/{kind}/{key}',
      summary: 'Get a rule',
      access: readers,
      input: z.object({
        kind,
        key: namedKey,
        version: version.optional().describe('Defaults to the newest'),
      }),
      output: ruleView,
      errors: ['NOT_FOUND'],
    }),
    listVersions: operation({
      method: 'GET',
      path: '/rules/{kind}/{key}/versions',
      summary: 'List the versions of a rule, newest first',
      access: readers,
      list: true,
      input: z.object({ kind, key: namedKey, ...page }),
      output: listOf(ruleView),
    }),
    diff: operation({
      method: 'GET',
      path: '/rules/{kind}/{key}/diff',
      summary: 'Compare two versions of a rule',
      access: readers,
      input: z.object({ kind, key: namedKey, from: version, to: version }),
      output: z
        .object({
          from: z.number().int(),
          to: z.number().int(),
          changes: z.array(z.object({ field: z.string(), before: z.string(), after: z.string() })),
        })
        .meta({ id: 'RuleDiff' }),
      errors: ['NOT_FOUND'],
    }),
  },
});

const thresholds = z.object({
  version: z.number().int().describe('0 is what the platform comes with: chosen, not measured'),
  yesAt: z.number(),
  noAt: z.number(),
  slope: z.number().describe('Of the logistic curve from score to probability'),
  intercept: z.number(),
});

export const calibration = resource({
  id: 'calibration',
  name: 'Calibration',
  description: 'When the engine is sure enough to decide alone, held against what people decided.',
  operations: {
    get: operation({
      method: 'GET',
      path: '/calibration/{kind}',
      summary: 'Propose thresholds from what people decided',
      description:
        'Fits a probability to the scores of judgements that people decided, and tells for every threshold how ' +
        'much would be decided alone and how often wrongly. Under 30 decided judgements there is no proposal. In a kind ' +
        'whose yes takes a proof, only what would be a no is counted, and `yesAt` stays.',
      access: readers,
      input: z.object({
        kind,
        maxError: z.coerce
          .number()
          .min(0.001)
          .max(0.5)
          .default(0.05)
          .describe('Share of wrong decisions that is acceptable'),
      }),
      output: z
        .object({
          kind: z.string(),
          inForce: thresholds,
          cases: z.number().int().describe('Judgements with a score that people decided'),
          status: z.enum(['insufficient evidence', 'proposed', 'no threshold is good enough']),
          proposal: thresholds.omit({ version: true }).nullable(),
          brier: z.object({ before: z.number().nullable(), after: z.number().nullable() }),
          curve: z.array(
            z.object({
              threshold: z.number(),
              coverage: z.number().describe('Share that would be decided alone'),
              error: z.number().nullable().describe('Share of those decided otherwise than by people'),
              errorUpper: z.number().nullable().describe('Upper end of its 95 % interval (Wilson)'),
            }),
          ),
          notes: z.array(z.string()),
        })
        .meta({ id: 'Calibration' }),
      errors: ['NOT_FOUND'],
      hints: ofKind,
    }),
    apply: operation({
      method: 'POST',
      path: '/calibration/{kind}',
      summary: 'Put thresholds in force',
      description:
        'By a person, with a reason. The next judgement uses them. In a kind whose yes takes a proof, `yesAt` must not be ' +
        'below the one that the kind comes with.',
      access: writers,
      status: 201,
      input: z.object({
        kind,
        yesAt: z.number().gt(0.5).max(1),
        noAt: z.number().gt(0.5).max(1),
        slope: z.number().positive().max(10).optional().describe('Defaults to the one in force'),
        intercept: z.number().min(-1000).max(1000).optional().describe('Defaults to the one in force'),
        expectedVersion: z.number().int().min(0).max(MAX_INTEGER).describe('Version in force that you saw'),
        reason,
      }),
      output: thresholds,
      errors: ['NOT_FOUND', 'CONFLICT'],
      hints: { ...ofKind, reason: { multiline: true } },
    }),
  },
});

/** What this module offers. */
export const contract = { rule, calibration };
