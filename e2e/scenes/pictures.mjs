// Pictures of the work, and the records behind each number.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { rows } from '../lib/acts.mjs';

export default function pictures(world) {
  it('a number of the breakdown leads to as many records', () =>
    world().as('agent', {}, async (page) => {
      await page.goto('/pictures?by=team&weeks=26');
      const link = page.locator('#breakdown tbody a').first();
      const count = Number(await link.innerText());
      assert.ok(count > 0);
      await link.click();
      await page.waitForURL(/\/incidents\?filter=/);
      const shown = await rows(page).count();
      assert.ok(count <= 50 ? shown === count : shown === 50, `${count} were told, ${shown} are shown`);
    }));

  it('pictures are kept and sent on, and a list is as well', () =>
    world().as('agent', {}, async (page) => {
      await page.goto('/pictures?weeks=4');
      await page.getByRole('link', { name: 'Keep as a report…' }).click();
      await page.getByLabel('Name', { exact: false }).first().fill('Four weeks');
      await page.locator('#f-send_to input:not([type=hidden])').first().fill('rosa.marin@tidewell.example');
      await page.getByRole('button', { name: 'Save', exact: false }).last().click();
      await page.waitForURL(/\/saved_reports\/SRP-/);
      await page.goto('/pictures');
      await page.getByRole('link', { name: 'Four weeks' }).click();
      await page.waitForURL(/\/pictures\?weeks=4/);
      await page.goto('/incidents?filter=state+%3D+new');
      await page.getByRole('button', { name: 'Save this view…' }).click();
      await page.getByRole('link', { name: 'Send it again and again…' }).click();
      const source = await page.getByLabel('What it shows', { exact: false }).inputValue();
      assert.equal(source, '/incidents?filter=state+%3D+new');
      const file = await page.request.get('/incidents.xlsx?filter=state+%3D+new');
      assert.equal(file.status(), 200);
      assert.equal((await file.body()).subarray(0, 2).toString(), 'PK');
    }));

  it('without a script they are narrowed and broken down by a form', () =>
    world().as('agent', { script: false }, async (page) => {
      await page.goto('/pictures');
      await page.getByLabel('Of', { exact: true }).selectOption('service_request');
      await page.getByLabel('Broken down by').selectOption('customer');
      await page.getByRole('button', { name: 'Draw' }).click();
      await page.getByRole('heading', { name: 'By customer' }).waitFor();
      assert.ok(await page.locator('#breakdown tbody tr').count() > 0);
    }));
}
