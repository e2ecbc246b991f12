// Everything that matters, in a browser that runs no script.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fact, numberOf, signIn } from '../lib/acts.mjs';
import { NARROW } from '../lib/world.mjs';

export default function withoutScript(world) {
  for (const [name, options] of [['wide', {}], ['on a telephone', { viewport: NARROW }]]) {
    it(`from signing in to signing out, ${name}`, () =>
      world().asNobody({ script: false, ...options }, async (page) => {
        await page.goto('/incidents/new');
        await signIn(page, world().logins.get('agent'));
        await create(page);
        const number = numberOf(page);
        await edit(page, number);
        await step(page);
        await filter(page, number);
        await page.goto('/account');
        if (options.viewport) await page.screenshot();
        await page.locator('button.me').click();
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.waitForURL(/\/sign-in/);
      }));
  }

  it('a refused form keeps what was typed', () =>
    world().as('agent', { script: false, expected: [/status of 422/] }, async (page) => {
      await page.goto('/incidents/new');
      await page.getByLabel('Description').fill('Without a title');
      await page.locator('.form-end button').click();
      assert.match(await page.locator('[data-focus]').innerText(), /title/i);
      assert.equal(await page.getByLabel('Description').inputValue(), 'Without a title');
    }));
}

async function create(page) {
  await page.waitForURL(/\/incidents\/new$/);
  await page.getByLabel('Title').fill('Logged without a script');
  await page.locator('.form-end button').click();
  await page.waitForURL(/\/incidents\/INC-/);
}

async function edit(page, number) {
  await page.locator('#facts details > summary').click();
  await page.getByRole('link', { name: 'Edit symptom' }).click();
  await page.waitForURL(/\/field\/symptom$/);
  await page.getByLabel('Symptom', { exact: true }).fill('Seen in Bath');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(new RegExp(`/incidents/${number}$`));
  assert.match(await fact(page, 'Symptom').innerText(), /Seen in Bath/);
  await page.locator('#composer-text').fill('A note without a script.');
  await page.getByRole('button', { name: /Add to the journal/ }).click();
  await page.locator('ol.journal', { hasText: 'A note without a script.' }).waitFor();
}

/// Takes the first step that the record offers.
async function step(page) {
  const before = await fact(page, 'State').innerText();
  await page.locator('.head a.btn.primary').click();
  await page.waitForURL(/\/step/);
  await page.locator('.form-end button').click();
  await page.waitForURL(/\/incidents\/INC-[^/]+$/);
  assert.notEqual(await fact(page, 'State').innerText(), before);
}

async function filter(page, number) {
  await page.goto('/incidents');
  await page.locator('[popovertarget=add-filter]').click();
  await page.getByRole('textbox', { name: 'The whole filter as text' }).fill(`number = ${number}`);
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(/filter=/);
  await page.locator('a.main', { hasText: 'Logged without a script' }).click();
  await page.waitForURL(new RegExp(`/incidents/${number}$`));
}
