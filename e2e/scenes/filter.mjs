// Filtering a list: by the bar, by text, with a typo, by words, and keeping the view.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { listed, logIncident, numbers, rows } from '../lib/acts.mjs';

export default function filtering(world) {
  it('the bar narrows by a state, the chip widens again', () =>
    world().as('agent', {}, async (page) => {
      await logIncident(page, 'One that is new');
      await page.goto('/incidents');
      await page.getByRole('button', { name: 'State', exact: true }).click();
      await page.getByRole('group', { name: 'State' }).getByLabel('New', { exact: true }).check();
      await page.getByRole('group', { name: 'State' }).locator('..').getByRole('button', { name: 'Apply' }).click();
      await page.locator('[data-chip]').waitFor();
      const states = await rows(page).locator('.state').evaluateAll((marks) => marks.map((mark) => mark.textContent.trim()));
      assert.ok(states.length > 0);
      assert.deepEqual([...new Set(states)], ['New']);
      await page.locator('[data-chip]').first().click();
      await page.waitForURL((address) => !address.search.includes('new'));
      assert.equal(await page.locator('[data-chip]').count(), 0);
    }));

  it('the same question by the panel and by text gives the same rows', () =>
    world().as('agent', {}, async (page) => {
      await page.goto('/incidents');
      await page.getByRole('button', { name: 'Filter', exact: true }).click();
      await page.getByLabel('Field', { exact: true }).selectOption('title');
      await page.getByLabel('Test', { exact: true }).selectOption('contains');
      await page.getByLabel('Value', { exact: true }).fill('new');
      await page.getByRole('button', { name: 'Add filter' }).click();
      await page.locator('[data-chip]').waitFor();
      const byPanel = await numbers(page);
      assert.ok(byPanel.length > 0);
      assert.deepEqual(await listed(page, 'incidents', 'title contains new'), byPanel);
    }));

  it('a typo is refused with what may have been meant, and can be mended in place', () =>
    world().as('agent', { expected: [/status of 400/] }, async (page) => {
      await page.goto(`/incidents?${new URLSearchParams({ filter: 'stat = new' })}`);
      const alert = page.getByRole('alert');
      assert.match(await alert.innerText(), /did you mean.*state/i);
      assert.equal(await rows(page).count(), 0, 'a filter that cannot be read shows no rows');
      const text = page.getByRole('textbox', { name: 'Filter as text' });
      assert.equal(await text.inputValue(), 'stat = new');
      assert.equal(await text.getAttribute('aria-invalid'), 'true');
      await text.fill('state = new');
      await page.getByRole('button', { name: 'Apply' }).and(page.locator('.query button')).click();
      await rows(page).first().waitFor();
    }));

  it('words are found in the list', () =>
    world().as('agent', {}, async (page) => {
      const number = await logIncident(page, 'Zanzibar branch has no dial tone');
      await page.goto('/incidents');
      await page.getByRole('searchbox', { name: 'Find in this view' }).fill('zanzibar');
      await page.keyboard.press('Enter');
      await page.waitForURL(/q=zanzibar/);
      assert.ok((await numbers(page)).includes(number));
      assert.ok((await rows(page).allInnerTexts()).every((row) => /zanzibar/i.test(row)));
    }));

  it('a view that was saved is there again, and can be deleted', () =>
    world().as('agent', {}, async (page) => {
      await page.goto(`/incidents?${new URLSearchParams({ filter: 'state = new' })}`);
      const expected = await numbers(page);
      await page.getByRole('button', { name: 'Save this view…' }).click();
      await page.getByLabel('Save what is shown now as').fill('Untouched');
      await page.getByRole('button', { name: 'Save view' }).click();
      const view = page.getByRole('navigation', { name: 'Saved views' }).getByRole('link', { name: 'Untouched' });
      await view.waitFor();
      await page.goto('/incidents');
      await view.click();
      await page.locator('[data-chip]').waitFor();
      assert.deepEqual(await numbers(page), expected);
      await page.getByRole('button', { name: 'This view…' }).click();
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      // The answer to the form has come when the view is gone from the page.
      await view.waitFor({ state: 'detached' });
      await page.goto('/incidents');
      assert.equal(await page.getByRole('link', { name: 'Untouched' }).count(), 0);
    }));
}
