// The keyboard in lists and everywhere: j, k, x, Enter, Esc, g, ?, and silence while typing.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { hasFocus, logIncident, numbers, rows } from '../lib/acts.mjs';

export default function keys(world) {
  it('j and k move, x selects, Esc clears, Enter opens', () =>
    world().as('agent', {}, async (page) => {
      await logIncident(page, 'First of two');
      await logIncident(page, 'Second of two');
      await page.goto('/incidents');
      const order = await numbers(page);
      const cursor = async () => order[await rows(page).evaluateAll((all) => all.findIndex((row) => row.matches('.cursor')))];
      await page.keyboard.press('j');
      assert.equal(await cursor(), order[0]);
      await page.keyboard.press('j');
      assert.equal(await cursor(), order[1]);
      await page.keyboard.press('x');
      assert.ok(await page.getByLabel(`Select ${order[1]}`).isChecked());
      assert.match(await page.locator('[data-count]').innerText(), /^1 selected/);
      await page.keyboard.press('k');
      await page.keyboard.press('x');
      assert.match(await page.locator('[data-count]').innerText(), /^2 selected/);
      await axe(page, 'a list with selected rows');
      await page.keyboard.press('Escape');
      assert.equal(await page.locator('[data-list] tbody .ck input:checked').count(), 0);
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.waitForURL(new RegExp(`/incidents/${order[1]}$`));
    }));

  it('g leads along the navigation, and to a clause by its number', () =>
    world().as('agent', {}, async (page) => {
      await page.goto('/');
      const link = page.locator('#nav [data-go]').nth(1);
      const [key, address] = [await link.getAttribute('data-go'), await link.getAttribute('href')];
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await page.waitForURL((url) => url.pathname === address);
      await page.keyboard.press('g');
      await page.keyboard.type('8.6.1');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/conformity\/8\.6\.1$/);
    }));

  it('a list is edited in bulk after it showed what will be', () =>
    world().as('agent', {}, async (page) => {
      const [one, two] = [await logIncident(page, 'Bulk one'), await logIncident(page, 'Bulk two')];
      await page.goto(`/incidents?${new URLSearchParams({ filter: 'title contains Bulk' })}`);
      for (const number of [one, two]) await page.getByLabel(`Select ${number}`).check();
      await page.getByLabel('What to edit').selectOption('symptom');
      await page.getByRole('button', { name: 'Edit…' }).click();
      const pane = page.getByRole('complementary', { name: 'The record beside the list' });
      await pane.getByLabel('Symptom').fill('Set for both');
      await pane.locator('form button.primary').click();
      await pane.getByText('Nothing is written yet: 2 would be written').waitFor();
      await axe(page, 'the preview of a bulk edit');
      await pane.locator('form button.primary').click();
      await pane.getByText('2 are written').waitFor();
      for (const number of [one, two]) {
        await page.goto(`/incidents/${number}`);
        assert.ok(await page.locator('#facts').getByText('Set for both').isVisible(), number);
      }
    }));

  it('while typing, letters are letters; switched off, they are nothing', () =>
    world().as('agent', {}, async (page) => {
      await page.goto('/incidents');
      await page.keyboard.press('/');
      const find = page.getByRole('searchbox', { name: 'Find in this view' });
      await hasFocus(find);
      await page.keyboard.type('jxk?');
      assert.equal(await find.inputValue(), 'jxk?');
      assert.equal(await page.locator('tr.cursor').count(), 0);

      await page.goto('/account');
      await page.getByRole('button', { name: 'Switch off', exact: true }).click();
      await page.waitForFunction(() => globalThis.document.documentElement.dataset.keys === 'off');
      await page.goto('/incidents');
      await page.keyboard.press('j');
      assert.equal(await page.locator('tr.cursor').count(), 0);
      await page.goto('/account');
      await page.getByRole('button', { name: 'Switch on', exact: true }).click();
      await page.waitForFunction(() => globalThis.document.documentElement.dataset.keys === 'on');
    }));

  it('? tells the keys of the page', () =>
    world().as('agent', {}, async (page) => {
      await page.goto('/incidents');
      await page.keyboard.press('?');
      const dialog = page.getByRole('dialog', { name: 'Keys' });
      await dialog.waitFor();
      for (const words of ['next row', 'select row', 'add a filter', 'search and commands']) {
        assert.ok(await dialog.getByText(words).isVisible(), words);
      }
      await axe(page, 'the dialog of keys');
      await page.keyboard.press('Escape');
      assert.equal(await dialog.count(), 0);
    }));
}
