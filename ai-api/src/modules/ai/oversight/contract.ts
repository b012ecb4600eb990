import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { listOf, page, reason, timestamp } from '../../../contract/schemas.ts';
import { GRADES } from '../../../judgement/grade.ts';
import { OVERSIGHT_MODES } from '../../../judgement/schema.ts';

const readers = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const setters = ['admin', 'executive', 'ops'] as const;

const kind = z.string().min(1).max(64).describe('Kind of judgement, for example approval');
const mode = z
  .enum(OVERSIGHT_MODES)
  .describe(
    'on: as far as the kind allows; propose: engines decide nothing; people: they do not even propose; stays as it is where it is left out',
  );
const gradeFloor = z
  .enum(GRADES)
  .exclude(['insufficient evidence'])
  .nullable()
  .describe('In kinds that grade: a grade below it is proposed to a person; null where every grade counts');
/** Forms offer the kinds that there are. */
const ofKind = { kind: { choices: { operation: 'oversight.list', value: 'kind' } } } as const;

const version = z
  .object({
    kind: z.string(),
    version: z.number().int().describe('0 where nothing was set'),
    mode,
    gradeFloor,
    reason: z.string().nullable(),
    setBy: z.string().nullable(),
    setAt: timestamp.nullable(),
  })
  .meta({ id: 'OversightVersion' });

const oversightView = version
  .extend({
    decides: z.object({ yes: z.string(), no: z.string() }).nullable().describe('Null in kinds that grade'),
    adverse: z.array(z.string()).describe('Outcomes that only a person decides, whatever the mode'),
  })
  .meta({ id: 'Oversight' });

export const oversight = resource({
  id: 'oversight',
  name: 'Oversight',
  description: 'How far engines may go in each kind of judgement: never further than the kind allows.',
  locate: { operation: 'list', id: 'kind', shown: ['kind', 'mode'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/oversight',
      summary: 'List the kinds of judgement with who decides',
      access: readers,
      list: true,
      input: z.object(page),
      output: listOf(oversightView),
    }),
    set: operation({
      method: 'PUT',
      path: '/oversight/{kind}',
      summary: 'Stop engines in a kind of judgement, or let them go on',
      description:
        'Once this returns, no worker stores what the mode does not allow, also of judgements that have begun. A key ' +
        'that acts for no person may only restrict; to let engines go on takes a person.',
      access: setters,
      decides: true,
      input: z.object({
        kind,
        mode: mode.optional(),
        gradeFloor: gradeFloor.optional(),
        reason,
      }),
      output: oversightView,
      errors: ['NOT_FOUND', 'PERSON_REQUIRED'],
      hints: { ...ofKind, reason: { multiline: true } },
    }),
    listVersions: operation({
      method: 'GET',
      path: '/oversight/{kind}/versions',
      summary: 'List what was set for a kind of judgement, newest first',
      access: readers,
      list: true,
      input: z.object({ kind, ...page }),
      output: listOf(version),
      errors: ['NOT_FOUND'],
      hints: ofKind,
    }),
  },
});

/** What this module offers. */
export const contract = { oversight };
