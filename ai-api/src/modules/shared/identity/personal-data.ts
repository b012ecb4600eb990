import { mentions, type PersonalData } from '../../../platform/personal-data.ts';
import { byAge } from '../../../platform/retention.ts';

const SECRETS = ['password_hash', 'invitation_hash'];

/** Accounts and how they sign in. An erased account keeps its id, which other records name, and cannot sign in. */
export function personalData(): PersonalData {
  return {
    tables: [
      {
        table: 'identity.users',
        of: ['id', 'email'],
        erase: {
          set: {
            email: '{email}',
            name: '{name}',
            status: 'disabled',
            password_hash: null,
            invitation_hash: null,
            invitation_until: null,
            invitation_error: null,
          },
        },
        withheld: SECRETS,
      },
      { table: 'identity.external_identities', of: ['user_id'], by: ['subject'], erase: 'delete' },
      {
        table: 'identity.refresh_tokens',
        within: { column: 'session_id', table: 'identity.sessions' },
        erase: 'delete',
        withheld: ['hash'],
      },
      { table: 'identity.sessions', of: ['user_id'], erase: 'delete', withheld: ['secret_hash'] },
      { ...mentions('identity.api_keys', 'created_by'), withheld: ['secret_hash', 'previous_hash'] },
      { ...mentions('identity.sign_ins'), withheld: ['sealed', 'state_hash', 'browser_hash'] },
      mentions('identity.tenants', 'opened_by'),
      { ...mentions('identity.domains', 'added_by'), withheld: ['token'] },
    ],
    disclosure: {
      categories: ['Name, e-mail address and roles', 'Sign-ins: time, provider and browser'],
      source: 'Administrators, and the identity provider that a person signs in with',
      purpose: 'Access to the product',
      sharedWith: ['The identity provider that the company chose'],
    },
    retention: [
      byAge({
        kind: 'sessions',
        title: 'Sessions that have ended',
        table: 'identity.sessions',
        column: 'ended_at',
        defaultDays: null,
        minDays: 1,
        maxDays: 3650,
      }),
    ],
  };
}
