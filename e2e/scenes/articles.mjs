// An article from its first text to its second, each read and both compared; a reader in the portal sees what is published.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { made, moved } from '../lib/acts.mjs';
import { inspect } from './every_page.mjs';

export default function articles(world) {
  it('an article has versions to read and to compare, and its readers have the published one', async () => {
    let number;
    await world().as('agent', {}, async (page) => {
      number = await made(page, 'knowledge_articles', { title: 'The scanner beeps twice', text: 'Open the lid.\n\nPress the red key.\n', audience: 'customers\nstaff' });
      await moved(page, `/knowledge_articles/${number}`, 'published');
      await moved(page, `/knowledge_articles/${number}`, 'in_revision');
      await page.goto(`/knowledge_articles/${number}/edit`);
      await page.getByLabel('Proposed text', { exact: true }).fill('Open the lid.\n\nPress the green key.\n\nWait for the lamp.\n');
      await page.locator('main form.form .form-end button').first().click();
      await page.waitForURL((url) => url.pathname === `/knowledge_articles/${number}`);
      await page.getByRole('link', { name: 'Versions', exact: true }).click();
      await page.waitForURL(`**/articles/${number}`);
      await page.getByText('Being written').first().waitFor();
      await page.getByText('read the version that was published last').waitFor();
    });
    await world().as('customer-user', { script: false }, async (page) => {
      await page.goto(`/portal/read/${number}`);
      assert.ok(await page.getByText('Press the red key.').isVisible(), 'readers keep what was published');
      assert.equal(await page.getByText('green key').count(), 0, 'what is being written is for nobody outside');
    });
    await world().as('agent', {}, async (page) => {
      await moved(page, `/knowledge_articles/${number}`, 'published');
      await page.goto(`/articles/${number}`);
      await page.getByText('Press the green key.').waitFor();
      await page.getByRole('link', { name: '1', exact: true }).click();
      await page.getByText('Press the red key.').waitFor();
      await page.getByText('readers have version 2 now').waitFor();
      await page.getByLabel('Show version').selectOption('2');
      await page.getByLabel('compared with').selectOption('1');
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.locator('del', { hasText: 'red' }).waitFor();
      await page.locator('ins', { hasText: 'green' }).waitFor();
      assert.equal(await page.locator('#versions li').count(), 2);
      await inspect(page, `/articles/${number}?version=2&against=1`, 'article-versions');
    });
    await world().as('customer-user', { script: false, expected: [/status of 404/] }, async (page) => {
      await page.goto(`/portal/read/${number}`);
      assert.ok(await page.getByText('Press the green key.').isVisible());
      assert.ok(await page.getByText('Article, version 2').isVisible());
      assert.equal(await page.getByText('red key').count(), 0);
      assert.equal((await page.goto(`/articles/${number}`)).status(), 404);
    });
  });
}
