// One value edited where it stands: saved, given up, refused.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fact, hasFocus, logIncident, said } from '../lib/acts.mjs';

const openEmptyFields = (page) => page.locator('#facts details > summary').click();

export default function editingInline(world) {
  it('Enter saves the value, tells it, and the journal has it without a reload', () =>
    world().as('agent', {}, async (page) => {
      await logIncident(page, 'Edited in place');
      await openEmptyFields(page);
      await page.getByRole('link', { name: 'Edit symptom' }).click();
      const box = page.getByLabel('Symptom', { exact: true });
      await hasFocus(box);
      await box.fill('Error 51');
      await page.keyboard.press('Enter');
      await said(page, 'Symptom saved');
      await page.locator('ol.journal ins', { hasText: 'Error 51' }).waitFor();
      await page.reload();
      assert.match(await fact(page, 'Symptom').innerText(), /Error 51/);
    }));

  it('Escape gives up and puts the keyboard back where it was', () =>
    world().as('agent', {}, async (page) => {
      await logIncident(page, 'Left as it is');
      await openEmptyFields(page);
      const pencil = page.getByRole('link', { name: 'Edit symptom' });
      await pencil.click();
      await page.getByLabel('Symptom', { exact: true }).fill('Not meant');
      await page.keyboard.press('Escape');
      await hasFocus(pencil);
      await page.reload();
      assert.equal(await page.getByText('Not meant').count(), 0);
    }));

  it('a value that is refused says why and stays in its box', () =>
    world().as('agent', { expected: [/status of 422/] }, async (page) => {
      await logIncident(page, 'Refused in place');
      await openEmptyFields(page);
      await page.getByRole('link', { name: 'Edit first response' }).click();
      const box = page.getByLabel('First response', { exact: true });
      await box.fill('2020-01-01T08:00');
      await page.keyboard.press('Enter');
      assert.match(await page.locator('.inline-edit [role=alert]').innerText(), /raised/i);
      assert.match(await box.inputValue(), /^2020-01-01T08:00/);
      await hasFocus(box);
    }));

  it('in a list a value is edited in its row', () =>
    world().as('agent', {}, async (page) => {
      const number = await logIncident(page, 'Edited in its row');
      await page.goto(`/incidents?${new URLSearchParams({ filter: `number = ${number}` })}`);
      const pencil = page.getByRole('link', { name: `Edit priority of ${number}` });
      await pencil.focus();
      await page.keyboard.press('Enter');
      await page.locator('.inline-edit').getByRole('combobox', { name: 'Priority' }).waitFor();
      await page.keyboard.press('Escape');
      await hasFocus(pencil);
    }));
}
