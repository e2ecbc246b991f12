// Who can do what and what people are told: the matrix leads to what is missing, a campaign is confirmed with one click, the
// questions of a training are answered, all of it without a script.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { unfold } from '../lib/acts.mjs';
import { inspect } from './every_page.mjs';

export default function people(world) {
  const PAGES = {
    roles: '/staff',
    matrix: '/staff/matrix',
    'matrix-desk': '/staff/matrix?team=TM-1&show=wanting',
    trainings: '/staff/training',
    quiz: '/staff/quiz/TRR-1',
    campaigns: '/staff/campaigns',
    campaign: '/staff/campaigns/CMG-3',
  };
  for (const [name, address] of Object.entries(PAGES)) {
    it(`the page ${name}`, () => world().as('sms-manager', {}, (page) => inspect(page, address, `staff-${name}`)));
  }

  it('what is missing is recorded with a form half done, and the matrix knows it', () =>
    world().as('sms-manager', { script: false }, async (page) => {
      await page.goto('/staff/matrix?team=TM-1&show=wanting');
      const missing = page.locator('#wanting tr', { hasText: 'Elin Strand' }).filter({ hasText: 'Handle personal data' });
      assert.match(await missing.innerText(), /Missing/);
      await missing.getByRole('link', { name: /Record it/ }).click();
      await page.waitForURL(/\/competences\/new\?/);
      assert.equal(await page.locator('[name=need]').inputValue(), 'Handle personal data');
      assert.equal(await page.locator('[name=person]').inputValue(), 'elin.strand@tidewell.example');
      await page.locator('[name=proof]').fill('A morning with Chen Wei');
      await page.locator('[name=verified_on]').fill('2026-11-10');
      await page.locator('main form.form .form-end button').click();
      await page.waitForURL(/\/competences\/CMP-\d+$/);
      await page.goto('/staff/matrix?team=TM-1');
      await page.getByRole('link', { name: /Elin Strand, Handle personal data: held until 10 Nov 2027/ }).first().waitFor();
      const file = await page.request.get('/staff/matrix.xlsx');
      assert.equal((await file.body()).subarray(0, 2).toString(), 'PK');
    }));

  it('a newcomer to a campaign confirms with one click', async () => {
    await world().as('sms-manager', { script: false }, async (page) => {
      await page.goto('/campaigns/new');
      await page.locator('[name=title]').fill('Doors are locked at night');
      await page.locator('[name=text]').fill('Whoever leaves last locks the door.');
      await page.locator('textarea[name=topics]').fill('security');
      await unfold(page);
      await page.locator('textarea[name=named_readers], input[name=named_readers]:not([type=hidden])').first().fill('rosa.marin@tidewell.example');
      await page.locator('main form.form .form-end button').click();
      await page.waitForURL(/\/campaigns\/CMG-\d+$/);
      const number = new URL(page.url()).pathname.split('/').at(-1);
      await page.goto(`/staff/campaigns/${number}`);
      await page.getByRole('link', { name: 'Begin…' }).click();
      await page.locator('main form button').last().click();
    });
    await world().as('agent', { script: false }, async (page) => {
      await page.goto('/staff/campaigns');
      for (let turn = 0; turn < 200 && !(await page.getByRole('link', { name: /Doors are locked/ }).first().isVisible()); turn++) {
        await page.waitForTimeout(250);
        await page.reload();
      }
      await page.getByRole('link', { name: 'Read and confirm: Doors are locked at night' }).click();
      await page.getByRole('button', { name: 'I have read and understood it' }).click();
      assert.ok(await page.getByText('Thank you.').first().isVisible());
      assert.equal(await page.getByRole('button', { name: 'I have read and understood it' }).count(), 0);
    });
  });

  it('an agent sees their own skills and nobody else’s', () =>
    world().as('agent', { script: false }, async (page) => {
      await page.goto('/staff/matrix');
      assert.deepEqual(await page.locator('#matrix thead th a').allInnerTexts(), ['Rosa Marin']);
      assert.equal(await page.locator('a[href^="/competences/new"]').count(), 0);
    }));

  it('the matrix prints', () =>
    world().as('sms-manager', {}, async (page) => {
      await page.goto('/staff/matrix');
      await page.emulateMedia({ media: 'print' });
      assert.ok(await page.locator('#matrix table').isVisible());
      assert.ok(!(await page.locator('form.asked').isVisible()));
    }));
}
