import { expect, test } from 'vitest';
import { makeDeadLetter } from '../../../ai-api/test/dead-letter.ts';
import { codeFor } from '../../../ai-api/test/phones.ts';
import { fill, type PreviewFixture, press, row, text } from '../preview-fixture.ts';

/** What is set for the company, who may come in, and what operations do. */
export function settingsFlows(fixture: () => PreviewFixture): void {
  test('an executive sets limits, a group of approvers and a budget', async () => {
    const { api, open } = fixture();
    const page = await open('executive', 'settings');
    expect(await text(page, 'settingsMe')).toContain('A Chief');
    await fill(page, 'settingAutoApproveMaxHours', '3');
    expect(await press(page, 'settingsTimeSave')).toContain('The settings are saved');
    expect((await api.client.approval.getSettings({})).autoApproveMaxHours).toBe(3);

    await fill(page, 'groupName', 'Orchard leads');
    await fill(page, 'groupTeam', 'Orchard');
    await fill(page, 'groupMembers', 'lead@example.com, chief@example.com');
    expect(await press(page, 'groupAdd')).toBe('The group is added.');
    await row(page, 'groupsTable', 'Orchard leads');
    expect(await text(page, 'groupsTable')).toContain('lead@example.com, chief@example.com');
    expect(await press(page, 'groupDelete')).toBe('The group is deleted.');

    await fill(page, 'budgetDollars', '25');
    expect(await press(page, 'budgetSave')).toBe('The budget is set.');
    expect(await text(page, 'budgetCard')).toContain('$25.00');
    await page.close();
  });

  test('an administrator invites a person, changes their role, shuts them out, and adds a domain', async () => {
    const { api, open } = fixture();
    const email = 'leaver@example.com';
    const user = async () => (await api.client.user.list({ search: email, limit: 1 })).items[0];
    const page = await open('operations', 'users');
    await fill(page, 'inviteEmail', email);
    await fill(page, 'inviteName', 'A Leaver');
    await fill(page, 'inviteRole', 'readonly');
    expect(await press(page, 'inviteSend')).toBe('The invitation is on its way.');
    expect(await user()).toMatchObject({ status: 'invited', roles: ['readonly'] });
    await fill(page, 'inviteEmail', email);
    await fill(page, 'inviteName', 'A Leaver');
    expect(await press(page, 'inviteSend')).toContain('A user with this e-mail address already exists.');
    await row(page, 'usersTable', 'A Leaver');
    await fill(page, 'usersRole', 'executive');
    await fill(page, 'usersRole2', 'reviewer');
    expect(await press(page, 'usersChange')).toBe('The roles are changed.');
    expect((await user())?.roles).toEqual(['executive', 'reviewer']);
    await row(page, 'usersTable', 'A Leaver');
    expect(await press(page, 'usersResend')).toBe('The e-mail is on its way.');
    await row(page, 'usersTable', 'A Leaver');
    expect(await press(page, 'usersSwitch')).toBe('The user is updated.');
    expect((await user())?.status).toBe('disabled');

    await fill(page, 'domainName', 'flows.example');
    await fill(page, 'domainRole', 'builder');
    expect(await press(page, 'domainAdd')).toContain('The domain is added.');
    await row(page, 'domainsTable', 'flows.example');
    expect(await text(page, 'domainsTable')).toContain('TXT _ai-manager.flows.example');
    expect(await press(page, 'domainConfirm')).toBe('The domain is verified.');
    expect((await api.client.domain.list({})).items[0]).toMatchObject({ verifiedBy: 'administrator' });
    await page.close();
  });

  test('an administrator revokes a key and verifies the audit trail', async () => {
    const { api, open } = fixture();
    await api.client.apiKey.create({ name: 'Old integration', roles: ['readonly'], scopes: ['read'] });
    const page = await open('operations', 'access');
    await row(page, 'keysTable', 'Old integration');
    expect(await press(page, 'keysRevoke')).toBe('The key is revoked.');
    const keys = (await api.client.apiKey.list({ limit: 50 })).items;
    expect(keys.find(({ name }) => name === 'Old integration')?.revokedAt).toBeTruthy();
    await press(page, 'auditVerify');
    expect(await text(page, 'auditVerdict')).toContain('intact');
    await fill(page, 'retentionYears', '9');
    expect(await press(page, 'retentionSave')).toBe('Saved.');
    await page.close();
  });

  test('an operator finds a dead letter and queues it again', async () => {
    const { api, open } = fixture();
    await makeDeadLetter(api);
    const page = await open('operations', 'jobs');
    await fill(page, 'jobsState', 'dead');
    await row(page, 'jobsTable', 'links.commits');
    // A job that has only just died is not retried yet, and the page says so.
    await expect
      .poll(() => press(page, 'jobsRetry'), { timeout: 20_000, interval: 1000 })
      .toBe('The job is queued again.');
    await page.close();
  });

  test('a builder saves a phone number and confirms it with the code that arrives', async () => {
    const { twilio, open } = fixture();
    const phone = '+4740000011';
    const page = await open('builder', 'notification-preferences');
    expect(await text(page, 'preferencePhoneState')).toContain('Save your number first');
    await fill(page, 'preferencePhone', phone);
    expect(await press(page, 'preferenceSave')).toBe('Your preferences are saved.');
    expect(await text(page, 'preferencePhoneState')).toContain('is not confirmed: no text messages go to it');
    expect(await press(page, 'preferencePhoneSend')).toContain('A text message with a code is on its way');
    await fill(page, 'preferencePhoneCode', codeFor(twilio, phone) === '000000' ? '000001' : '000000');
    expect(await press(page, 'preferencePhoneConfirm')).toContain(
      'The code is wrong. 4 more attempts with it.',
    );
    await fill(page, 'preferencePhoneCode', codeFor(twilio, phone));
    expect(await press(page, 'preferencePhoneConfirm')).toBe('Your number is confirmed.');
    expect(await text(page, 'preferencePhoneState')).toContain('is confirmed and gets text messages');
    expect(await text(page, 'preferencesCard')).toContain(`${phone} (confirmed)`);
    await page.close();
  });
}
