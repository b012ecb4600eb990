import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { flag, id, timestamp } from '../../../contract/schemas.ts';
import { TIERS } from '../../../contract/tiers.ts';
import { tenantSettings } from './schema.ts';

const region = z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be a region such as eu-west-1');
const readers = ['admin', 'executive', 'ops'] as const;

const dataRegion = region
  .nullable()
  .describe('Where the data of the company has to stay; null when that was not chosen');
const installationRegion = region
  .nullable()
  .describe(
    'Region in which the operator declares that this installation keeps its data; null when not declared',
  );

const tenantView = z
  .object({
    tenantId: id,
    name: z.string(),
    tier: z.enum(TIERS).describe('Determines how many requests a minute each key may make'),
    dataRegion,
    installationRegion,
    settings: tenantSettings,
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Tenant' });

const regionView = z
  .object({
    dataRegion,
    chosenAt: timestamp.nullable(),
    storedElsewhere: z
      .boolean()
      .nullable()
      .describe('What the administrator declared when they chose: data was stored in another region before'),
    installationRegion,
    isHere: z.boolean().describe('Whether this installation serves the company'),
    url: z
      .string()
      .nullable()
      .describe(
        'Where the company is served instead; null where it is served here, and where that is not known',
      ),
    choices: z
      .array(z.object({ region, url: z.string(), isHere: z.boolean() }))
      .describe('Regions that can be chosen, with the installation of each; none once a region is chosen'),
    providers: z
      .array(
        z.object({
          name: z.string(),
          purpose: z.enum(['model', 'embeddings']),
          regions: z
            .array(z.string())
            .nullable()
            .describe('Where it keeps what it is sent, as the operator declares; null when undeclared'),
          usable: z.boolean().describe('Whether it may be sent data of the company'),
        }),
      )
      .describe('Models and embeddings of the installation'),
  })
  .meta({ id: 'TenantRegion' });

const { timezone, models, answerWindowHours, contestDays, requireNotice } = tenantSettings.shape;

export const tenant = resource({
  id: 'tenant',
  name: 'Tenant',
  description: 'The company that the credential belongs to.',
  operations: {
    get: operation({
      method: 'GET',
      path: '/tenant',
      summary: 'Get the company and its settings',
      access: readers,
      input: z.object({}),
      output: tenantView,
      simplified: ['name', 'tier', 'dataRegion', 'settings'],
    }),
    update: operation({
      method: 'PATCH',
      path: '/tenant',
      summary: 'Change the settings of the company',
      description: 'Changes the given fields only.',
      access: ['admin'],
      input: z.object({
        timezone: timezone.unwrap().optional(),
        models: models.unwrap().optional(),
        answerWindowHours: answerWindowHours.unwrap().optional(),
        contestDays: contestDays.unwrap().optional(),
        requireNotice: requireNotice.unwrap().optional(),
      }),
      output: tenantView,
      hints: { timezone: { placeholder: 'Europe/Oslo' } },
      simplified: ['name', 'tier', 'dataRegion', 'settings'],
    }),
    getRegion: operation({
      method: 'GET',
      path: '/tenant/region',
      summary: 'Get where the data of the company stays',
      description:
        'Also answers at installations of other regions, which refuse everything else with WRONG_REGION.',
      access: readers,
      anyRegion: true,
      input: z.object({}),
      output: regionView,
      simplified: ['dataRegion', 'installationRegion', 'isHere', 'url'],
    }),
    chooseRegion: operation({
      method: 'POST',
      path: '/tenant/region',
      summary: 'Choose where the data of the company stays',
      description:
        'A region is chosen once. From then on installations of other regions refuse the company, and models and ' +
        'embeddings are used only where the operator declares them for the region. Data that was stored before is ' +
        'neither moved nor erased.',
      access: ['admin'],
      feature: 'residency',
      // The company may be refused as soon as it has chosen; a second choice is refused anyway.
      repeatable: true,
      input: z.object({
        region: region.describe('A region in which there is an installation'),
        storedElsewhere: flag.describe(
          'Whether data of the company was stored in another region before. Your declaration is recorded, not checked',
        ),
        leaveInstallation: flag
          .default(false)
          .describe(
            'Required for a region other than that of this installation, which then refuses the company at once',
          ),
      }),
      output: regionView,
      errors: ['CONFLICT'],
      hints: { region: { placeholder: 'eu-west-1' } },
      simplified: ['dataRegion', 'installationRegion', 'isHere', 'url'],
    }),
  },
});

/** What this module offers. */
export const contract = { tenant };
