import { resources } from '@ai-manager/api/catalogue';
import { clear, load, run } from '../build/actions.ts';
import { pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown, input } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';

const userId = '{{components.usersTable.selectedRow.userId}}';
const isDisabled = "components.usersTable.selectedRow?.status === 'disabled'";
const noUser = '!components.usersTable.selectedRow?.userId';
const domain = '{{components.domainsTable.selectedRow.domain}}';
const noDomain = '!components.domainsTable.selectedRow?.domain';

/** Roles as people read them. */
const ROLE_TITLES = {
  readonly: 'Reader',
  builder: 'Builder',
  reviewer: 'Reviewer',
  ops: 'Operations',
  executive: 'Executive',
  council: 'Works council',
  admin: 'Administrator',
} as const;
const ROLES = Object.entries(ROLE_TITLES);
const JOINING = resources.domain.operations.add.input.shape.roles.unwrap().element.options;

export const userQueries: Query[] = [
  api.read('users', 'user.list', {
    options: { limit: '500', search: '{{components.usersSearch.value}}' },
    transform: 'users',
  }),
  api.write('inviteUser', 'invitation.send', {
    options: {
      email: '{{components.inviteEmail.value}}',
      name: '{{components.inviteName.value}}',
      roles: '{{[components.inviteRole.value]}}',
    },
    done: 'The invitation is on its way.',
    next: [clear('inviteEmail'), clear('inviteName'), run('users')],
  }),
  api.write('changeRoles', 'user.update', {
    options: {
      userId,
      roles: '{{[...new Set([components.usersRole.value, components.usersRole2.value].filter(Boolean))]}}',
    },
    confirm: 'Change what this user can do? It applies from their next request on.',
    done: 'The roles are changed.',
    next: [run('users')],
  }),
  api.write('resendInvitation', 'invitation.resend', {
    options: { userId },
    confirm: 'Send a link to set a password? Links sent before stop working.',
    done: 'The e-mail is on its way.',
    next: [run('users')],
  }),
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
  api.read('domains', 'domain.list', { options: { limit: '500' }, transform: 'domains' }),
  api.write('addDomain', 'domain.add', {
    options: { domain: '{{components.domainName.value}}', roles: '{{[components.domainRole.value]}}' },
    done: 'The domain is added. Set its DNS record, then verify it.',
    next: [clear('domainName'), run('domains')],
  }),
  api.write('verifyDomain', 'domain.verify', {
    options: { domain },
    done: 'The domain is verified.',
    next: [run('domains')],
  }),
  api.write('confirmDomain', 'domain.verify', {
    options: { domain, by: 'administrator' },
    confirm:
      'Do you confirm that this domain belongs to the company? Everyone with an address there can join.',
    done: 'The domain is verified.',
    next: [run('domains')],
  }),
  api.write('removeDomain', 'domain.remove', {
    options: { domain },
    confirm: 'Remove this domain? Existing users keep their access.',
    done: 'The domain is removed.',
    next: [run('domains')],
  }),
];

/** Who can sign in and what they can do, for administrators. No secret of an invitation passes through ToolJet. */
export const usersPage: Page = {
  handle: 'users',
  name: 'Users',
  icon: 'IconUserCog',
  allowed: ['ai-manager-admin'],
  onLoad: load('users', 'domains'),
  rows: [
    ...pageHeader('users', 'Users', 'Who can sign in, and what they can do.', ['users', 'domains']),
    section('inviteTitle', 'Invite a person'),
    [
      cell(
        input('inviteEmail', { label: 'E-mail address', placeholder: 'name@company.com', required: true }),
        2,
      ),
      cell(input('inviteName', { label: 'Name', required: true, most: 200 }), 2),
      cell(
        dropdown('inviteRole', { label: 'Role', placeholder: 'Choose', choices: ROLES, required: true }),
        1,
      ),
      cell(
        button('inviteSend', 'Send invitation', [run('inviteUser')], {
          kind: 'primary',
          busy: '{{queries.inviteUser.isLoading}}',
          disabled:
            '{{!components.inviteEmail.value || !components.inviteName.value || !components.inviteRole.value}}',
        }),
        1,
      ),
    ],
    section('usersListTitle', 'Users'),
    [
      cell(input('usersSearch', { label: 'Name or e-mail address', onEnter: [run('users')] }), 2),
      cell(text('usersSpace', '', { height: 64, mobileHeight: 8 }), 3),
    ],
    [
      cell(
        tableOf('usersTable', 'users', {
          title: 'Users',
          height: 440,
          perPage: 6,
          search: false,
          onRow: [],
          empty: { title: 'No users found', hint: 'Clear the search, or invite someone.' },
          columns: [
            { key: 'name', title: 'Name', width: 180 },
            { key: 'email', title: 'E-mail', width: 340 },
            { key: 'roles', title: 'Roles', width: 140 },
            { key: 'status', title: 'State', width: 85, color: statusColor },
            { key: 'invitation', title: 'Invitation', width: 150, wrap: true },
            { key: 'ways', title: 'Signs in with', width: 120 },
            { key: 'seen', title: 'Last signed in', width: 125 },
          ],
        }),
      ),
    ],
    [
      cell(dropdown('usersRole', { label: 'New role', placeholder: 'Choose', choices: ROLES }), 1),
      cell(
        dropdown('usersRole2', { label: 'Second role (optional)', placeholder: 'None', choices: ROLES }),
        1,
      ),
      cell(
        button('usersChange', 'Change roles', [run('changeRoles')], {
          busy: '{{queries.changeRoles.isLoading}}',
          disabled: `{{${noUser} || !components.usersRole.value}}`,
        }),
        1,
      ),
      cell(
        button('usersResend', 'Send a link', [run('resendInvitation')], {
          busy: '{{queries.resendInvitation.isLoading}}',
          disabled: `{{${noUser} || ${isDisabled}}}`,
        }),
        1,
      ),
      cell(
        button('usersSignOut', 'Sign out everywhere', [run('signOutUser')], {
          busy: '{{queries.signOutUser.isLoading}}',
          disabled: `{{${noUser}}}`,
        }),
        1,
      ),
      cell(
        button('usersSwitch', `{{${isDisabled} ? 'Enable' : 'Disable'}}`, [run('switchUser')], {
          kind: 'danger',
          busy: '{{queries.switchUser.isLoading}}',
          disabled: `{{${noUser}}}`,
        }),
        1,
      ),
    ],
    section('domainsTitle', 'E-mail domains'),
    [
      cell(
        text(
          'domainsHint',
          'People who sign in with a verified address of such a domain join the company with its role.',
          { color: color.muted, height: 40, mobileHeight: 64 },
        ),
      ),
    ],
    [
      cell(
        tableOf('domainsTable', 'domains', {
          title: 'E-mail domains',
          height: 280,
          perPage: 3,
          search: false,
          onRow: [],
          empty: { title: 'No domains', hint: 'Only invited people can join.' },
          columns: [
            { key: 'domain', title: 'Domain', width: 200 },
            { key: 'roles', title: 'Role', width: 120 },
            { key: 'state', title: 'State', width: 110, color: statusColor },
            { key: 'record', title: 'DNS record', width: 560, wrap: true },
          ],
        }),
      ),
    ],
    [
      cell(input('domainName', { label: 'Domain', placeholder: 'company.com' }), 2),
      cell(
        dropdown('domainRole', {
          label: 'Role for new users',
          placeholder: 'Choose',
          choices: JOINING.map((role) => [role, ROLE_TITLES[role]] as const),
        }),
        1,
      ),
      cell(
        button('domainAdd', 'Add domain', [run('addDomain')], {
          busy: '{{queries.addDomain.isLoading}}',
          disabled: '{{!components.domainName.value || !components.domainRole.value}}',
        }),
        1,
      ),
      cell(
        button('domainVerify', 'Verify by DNS', [run('verifyDomain')], {
          busy: '{{queries.verifyDomain.isLoading}}',
          disabled: `{{${noDomain}}}`,
        }),
        1,
      ),
    ],
    [
      cell(
        button('domainConfirm', 'Confirm without DNS', [run('confirmDomain')], {
          busy: '{{queries.confirmDomain.isLoading}}',
          disabled: `{{${noDomain}}}`,
        }),
        1,
      ),
      cell(
        button('domainRemove', 'Remove domain', [run('removeDomain')], {
          kind: 'danger',
          busy: '{{queries.removeDomain.isLoading}}',
          disabled: `{{${noDomain}}}`,
        }),
        1,
      ),
      cell(text('domainsSpace', '', { height: 40, mobileHeight: 8 }), 3),
    ],
  ],
};
