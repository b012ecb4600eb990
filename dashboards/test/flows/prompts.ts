import { expect, test } from 'vitest';
import { fill, type PreviewFixture, press, row, tab, text } from '../preview-fixture.ts';

/** Executives change what models are told, without a programmer. */
export function promptFlows(fixture: () => PreviewFixture): void {
  test('an executive edits a prompt; a version that was not replayed is not green, and is labelled on purpose', async () => {
    const page = await fixture().open('executive', 'prompts');
    await row(page, 'promptsTable', 'evaluation');
    await tab(page, 'Edit');
    const before = await page.locator('[data-name="promptText"] textarea').inputValue();
    await fill(page, 'promptText', `${before}\n\nA note that names no result is weak.`);
    await fill(page, 'promptMessage', 'Notes without a result count less');
    expect(await press(page, 'promptSave')).toContain('Saved as a new version');

    await row(page, 'versionsTable', 'Notes without a result');
    await tab(page, 'Diff with production');
    expect(await text(page, 'promptDiffCard')).toContain('names no result');
    await tab(page, 'Check and release');
    expect(await press(page, 'promptCheck')).toContain('The check is complete.');
    expect(await text(page, 'promptRelease')).toContain('variables are valid, not replayed');
    expect(await text(page, 'versionsTable')).toContain('not replayed');
    expect(await text(page, 'versionsTable')).not.toContain('passed');

    await row(page, 'versionsTable', 'Notes without a result');
    expect(await text(page, 'promptRelease2')).toBe('Label staging');
    expect(await press(page, 'promptRelease2')).toBe('The label is assigned.');
    expect(await text(page, 'versionsTable')).toContain('staging');
    await row(page, 'promptsTable', 'evaluation');
    await row(page, 'versionsTable', 'Notes without a result');
    await fill(page, 'promptLabel', 'experiment');
    await fill(page, 'promptExperiment', 'exp-results');
    expect(await text(page, 'promptRelease2')).toBe('Label exp-results');
    expect(await press(page, 'promptRelease2')).toBe('The label is assigned.');
    await page.close();
  });

  test('an executive plans an experiment, starts it and stops it', async () => {
    const page = await fixture().open('executive', 'experiments');
    await tab(page, 'New experiment');
    await fill(page, 'experimentPrompt', 'evaluation');
    await fill(page, 'experimentLabel', 'exp-results');
    await fill(page, 'experimentTitle', 'Results in notes');
    await fill(page, 'experimentWhy', 'Fewer grades are corrected when a note has to name a result.');
    expect(await press(page, 'experimentCreate')).toContain('The experiment is created');
    await tab(page, 'Plan');
    expect(await text(page, 'experimentCard')).toContain('has to name a result');
    expect(await press(page, 'experimentStart')).toContain('The experiment is running');
    await tab(page, 'Report');
    expect(await text(page, 'experimentReportCard')).toContain('exp-results');
    await tab(page, 'Plan');
    await fill(page, 'experimentStopWhy', 'The pilot is over.');
    expect(await press(page, 'experimentStop')).toContain('The experiment is stopped');
    expect(await text(page, 'experimentsTable')).toContain('stopped');
    await page.close();
  });

  test('an executive releases a version to production, and rolls it back', async () => {
    const { api, open } = fixture();
    const served = async () =>
      (await api.client.prompt.list({ limit: 50 })).items
        .find(({ name }) => name === 'evaluation')
        ?.labels.find(({ label }) => label === 'production')?.version;
    const page = await open('executive', 'prompts');
    await row(page, 'promptsTable', 'evaluation');
    await row(page, 'versionsTable', 'Notes without a result');
    await tab(page, 'Check and release');
    await fill(page, 'promptLabel', 'production');
    expect(await press(page, 'promptRelease2')).toBe('The label is assigned.');
    expect(await served()).toBe(2);
    await row(page, 'promptsTable', 'evaluation');
    await fill(page, 'promptReason', 'Released too early');
    expect(await press(page, 'promptRollback')).toContain('Rolled back');
    expect(await served()).toBe(1);
    await page.close();
  });
}
