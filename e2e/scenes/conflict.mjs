// Two tabs write to the same record: the second is told, loses nothing, and decides.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fact, logIncident, said } from '../lib/acts.mjs';

/// A write against a version that is gone answers 412, which Chromium tells as a failed resource.
const STALE = [/status of 412/];

export default function conflict(world) {
  it('the whole form: the later tab sees theirs beside its own, and may save again', () =>
    world().as('agent', { expected: STALE }, async (first, context) => {
      const number = await logIncident(first, 'Both work on it');
      const second = await context.newPage();
      await first.goto(`/incidents/${number}/edit`);
      await second.goto(`/incidents/${number}/edit`);

      await first.getByLabel('Symptom').fill('from the first tab');
      await first.locator('.form-end button').click();
      await said(first, `${number} is saved`);

      await second.getByLabel('Symptom').fill('from the second tab');
      await second.getByLabel('Subcategory').fill('kept while it waits');
      await second.locator('.form-end button').click();
      const note = second.getByRole('alert').filter({ hasText: 'Not saved yet' });
      assert.match(await note.innerText(), /from the first tab/);
      assert.match(await note.innerText(), /from the second tab/);
      assert.equal(await second.getByLabel('Symptom').inputValue(), 'from the second tab');
      assert.equal(await second.getByLabel('Subcategory').inputValue(), 'kept while it waits');

      await first.reload();
      assert.match(await fact(first, 'Symptom').innerText(), /from the first tab/, 'nothing is written over');

      await second.locator('.form-end button').click();
      await said(second, `${number} is saved`);
      assert.match(await fact(second, 'Symptom').innerText(), /from the second tab/);
      assert.match(await second.locator('ol.journal').innerText(), /from the first tab to from the second tab/);
    }));

  it('one value in place: the same', () =>
    world().as('agent', { expected: STALE }, async (first, context) => {
      const number = await logIncident(first, 'Both edit one value', (page) => page.getByLabel('Symptom').fill('at first'));
      const second = await context.newPage();
      await second.goto(`/incidents/${number}`);
      const edit = async (page, value) => {
        await fact(page, 'Symptom').getByRole('link', { name: 'Edit symptom' }).click();
        await page.getByLabel('Symptom', { exact: true }).fill(value);
        await page.keyboard.press('Enter');
      };
      await second.getByRole('link', { name: 'Edit symptom' }).click();
      await edit(first, 'theirs');
      await said(first, 'Symptom saved');
      await second.getByLabel('Symptom', { exact: true }).fill('mine');
      await second.keyboard.press('Enter');
      assert.match(await second.locator('.inline-edit [role=alert]').innerText(), /theirs/);
      assert.equal(await second.getByLabel('Symptom', { exact: true }).inputValue(), 'mine');
      await second.keyboard.press('Enter');
      await said(second, 'Symptom saved');
      await first.reload();
      assert.match(await fact(first, 'Symptom').innerText(), /mine/);
    }));
}
