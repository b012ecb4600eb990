import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { id, timestamp } from '../../../contract/schemas.ts';
import { TIERS } from '../../../contract/tiers.ts';
import { tenantSettings } from './schema.ts';

const region = z
  .string()
  .regex(/^[a-z0-9-]{1,40}$/, 'must be a region such as eu-central-1')
  .nullable();

const tenantView = z
  .object({
    tenantId: id,
    name: z.string(),
    tier: z.enum(TIERS).describe('Determines how many requests a minute each key may make'),
    dataRegion: region.describe('Where the data of the company has to stay; null when that was not declared'),
    installationRegion: region.describe(
      'Region in which the operator declares that this installation keeps its data; null when not declared',
    ),
    settings: tenantSettings,
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Tenant' });

const { timezone, models } = tenantSettings.shape;

export const tenant = resource({
  id: 'tenant',
  name: 'Tenant',
  description: 'The company that the credential belongs to.',
  operations: {
    get: operation({
      method: 'GET',
      path: '/tenant',
      summary: 'Get the company and its settings',
      access: ['admin', 'executive', 'ops'],
      input: z.object({}),
      output: tenantView,
      simplified: ['name', 'tier', 'dataRegion', 'settings'],
    }),
    update: operation({
      method: 'PATCH',
      path: '/tenant',
      summary: 'Change the settings of the company',
      description:
        'Changes the given fields only. A data region can be declared only where the installation ' +
        'says that it is in that region; from then on the installation does not start in another one.',
      access: ['admin'],
      input: z.object({
        timezone: timezone.unwrap().optional(),
        models: models.unwrap().optional(),
        dataRegion: region
          .optional()
          .describe('Where the data has to stay, such as eu-central-1; null removes the declaration'),
      }),
      output: tenantView,
      errors: ['CONFLICT'],
      hints: { timezone: { placeholder: 'Europe/Oslo' }, dataRegion: { placeholder: 'eu-central-1' } },
      simplified: ['name', 'tier', 'dataRegion', 'settings'],
    }),
  },
});

/** What this module offers. */
export const contract = { tenant };
