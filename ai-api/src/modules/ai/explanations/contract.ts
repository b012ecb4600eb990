import { z } from 'zod';
import { LANGUAGES } from '../../../contract/languages.ts';
import { operation, resource, STAFF } from '../../../contract/operation.ts';
import { id, timestamp } from '../../../contract/schemas.ts';
import { ENGINES, heldClaim, proposal, toMend, WORDINGS } from '../../../judgement/schema.ts';

const factValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const parts = z
  .object({
    rules: z.object({
      criteria: z.number().int().describe('Criteria that rules decided'),
      share: z.number().describe('Their share in the rubric by weight, 0 to 1'),
      versions: z.array(z.object({ key: z.string(), version: z.number().int() })),
    }),
    model: z
      .object({
        name: z.string(),
        prompt: z.object({ name: z.string(), version: z.number().int() }).nullable(),
        criteria: z
          .number()
          .int()
          .describe('Criteria that it read; 0 where it only found claims, or gave no usable answer'),
        share: z.number(),
        claims: z.number().int().describe('Claims that it found in a text, for rules to check'),
      })
      .nullable()
      .describe('Null where no model was asked'),
    person: z
      .object({ name: z.string(), reason: z.string(), at: timestamp })
      .nullable()
      .describe('Who decided; null where no person has'),
  })
  .describe('The part that rules, a model and a person had');

const element = z.object({
  criterionId: z.string(),
  title: z.string(),
  sentence: z.string(),
  wording: z
    .enum(WORDINGS)
    .describe('Whose words the sentence is in; those of the product are in the language of the reader'),
  speaks: z.enum(['for', 'against', 'open']).describe('For or against the person, or left open'),
  decidedBy: z.enum(ENGINES).nullable(),
  weight: z.number(),
});

const change = z.object({
  facts: z.array(z.object({ path: z.string(), name: z.string(), from: factValue, to: factValue })),
  outcome: z.string().describe('What the result would have been'),
  sentence: z.string(),
});

const explanationView = z
  .object({
    judgementId: id,
    kind: z.string(),
    language: z
      .enum(LANGUAGES)
      .describe(
        'Of the sentences here: that of the person’s notifications where there is a translation, else English. Rules that come with the product speak it too; what the company, a model or a person wrote is as they wrote it',
      ),
    result: z.string().describe('What was decided, graded or proposed, in words'),
    decidedBy: z.enum(ENGINES),
    proposal: proposal.nullable(),
    incomplete: z.array(toMend),
    parts,
    claims: z.array(heldClaim).describe('What a text claims, each held against the records'),
    elements: z.array(element).describe('What weighed most, first'),
    changes: z
      .array(change)
      .describe(
        'Smallest changes of facts that would have led the engine to something better: found by search over the rules of that time, and judged again before they are given',
      ),
    search: z.object({
      tried: z.array(z.string()).describe('Facts that the person could have changed, and rules read'),
      isComplete: z.boolean().describe('False when the search ended before everything was tried'),
      isReproduced: z
        .boolean()
        .describe('False where the rules no longer lead to what was stored: then no change is given'),
    }),
  })
  .meta({ id: 'Explanation' });

export const explanation = resource({
  id: 'explanation',
  name: 'Explanation',
  description: 'Why a judgement came out as it did, and what would have changed it.',
  operations: {
    get: operation({
      method: 'GET',
      path: '/judgements/{judgementId}/explanation',
      summary: 'Explain a judgement',
      description:
        'Of a decision of a person, the engine’s judgement before it is explained too. Builders read explanations of ' +
        'what concerns themselves.',
      access: STAFF,
      own: 'handler',
      reveals: { what: 'explanation of a judgement', purpose: 'review', of: 'handler' },
      input: z.object({ judgementId: id.describe('The judgement') }),
      output: explanationView,
      errors: ['NOT_FOUND'],
      simplified: ['result', 'elements', 'changes'],
    }),
    check: operation({
      method: 'GET',
      path: '/judgements/explanations/check',
      summary: 'Check explanations of judgements again',
      description:
        'Makes the explanations of stored judgements by engines again, newest first, and judges each change that the ' +
        'search finds once more. Go on with `next` as `before` to check all. It shows no personal data.',
      access: ['admin', 'executive', 'ops', 'readonly', 'council'],
      input: z.object({
        before: id.optional().describe('Only judgements before this one'),
        limit: z.coerce.number().int().min(1).max(200).default(100).describe('How many judgements'),
      }),
      output: z
        .object({
          explained: z.number().int().describe('Judgements that were explained'),
          reproduced: z
            .number()
            .int()
            .describe(
              'Of them, those that the rules of their time lead to again; for others no change is given',
            ),
          changes: z.number().int().describe('Changes that the search found'),
          untrue: z.number().int().describe('Of them, those that led elsewhere when they were judged again'),
          next: id.nullable().describe('The last judgement of these; null when there are no more'),
        })
        .meta({ id: 'ExplanationCheck' }),
    }),
  },
});

/** What this module offers. */
export const contract = { explanation };
