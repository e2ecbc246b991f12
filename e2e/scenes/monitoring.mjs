// Administration of monitoring and of automation, and an incident that monitoring opened, in the four looks.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inspect } from './every_page.mjs';

const PAGES = {
  'admin-events': '/administration/events',
  'admin-events-narrowed': '/administration/events?outcome=opened',
  'admin-source-new': '/administration/sources/new',
  'admin-automation': '/administration/automation',
  'admin-rule-new': '/administration/automation/new',
  wall: '/wall',
  'wall-still': '/wall?still=yes',
};

export default function monitoring(world) {
  for (const [name, address] of Object.entries(PAGES)) {
    it(`${address} is well in four looks`, () =>
      world().as('administrator', {}, (page) => inspect(page, address, name)));
  }

  it('an event leads to its incident, which says how often monitoring spoke of it', () =>
    world().as('administrator', {}, async (page) => {
      await page.goto('/administration/events?outcome=opened');
      await page.locator('table').nth(1).getByRole('link', { name: 'Disk latency' }).first().click();
      assert.match(await page.locator('main').innerText(), /alertname/);
      await page.getByRole('link', { name: /^INC-/ }).first().click();
      assert.match(await page.locator('#alerts').innerText(), /said again 2 times/);
    }));

  it('a rule is tried before it is saved, without a script', () =>
    world().as('administrator', { script: false }, async (page) => {
      await page.goto('/administration/automation');
      await page.getByRole('link', { name: 'First look at the network' }).click();
      await page.getByRole('button', { name: 'Try it on the last 30 days' }).click();
      assert.match(await page.locator('main').innerText(), /Tried, not saved[\s\S]*in the last 30 days/);
    }));
}
