// A laptop is ordered: one who allows it is away and another stands in by a link from a letter, the second answers by a link
// too, and the tasks are done in their order. Nobody of them needs an account.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fact } from '../lib/acts.mjs';
import { axe } from '../lib/axe.mjs';

const AWAY = 'james.ames@castlebrook.example';
const STAND_IN = 'teresa.reyes@castlebrook.example';
const SECOND = 'yusuf.demir@tidewell.example';

/// An agent makes the letter for whoever is asked now; gives the link that stands in it.
async function linkFor(page, number, person) {
  await page.goto(`/approvals/${number}`);
  const asked = page.getByRole('listitem').filter({ hasText: person });
  await asked.waitFor();
  await asked.getByRole('button', { name: 'Make a link' }).click();
  const letter = await page.getByLabel('Text').inputValue();
  const link = /https?:\/\/\S+\/decide\/\S+/.exec(letter) ?? /https?:\/\/\S+/.exec(letter);
  assert.ok(link, `no link in the letter:\n${letter}`);
  return new URL(link[0]).pathname;
}

/// Allows by a link, as somebody without an account; the link is good once.
async function allow(world, link) {
  await world().asNobody({ expected: [/status of 404/] }, async (page) => {
    await page.goto(link);
    await axe(page, 'the page of a link');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('approved', { exact: false }).first().waitFor();
    assert.equal((await page.goto(link)).status(), 404, 'a link is good once');
  });
}

export default function laptop(world) {
  it('a laptop with two approvals, one of them by whoever stands in, both by a link', async () => {
    await world().as('sms-manager', {}, async (page) => {
      await page.goto('/customers/CUS-1/edit');
      const row = await page.locator('[name^="approvers."][name$=".person"]').evaluateAll(
        (inputs, mail) => inputs.findIndex((input) => input.value === mail), AWAY,
      );
      assert.ok(row >= 0, `${AWAY} allows for CUS-1`);
      await page.locator(`[name="approvers.${row}.away_until"]`).evaluate((input) => {
        input.closest('details')?.setAttribute('open', '');
        input.value = '2099-12-31';
      });
      await page.locator('main form.form .form-end button').first().click();
      await page.waitForURL(/\/customers\/CUS-1$/);
    });
    let number;
    await world().as('customer-user', {}, async (page) => {
      await page.goto('/');
      await page.getByRole('link', { name: 'New laptop' }).first().click();
      await page.getByLabel('Which one').selectOption('Light, 13 inches');
      await page.getByLabel('Needed on').fill('2027-01-15');
      await page.getByRole('button', { name: 'Send request' }).click();
      await page.waitForURL(/\/portal\/requests\/REQ-/);
      number = new URL(page.url()).pathname.split('/').at(-1);
    });
    for (const person of [STAND_IN, SECOND]) {
      let link;
      await world().as('agent', {}, async (page) => (link = await linkFor(page, number, person)));
      await allow(world, link);
    }
    await world().as('agent', {}, async (page) => {
      await page.goto(`/service_requests/${number}`);
      const state = await fact(page, 'State').innerText();
      assert.doesNotMatch(state, /Waits for approval/);
      await page.getByText(AWAY).first().waitFor();
    });
  });
}
