// The portal of customers' people: found by keyboard alone, ordered without a script, allowed by who stands in, told how it was.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { said } from '../lib/acts.mjs';
import { inspect } from './every_page.mjs';

const PAGES = {
  portal: '/',
  'portal-requests': '/portal/requests',
  'portal-requests-done': '/portal/requests?view=done',
  'portal-search': '/portal/search?q=laptop',
  'portal-search-nothing': '/portal/search?q=zzzzzz',
  'portal-report': '/portal/report',
  'portal-say': '/portal/say',
  'portal-complaint': '/portal/say?about=complaint',
  'portal-approvals': '/approvals',
};

export default function portal(world) {
  for (const [name, address] of Object.entries(PAGES)) {
    it(`the page ${name}`, () => world().as('customer-user', {}, (page) => inspect(page, address, name)));
  }

  it('a model, an article and a ticket', () =>
    world().as('customer-user', {}, async (page) => {
      await page.goto('/');
      const offer = await page.getByRole('link', { name: 'New joiner' }).first().getAttribute('href');
      await inspect(page, offer, 'portal-order');
      await page.goto('/portal/search?q=works');
      await page.goto('/portal/requests?view=done');
      const ticket = await page.locator('main .card a').first().getAttribute('href');
      await inspect(page, ticket, 'portal-ticket');
    }));

  // Who stands in is asked only while somebody is away, and the world's absences end while its server's clock goes on: that
  // story is told over HTTP, where the time is given.
  it('the page of an approver', () =>
    world().as('approver', {}, (page) => inspect(page, '/approvals', 'approvals')));

  it('by keyboard alone: search, skip, open', () =>
    world().as('customer-user', {}, async (page) => {
      await page.goto('/');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => globalThis.document.activeElement.className), 'skip');
      await page.getByRole('searchbox').focus();
      await page.keyboard.type('laptop');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/portal\/search\?q=laptop/);
      await page.getByRole('link', { name: 'New laptop' }).first().waitFor();
    }));

  it('ordered without a script; one answer leads to another question', () =>
    world().as('customer-user', { script: false, expected: [/status of 422/] }, async (page) => {
      await page.goto('/');
      await page.getByRole('link', { name: 'New laptop' }).first().click();
      await page.getByText('1290 EUR').waitFor();
      await page.getByText('5 working days', { exact: true }).waitFor();
      await page.getByLabel('Which one').selectOption('Strong, 15 inches');
      await page.getByLabel('Needed on').fill('2027-01-15');
      await page.getByRole('button', { name: 'Send request' }).click();
      await page.getByText('one more question').waitFor();
      await page.getByRole('button', { name: 'Send request' }).click();
      await page.locator('[data-focus]').getByText('is needed').waitFor();
      await page.getByLabel('What do you need the strong one for?').fill('Large spreadsheets');
      await page.getByRole('button', { name: 'Send request' }).click();
      await page.waitForURL(/\/portal\/requests\/REQ-/);
      await said(page, 'is sent');
      await page.getByText('Waits for approval').first().waitFor();
      await page.getByText('Large spreadsheets').waitFor();
    }));

  it('a problem is reported and answered', () =>
    world().as('customer-user', {}, async (page) => {
      await page.goto('/portal/report');
      await page.getByLabel('What does not work?').fill('The printer on floor two');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.waitForURL(/\/portal\/requests\/INC-/);
      await page.getByLabel('Write to us').fill('It began this morning');
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByText('It began this morning').waitFor();
      await inspect(page, new URL(page.url()).pathname, 'portal-incident');
    }));

  it('an approval refused without a reason asks for one', () =>
    world().as('customer-user', { expected: [/status of 422/] }, async (page) => {
      await page.goto('/approvals');
      const first = page.locator('article.card').first();
      await first.getByRole('button', { name: 'Refuse' }).click();
      await page.getByText('Say why you refuse').waitFor();
    }));
}
