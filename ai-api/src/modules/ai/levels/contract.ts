import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { id, listOf, MAX_INTEGER, page, reason, timestamp } from '../../../contract/schemas.ts';

const readers = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const writers = ['admin', 'executive'] as const;

const kind = z.string().min(1).max(64).describe('Kind of judgement, for example approval');
const confidence = z
  .number()
  .min(0.8)
  .max(0.99)
  .describe('How sure the company wants to be, for example 0.95');
const agreement = z
  .number()
  .min(0.5)
  .max(0.99)
  .describe('Share of what is granted alone that its people would grant too, for example 0.9');
const expectedVersion = z.number().int().min(0).max(MAX_INTEGER).describe('Version that you saw');
const seen = { kind, expectedVersion, reason };
const hints = { reason: { multiline: true } } as const;
const STATES = ['unset', 'none', 'shadow', 'on', 'withdrawn'] as const;

const version = z
  .object({
    kind: z.string(),
    version: z.number().int().describe('0 where no level is named'),
    state: z
      .enum(STATES)
      .describe(
        'none: no threshold keeps it; shadow: recorded beside what people do; on: it decides; withdrawn: people or a change broke it',
      ),
    confidence: z.number().nullable(),
    agreement: z.number().nullable(),
    score: z.number().nullable().describe('Granted alone from this score (0 to 100) on'),
    since: timestamp.nullable().describe('When the state began'),
    reason: z.string().nullable(),
    setBy: z.string().nullable(),
    setAt: timestamp.nullable(),
  })
  .meta({ id: 'LevelVersion' });

const curve = z.array(
  z.object({
    score: z.number(),
    probability: z.number().describe('The same as a probability, by the curve in force'),
    coverage: z.number().describe('Share of all judgements that would be granted alone'),
    cases: z.number().int().describe('Of them, those that people decided'),
    agreed: z.number().int().describe('And granted, as they were asked for'),
    agreement: z.number().nullable(),
    agreementAtLeast: z.number().nullable().describe('Lower bound at the confidence (Clopper–Pearson)'),
    kept: z.boolean().nullable().describe('Null where it was not tested'),
  }),
);

const levelView = version
  .extend({
    decidesNow: z.boolean().describe('It is on, and nothing has changed since it was measured'),
    changed: z.array(z.string()).describe('What changed since it was measured'),
    bare: z
      .object({ version: z.number().int(), yesAt: z.number() })
      .describe('The threshold that counts while no level does'),
    fit: z.object({
      confidence: z.number(),
      agreement: z.number(),
      score: z.number().nullable().describe('The lowest threshold that keeps it on the cases of now'),
      judged: z
        .number()
        .int()
        .describe('Judgements, of the newest 5,000, that come from the rules, prompt and settings of now'),
      cases: z.number().int().describe('Of them, those that people decided and a threshold could grant'),
      casesNeeded: z.number().int().describe('Cases at the strictest threshold before anything is tested'),
      curve,
    }),
    beside: z
      .object({
        since: timestamp,
        judged: z.number().int(),
        wouldGrant: z.number().int().describe('Reach the threshold of the level'),
        granted: z.number().int().describe('Of them, granted alone'),
        agreed: z.number().int(),
        disagreed: z.number().int(),
        undecided: z.number().int(),
      })
      .nullable()
      .describe('What would have been granted alone since the state began, beside what people did'),
    notes: z.array(z.string()),
  })
  .meta({ id: 'Level' });

export const level = resource({
  id: 'level',
  name: 'Level',
  description: 'How sure a company wants to be of what is granted alone, in the place of a bare threshold.',
  operations: {
    get: operation({
      method: 'GET',
      path: '/levels/{kind}',
      summary: 'Get the level of a kind with its curve',
      description:
        'With confidence and agreement the curve is that of a level that is only tried; nothing is saved.',
      access: readers,
      input: z.object({
        kind,
        confidence: z.coerce.number().pipe(confidence).optional(),
        agreement: z.coerce.number().pipe(agreement).optional(),
      }),
      output: levelView,
      errors: ['NOT_FOUND'],
    }),
    set: operation({
      method: 'PUT',
      path: '/levels/{kind}',
      summary: 'Name the level of a kind',
      description:
        'Decides nothing yet: as soon as a threshold keeps the level, what it would grant is recorded beside what people ' +
        'do, until a person switches it on. A level that was on has to be switched on again.',
      access: writers,
      input: z.object({ kind, confidence, agreement, expectedVersion, reason }),
      output: levelView,
      errors: ['NOT_FOUND', 'CONFLICT', 'PERSON_REQUIRED'],
      hints,
    }),
    refit: operation({
      method: 'POST',
      path: '/levels/{kind}/refit',
      summary: 'Fit the level of a kind to the decisions of now',
      description: 'As every night. A level that is on keeps its threshold or is withdrawn.',
      access: writers,
      input: z.object({ kind }),
      output: levelView,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    switchOn: operation({
      method: 'POST',
      path: '/levels/{kind}/switch-on',
      summary: 'Let the level decide what is granted alone',
      description: 'By a person. The threshold is the one that keeps the level on the cases of now.',
      access: writers,
      decides: true,
      input: z.object(seen),
      output: levelView,
      errors: ['NOT_FOUND', 'CONFLICT', 'LEVEL_STATE', 'PERSON_REQUIRED'],
      hints,
    }),
    switchOff: operation({
      method: 'POST',
      path: '/levels/{kind}/switch-off',
      summary: 'Let the thresholds decide again',
      description: 'The level goes on in shadow.',
      access: [...writers, 'ops'],
      input: z.object(seen),
      output: levelView,
      errors: ['NOT_FOUND', 'CONFLICT', 'LEVEL_STATE'],
      hints,
    }),
    listVersions: operation({
      method: 'GET',
      path: '/levels/{kind}/versions',
      summary: 'List what became of the level of a kind, newest first',
      access: readers,
      list: true,
      input: z.object({ kind, ...page }),
      output: listOf(version),
      errors: ['NOT_FOUND'],
    }),
    listCases: operation({
      method: 'GET',
      path: '/levels/{kind}/cases',
      summary: 'List what the level would grant alone, beside what people did',
      description: 'Newest first; judgements that come from the rules, prompt and settings of now.',
      access: readers,
      list: true,
      input: z.object({ kind, ...page }),
      output: listOf(
        z
          .object({
            judgementId: id,
            subjectId: z.string(),
            judgedAt: timestamp,
            score: z.number().describe('Granted alone at every threshold up to it'),
            granted: z.boolean().describe('It was granted alone'),
            people: z.enum(['agreed', 'disagreed']).nullable().describe('Null while people have not decided'),
          })
          .meta({ id: 'LevelCase' }),
      ),
      errors: ['NOT_FOUND'],
    }),
  },
});

/** What this module offers. */
export const contract = { level };
