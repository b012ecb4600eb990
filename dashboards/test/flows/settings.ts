import { expect, test } from 'vitest';
import { makeDeadLetter } from '../../../ai-api/test/dead-letter.ts';
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

  test('an administrator revokes a key, shuts a user out, and verifies the audit trail', async () => {
    const { api, open } = fixture();
    await api.client.apiKey.create({ name: 'Old integration', roles: ['readonly'], scopes: ['read'] });
    const leaver = { name: 'A Leaver', email: 'leaver@example.com', roles: ['readonly' as const] };
    await api.client.user.create({ ...leaver, password: 'a password of the tests' });
    const page = await open('operations', 'access');
    await row(page, 'keysTable', 'Old integration');
    expect(await press(page, 'keysRevoke')).toBe('The key is revoked.');
    const keys = (await api.client.apiKey.list({ limit: 50 })).items;
    expect(keys.find(({ name }) => name === 'Old integration')?.revokedAt).toBeTruthy();
    await row(page, 'usersTable', 'A Leaver');
    expect(await press(page, 'usersSwitch')).toBe('The user is updated.');
    const [user] = (await api.client.user.list({ search: leaver.email, limit: 1 })).items;
    expect(user?.status).toBe('disabled');
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
}
