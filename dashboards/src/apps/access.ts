import { clear, load, run } from '../build/actions.ts';
import { cardOf, pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown, input } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, html, text } from '../build/widgets.ts';

const keyId = '{{components.keysTable.selectedRow.keyId}}';

export const accessQueries: Query[] = [
  api.read('keys', 'apiKey.list', { options: { limit: '500' }, transform: 'keys' }),
  api.write('revokeKey', 'apiKey.revoke', {
    options: { keyId },
    confirm: 'Revoke this key? All requests that use it will be rejected.',
    done: 'The key is revoked.',
    next: [run('keys')],
  }),
  api.write('verifyAudit', 'audit.verify', { transform: 'verdict', done: 'The audit trail is verified.' }),
  api.read('retention', 'audit.getRetention', { transform: 'retention' }),
  api.write('saveRetention', 'audit.setRetention', {
    options: { years: '{{components.retentionYears.value}}' },
    confirm: 'Change how long personal data is kept in the audit trail? Older data is permanently erased.',
    done: 'Saved.',
    next: [clear('retentionYears'), run('retention')],
  }),
  api.read('dataRegion', 'tenant.getRegion', { transform: 'data-region' }),
  api.write('chooseRegion', 'tenant.chooseRegion', {
    options: {
      region: '{{components.regionChoice.value}}',
      storedElsewhere: "{{components.regionBefore.value === 'yes'}}",
      leaveInstallation: '{{components.regionChoice.value !== queries.dataRegion.data?.here}}',
    },
    confirm:
      'Choose this region? It is chosen once. If it is not the region of this installation, the company is refused here at once, and its data here is neither moved nor erased.',
    done: 'The region is chosen.',
    next: [clear('regionChoice'), clear('regionBefore'), run('dataRegion')],
  }),
];

const UNKNOWN = { title: 'Unknown', hint: 'The API did not return it. Press Refresh.' };

/** Keys and the trail, for administrators. Secrets are made and shown elsewhere, never in ToolJet. */
export const accessPage: Page = {
  handle: 'access',
  name: 'Access',
  icon: 'IconLock',
  allowed: ['ai-manager-admin'],
  onLoad: load('keys', 'retention', 'dataRegion'),
  rows: [
    ...pageHeader('access', 'Access', 'API keys, the audit trail and where data stays.', [
      'keys',
      'retention',
      'dataRegion',
    ]),
    section('keysTitle', 'API keys'),
    [
      cell(
        tableOf('keysTable', 'keys', {
          title: 'API keys',
          height: 360,
          perPage: 5,
          search: false,
          onRow: [],
          empty: { title: 'No keys', hint: 'Administrators create keys with the API: POST /api-keys.' },
          columns: [
            { key: 'name', title: 'Name', width: 190 },
            { key: 'state', title: 'State', width: 90, color: statusColor },
            { key: 'roles', title: 'Roles', width: 150 },
            { key: 'scopes', title: 'Scopes', width: 150 },
            { key: 'prefix', title: 'Prefix', width: 140 },
            { key: 'used', title: 'Last used', width: 210 },
            { key: 'expires', title: 'Expires', width: 200 },
          ],
        }),
      ),
    ],
    [
      cell(
        button('keysRevoke', 'Revoke', [run('revokeKey')], {
          kind: 'danger',
          busy: '{{queries.revokeKey.isLoading}}',
          disabled:
            "{{!components.keysTable.selectedRow || components.keysTable.selectedRow.state !== 'active'}}",
        }),
        1,
      ),
      cell(
        text(
          'keysHint',
          'Choose a key to revoke it. Create keys with the API, so that no secret passes through ToolJet.',
          { color: color.muted, height: 40, mobileHeight: 64 },
        ),
        4,
      ),
    ],
    section('auditVerifyTitle', 'Audit trail integrity'),
    [
      cell(
        button('auditVerify', 'Verify audit trail', [run('verifyAudit')], {
          busy: '{{queries.verifyAudit.isLoading}}',
        }),
        1,
      ),
      cell(
        html('auditVerdict', "{{queries.verifyAudit.data?.card ?? 'Not verified yet.'}}", {
          height: 120,
          mobileHeight: 240,
        }),
        3,
      ),
    ],
    section('retentionTitle', 'Retention of personal data in the audit trail'),
    [
      cell(cardOf('retentionCard', 'retention', { from: 'card', height: 104, empty: UNKNOWN }), 2),
      cell(input('retentionYears', { label: 'Years (1 to 100)', placeholder: '7' }), 1),
      cell(
        button('retentionSave', 'Save', [run('saveRetention')], {
          busy: '{{queries.saveRetention.isLoading}}',
          disabled: '{{!(Number(components.retentionYears.value) >= 1)}}',
        }),
        1,
      ),
    ],
    section('regionTitle', 'Data region'),
    [
      cell(cardOf('regionCard', 'dataRegion', { from: 'card', height: 120, empty: UNKNOWN }), 2),
      cell(
        tableOf('regionProviders', 'dataRegion', {
          title: 'Models and embeddings',
          rows: 'queries.dataRegion.data?.providers',
          height: 240,
          search: false,
          empty: UNKNOWN,
          columns: [
            { key: 'name', title: 'Provider', width: 240 },
            { key: 'purpose', title: 'For', width: 110 },
            { key: 'regions', title: 'Declared for', width: 180, wrap: true },
            { key: 'state', title: 'State', width: 110, color: statusColor },
          ],
        }),
        3,
      ),
    ],
    [
      cell(
        dropdown('regionChoice', {
          label: 'Region',
          placeholder: 'Choose',
          schema: '{{queries.dataRegion.data?.choices ?? []}}',
        }),
      ),
      cell(
        dropdown('regionBefore', {
          label: 'Was data stored in another region before?',
          placeholder: 'Choose',
          choices: [
            ['no', 'No'],
            ['yes', 'Yes'],
          ],
        }),
      ),
      cell(
        button('regionSave', 'Choose region', [run('chooseRegion')], {
          kind: 'danger',
          busy: '{{queries.chooseRegion.isLoading}}',
          disabled: '{{!components.regionChoice.value || !components.regionBefore.value}}',
        }),
      ),
    ],
  ],
};
