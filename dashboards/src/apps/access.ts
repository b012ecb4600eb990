import { clear, load, run } from '../build/actions.ts';
import { cardOf, pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { input } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, html, text } from '../build/widgets.ts';

const keyId = '{{components.keysTable.selectedRow.keyId}}';
const userId = '{{components.usersTable.selectedRow.userId}}';
const isDisabled = "components.usersTable.selectedRow?.status === 'disabled'";

export const accessQueries: Query[] = [
  api.read('keys', 'apiKey.list', { options: { limit: '500' }, transform: 'keys' }),
  api.write('revokeKey', 'apiKey.revoke', {
    options: { keyId },
    confirm: 'Revoke this key? All requests that use it will be rejected.',
    done: 'The key is revoked.',
    next: [run('keys')],
  }),
  api.read('users', 'user.list', { options: { limit: '500' }, transform: 'users' }),
  api.write('switchUser', 'user.update', {
    options: { userId, status: `{{${isDisabled} ? 'active' : 'disabled'}}` },
    confirm: 'Change whether this user can sign in? A disabled user is signed out everywhere.',
    done: 'The user is updated.',
    next: [run('users')],
  }),
  api.write('signOutUser', 'user.signOut', {
    options: { userId },
    confirm: 'Sign this user out on every device?',
    done: 'The user is signed out everywhere.',
    next: [run('users')],
  }),
  api.write('verifyAudit', 'audit.verify', { transform: 'verdict', done: 'The audit trail is verified.' }),
  api.read('retention', 'audit.getRetention', { transform: 'retention' }),
  api.write('saveRetention', 'audit.setRetention', {
    options: { years: '{{components.retentionYears.value}}' },
    confirm: 'Change how long personal data is kept in the audit trail? Older data is permanently erased.',
    done: 'Saved.',
    next: [clear('retentionYears'), run('retention')],
  }),
];

const UNKNOWN = { title: 'Unknown', hint: 'The API did not return it. Press Refresh.' };

/** Keys, people and the trail, for administrators. Secrets are made and shown elsewhere, never in ToolJet. */
export const accessPage: Page = {
  handle: 'access',
  name: 'Access',
  icon: 'IconLock',
  allowed: ['ai-manager-admin'],
  onLoad: load('keys', 'users', 'retention'),
  rows: [
    ...pageHeader('access', 'Access', 'API keys, users and the integrity of the audit trail.', [
      'keys',
      'users',
      'retention',
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
    section('usersTitle', 'Users'),
    [
      cell(
        tableOf('usersTable', 'users', {
          title: 'Users',
          height: 440,
          perPage: 6,
          onRow: [],
          empty: { title: 'No users', hint: 'Administrators invite users with the API: POST /users.' },
          columns: [
            { key: 'name', title: 'Name', width: 170 },
            { key: 'email', title: 'E-mail', width: 320 },
            { key: 'roles', title: 'Roles', width: 190 },
            { key: 'status', title: 'State', width: 85, color: statusColor },
            { key: 'ways', title: 'Signs in with', width: 145 },
            { key: 'seen', title: 'Last signed in', width: 220 },
          ],
        }),
      ),
    ],
    [
      cell(
        button('usersSwitch', `{{${isDisabled} ? 'Enable' : 'Disable'}}`, [run('switchUser')], {
          kind: 'danger',
          busy: '{{queries.switchUser.isLoading}}',
          disabled: '{{!components.usersTable.selectedRow?.userId}}',
        }),
      ),
      cell(
        button('usersSignOut', 'Sign out everywhere', [run('signOutUser')], {
          busy: '{{queries.signOutUser.isLoading}}',
          disabled: '{{!components.usersTable.selectedRow?.userId}}',
        }),
      ),
      cell(text('usersSpace', '', { height: 40, mobileHeight: 8 }), 2),
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
  ],
};
