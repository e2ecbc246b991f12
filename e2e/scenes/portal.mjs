// The portal of customers' people: found by keyboard alone, ordered without a script, allowed by who stands in, told how it was.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { listed, numberOf, said } from '../lib/acts.mjs';
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

  it('what does not work after all is opened again by a button, without a script', async () => {
    let number;
    await world().as('customer-user', {}, async (page) => {
      await page.goto('/portal/report');
      const services = page.getByLabel('Which service?');
      const names = await services.locator('option').allTextContents();
      assert.ok(names.length > 1 && names.every((name) => !/^SVC-/.test(name)), names.join(', '));
      await page.getByLabel('What does not work?').fill('The scanner on floor three');
      await services.selectOption({ index: 1 });
      await page.getByRole('button', { name: 'Send' }).click();
      await page.waitForURL(/\/portal\/requests\/INC-/);
      number = numberOf(page);
    });
    await world().as('agent', {}, async (page) => {
      await page.goto(`/incidents/${number}/step?to=resolved`);
      for (const [name, value] of Object.entries({ category: 'hardware', resolution: 'A new lamp' })) {
        const control = page.locator(`main form.form [name="${name}"]:visible`).first();
        if ((await control.count()) === 0) continue;
        const isChoice = await control.evaluate((element) => element.tagName === 'SELECT');
        await (isChoice ? control.selectOption(value) : control.fill(value));
      }
      await page.locator('main form.form .form-end button').click();
      await page.waitForURL((url) => url.pathname === `/incidents/${number}`);
    });
    await world().as('customer-user', { script: false }, async (page) => {
      // The desk's own address leads a customer's people to the portal.
      await page.goto(`/incidents/${number}`);
      await page.waitForURL(/\/portal\/requests\/INC-/);
      await page.getByRole('heading', { name: 'Does it work?' }).waitFor();
      await page.getByLabel('What is still wrong').fill('It is dark again');
      await page.getByRole('button', { name: 'It does not work' }).click();
      await said(page, 'We take it up again');
      await page.getByText('It is dark again').waitFor();
      await page.getByText('We are working on it').waitFor();
    });
  });

  it('the tasks of a leaver are ticked off in their order', () =>
    world().as('agent', {}, async (page) => {
      const [number] = await listed(page, 'service_requests', 'title = "Colleague leaves" and phase != done');
      await page.goto(`/service_requests/${number}`);
      assert.equal(await page.getByRole('button', { name: 'End all sessions and tokens is done' }).count(), 0, 'it waits for the lock');
      await page.getByRole('button', { name: 'Lock the account is done' }).click();
      await said(page, 'is ticked off');
      await page.getByRole('button', { name: 'End all sessions and tokens is done' }).waitFor();
      await page.getByRole('button', { name: 'Take it: Agree on the last day with the manager' }).click();
      await said(page, 'is yours');
      await inspect(page, `/service_requests/${number}`, 'request-with-tasks');
      await inspect(page, '/my-work?view=tasks', 'my-tasks');
    }));

  it('the form of agents says what it costs and who approves', () =>
    world().as('agent', {}, async (page) => {
      await listed(page, 'request_models', 'title = "New laptop"');
      const model = (await page.locator('[data-list] tbody a.id').first().innerText()).trim();
      const address = `/service_requests/new?model=${model}&customer=CUS-1`;
      await page.goto(address);
      await page.getByText('1290 EUR').waitFor();
      await inspect(page, address, 'order-by-agent');
      // Chosen in the form and sent at once it comes back before anything is written.
      await page.goto('/service_requests/new?customer=CUS-1');
      await page.emulateMedia({ media: 'screen' });
      await page.locator('main form.form [name="model"]').first().fill(model);
      await page.locator('main form.form .form-end button.primary').click();
      await page.getByText('Nothing is sent yet.').waitFor();
      await page.getByText('1290 EUR').waitFor();
    }));
}
