// The command palette: Ctrl-K from anywhere, to a record, to a page, to what the page can do.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { hasFocus, logIncident } from '../lib/acts.mjs';

const open = async (page) => {
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: /^Search records/ });
  await hasFocus(box);
  return box;
};

/// The option that Enter would take, once it says this.
const chosen = (page, text) => page.locator('#palette [role=option][aria-selected=true]', { hasText: text });

export default function palette(world) {
  it('a number leads to its record', () =>
    world().as('agent', {}, async (page) => {
      const number = await logIncident(page, 'Found by its number');
      await page.goto('/');
      const box = await open(page);
      await box.fill(number);
      await chosen(page, number).waitFor();
      assert.equal(await box.getAttribute('aria-activedescendant'), await chosen(page, number).getAttribute('id'));
      await axe(page, 'the open palette');
      await page.keyboard.press('Enter');
      await page.waitForURL(new RegExp(`/incidents/${number}$`));
    }));

  it('words lead to records, arrows choose among them', () =>
    world().as('agent', {}, async (page) => {
      await logIncident(page, 'Quokka one');
      await logIncident(page, 'Quokka two');
      const box = await open(page);
      await box.fill('quokka');
      await page.locator('#palette [role=option]', { hasText: 'Quokka' }).nth(1).waitFor();
      const before = await page.locator('#palette [aria-selected=true]').innerText();
      await page.keyboard.press('ArrowDown');
      assert.notEqual(await page.locator('#palette [aria-selected=true]').innerText(), before);
      await page.keyboard.press('ArrowUp');
      assert.equal(await page.locator('#palette [aria-selected=true]').innerText(), before);
    }));

  it('the name of a page leads there', () =>
    world().as('agent', {}, async (page) => {
      await page.goto('/');
      await (await open(page)).fill('conformity');
      await chosen(page, 'Conformity').waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/conformity/);
    }));

  it('it offers what this page can do, and nothing it has not', () =>
    world().as('agent', {}, async (page) => {
      const number = await logIncident(page, 'With an edit button');
      await (await open(page)).fill('edit');
      const here = page.getByRole('group', { name: 'On this page' });
      await here.getByRole('option', { name: /^Edit/ }).click();
      await page.waitForURL(new RegExp(`/incidents/${number}/edit$`));
      await page.goto('/conformity');
      await (await open(page)).fill('qqqqzz');
      await page.locator('#palette .none').waitFor();
    }));

  it('Escape closes it and the keyboard is where it was', () =>
    world().as('agent', {}, async (page) => {
      await page.goto('/incidents');
      const find = page.getByRole('searchbox', { name: 'Find in this view' });
      await find.focus();
      await open(page);
      await page.keyboard.press('Escape');
      await hasFocus(find);
    }));
}
