// Service reports from the last period to the customer's portal, and the page that everybody may read.

import assert from 'node:assert/strict';
import { it } from 'node:test';

export default function reports(world) {
  it('a report is read, decided on and released, and the customer reads it', async () => {
    let address;
    await world().as('sms-manager', {}, async (page) => {
      await page.goto('/service-reports');
      await page.getByRole('heading', { name: 'Service reports', level: 1 }).waitFor();
      const row = page.locator('#issues tbody tr', { hasText: 'Castlebrook' }).first();
      await row.locator('a').click();
      await page.waitForURL(/\/service-reports\/RPT-/);
      address = new URL(page.url()).pathname;
      await page.getByRole('heading', { name: 'In short' }).waitFor();
      await page.getByText('have not changed since').waitFor();
      assert.ok((await page.locator('#availability svg.strip').count()) > 0);
      await page.getByLabel('What was decided').fill('Night shifts are shared');
      await page.getByLabel('Nothing is to be done').check();
      await page.getByRole('button', { name: 'Write the decision down' }).click();
      await page.locator('#decided').getByText('Night shifts are shared').waitFor();
      await page.getByRole('button', { name: 'Take back from the customer' }).click();
      await page.getByRole('button', { name: 'Release to the customer' }).waitFor();
    });
    await world().as('customer-user', {}, async (page) => {
      const hidden = await page.request.get(address);
      assert.equal(hidden.status(), 404);
    });
    await world().as('sms-manager', {}, async (page) => {
      await page.goto(address);
      await page.getByRole('button', { name: 'Release to the customer' }).click();
      await page.getByRole('button', { name: 'Take back from the customer' }).waitFor();
    });
    await world().as('customer-user', {}, async (page) => {
      await page.goto('/service-reports');
      await page.locator(`a[href="${address}"]`).click();
      await page.getByRole('heading', { name: 'In short' }).waitFor();
      assert.equal(await page.getByText('Decided on it').count(), 0);
    });
  });

  it('a correction is a new edition, made without a script', () =>
    world().as('sms-manager', { script: false }, async (page) => {
      await page.goto('/service-reports');
      await page.locator('#issues tbody tr', { hasText: 'top management' }).first().locator('a').click();
      const before = await page.locator('#editions li').count();
      await page.getByLabel('What changed since').fill('An outage was entered late');
      await page.getByRole('button', { name: 'Make a new edition' }).click();
      await page.getByText('takes the place of').first().waitFor();
      assert.equal(await page.locator('#editions li').count(), before + 1);
      await page.getByText('An outage was entered late').first().waitFor();
    }));

  it('the public page shows what was released to whoever comes', () =>
    world().asNobody({}, async (page) => {
      const answer = await page.goto('/status');
      assert.equal(answer.status(), 200);
      assert.equal(answer.headers()['set-cookie'], undefined);
      await page.getByRole('heading', { name: 'Services' }).waitFor();
      assert.ok((await page.locator('#services article').count()) > 2);
      await page.getByRole('heading', { name: 'Policies in force' }).waitFor();
      await page.locator('#policies').getByText('How we serve').waitFor();
      assert.equal(await page.getByText(/INC-\d|SVC-\d/).count(), 0);
    }));
}
