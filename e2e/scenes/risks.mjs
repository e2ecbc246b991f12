// The risk matrix and the objectives: a cell leads to as many risks as it says, a risk is accepted for a time, a reading is
// written down and drawn, without a script.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { rows, unfold } from '../lib/acts.mjs';
import { inspect } from './every_page.mjs';

export default function risks(world) {
  const PAGES = {
    map: '/risk-map',
    'map-continuity': '/risk-map?area=continuity',
    'map-nothing': '/risk-map?area=organization&service=SVC-1',
    aims: '/aims',
  };
  for (const [name, address] of Object.entries(PAGES)) {
    it(`the page ${name}`, () => world().as('sms-manager', {}, (page) => inspect(page, address, `risk-${name}`)));
  }

  it('a cell of the matrix leads to as many risks', () =>
    world().as('agent', { script: false }, async (page) => {
      await page.goto('/risk-map?area=availability');
      const link = page.locator('.riskmap tbody a').first();
      const count = Number.parseInt(await link.innerText(), 10);
      assert.ok(count > 0);
      await link.click();
      await page.waitForURL(/\/risks\?filter=/);
      assert.equal(await rows(page).count(), count);
    }));

  it('top management accepts what is left of a risk until a day', async () => {
    await world().as('sms-manager', { script: false }, async (page) => {
      await page.goto('/risks/new?area=continuity');
      await page.locator('[name=description]').fill('The river rises over the quay');
      await unfold(page);
      for (const [name, level] of Object.entries({ likelihood: 4, impact: 5, residual_likelihood: 3, residual_impact: 5 })) {
        await page.locator(`[name=${name}]`).fill(String(level));
      }
      await page.locator('main form.form .form-end button').click();
      await page.waitForURL(/\/risks\/RSK-\d+$/);
    });
    await world().as('top-management', { script: false }, async (page) => {
      await page.goto('/risk-map');
      const line = page.locator('#register tr', { hasText: 'The river rises' });
      assert.match(await line.innerText(), /4 × 5 = 20[\s\S]*3 × 5 = 15[\s\S]*Nobody accepted it/);
      await line.getByRole('link', { name: /The river rises/ }).click();
      const record = new URL(page.url()).pathname;
      await page.goto(`${record}/edit`);
      await unfold(page);
      await page.locator('[name=accepted_until]').fill('2027-06-30');
      await page.locator('main form.form .form-end button').click();
      await page.goto(`${record}/step?to=accepted`);
      await page.locator('main form button').last().click();
      await page.goto('/risk-map');
      assert.match(await page.locator('#register tr', { hasText: 'The river rises' }).innerText(), /Until Wed 30 Jun 2027/);
    });
  });

  it('the numbers behind an objective open without a script', () =>
    world().as('sms-manager', { script: false }, async (page) => {
      await page.goto('/aims');
      const first = page.locator('main section', { has: page.locator('polyline') }).first();
      assert.ok(!(await first.locator('details table').isVisible()));
      await first.locator('summary').click();
      assert.ok((await first.locator('details tbody tr').count()) > 3);
      assert.ok(await first.locator('details table').isVisible());
    }));
}
