// Mail as administrators see it: a mailbox by a form without a script, messages with outcome and reason, a message's HTML
// in a frame that runs and loads nothing.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { it } from 'node:test';
import { join } from 'node:path';
import { axe } from '../lib/axe.mjs';
import { command } from '../lib/program.mjs';
import { LOOKS, look, shot } from '../lib/world.mjs';

const MAIL = '/administration/mail';

/// A newsletter that would like to run, load and post something.
const MESSAGE = [
  'From: News <news@shop.example>', 'To: desk@tidewell.example', 'Subject: Our <b>newest</b> offers', 'Precedence: bulk',
  'Message-ID: <news@shop.example>', 'MIME-Version: 1.0', 'Content-Type: text/html; charset=utf-8', '',
  '<h1>Offers</h1><p>Only <b>today</b>.</p><script>document.title = "run"</script><img src="https://spy.example/p.gif" onerror="alert(1)">',
  '<form action="/sign-out" method="post"><button>Win</button></form><a href="javascript:alert(1)">one</a> <a href="https://shop.example">two</a>',
].join('\r\n');

async function inspect(page, name) {
  for (const each of LOOKS) {
    await look(page, each);
    await shot(page, `${name}-${each.name}`);
    await axe(page, `${name} ${each.name}`);
    const [inner, outer] = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = globalThis.document.documentElement;
      return [scrollWidth, clientWidth];
    });
    assert.ok(inner <= outer, `${name} ${each.name}: ${inner - outer} px wider than the window`);
  }
}

export default function mail(world) {
  it('a mailbox is made by a form without a script, and mistakes are told beside their fields', () =>
    world().as('administrator', { script: false, expected: [/status of 422/] }, async (page) => {
      await page.goto(`${MAIL}/boxes/new`);
      await page.getByLabel('Name', { exact: false }).first().fill('Desk');
      await page.locator('#f-address').fill('desk+x@tidewell.example');
      await page.getByRole('button', { name: 'Save the mailbox' }).click();
      assert.match(await page.locator('#f-address-error').innerText(), /without \+/);
      await page.locator('#f-address').fill('desk@tidewell.example');
      await page.getByRole('button', { name: 'Save the mailbox' }).click();
      await page.waitForURL(`**${MAIL}`);
      assert.match(await page.locator('table').first().innerText(), /desk@tidewell\.example[\s\S]*Only files/);
    }));

  it('what became of messages is listed, and a message is looked at without running anything', async () => {
    const { folder } = world().program;
    const file = join(folder, 'news.eml');
    await writeFile(file, MESSAGE);
    const taken = await command('mail', 'take', '--mailbox', 'Desk', file, '--data', folder);
    assert.match(taken, /^automatic: Precedence: bulk/);
    await world().as('administrator', {}, async (page, context) => {
      const outside = [];
      context.on('request', (request) => {
        if (!request.url().startsWith(world().url)) outside.push(request.url());
      });
      await page.goto(`${MAIL}?q=news%40shop.example`);
      await inspect(page, 'mail');
      await page.getByRole('link', { name: 'Our <b>newest</b> offers' }).click();
      await page.getByText('As its sender laid it out').click();
      const frame = page.frameLocator('iframe.letter');
      await frame.getByRole('heading', { name: 'Offers' }).waitFor();
      assert.deepEqual(
        [await frame.locator('img, form, script, button').count(), await frame.locator('a').count()],
        [0, 2],
      );
      assert.equal(await frame.locator('a').first().getAttribute('href'), null);
      assert.doesNotMatch(await page.title(), /^run/);
      await inspect(page, 'mail-message');
      assert.deepEqual(outside, []);
      for (const [name, address] of [['mail-words', `${MAIL}/texts`], ['mail-new-box', `${MAIL}/boxes/new`]]) {
        await page.goto(address);
        await inspect(page, name);
      }
    });
  });

  it('an agent reads the mail of a ticket, is told what is proved of its sender, and nothing runs', () =>
    world().as('agent', {}, async (page, context) => {
      const outside = [];
      context.on('request', (request) => {
        if (!request.url().startsWith(world().url)) outside.push(request.url());
      });
      await page.goto(`/incidents?${new URLSearchParams({ filter: 'title = "Shared calendar shows last week"' })}`);
      await page.locator('[data-list] tbody tr a').first().click();
      const mail = page.locator('#mail');
      await mail.getByText('Sender proved').first().waitFor();
      await inspect(page, 'ticket-with-mail');
      await mail.getByRole('link', { name: 'Shared calendar shows last week', exact: true }).last().click();
      await page.waitForURL(/\/mail\/\d+$/);
      await page.getByText('pass: the domain in From stands behind the message').waitFor();
      assert.equal(await page.locator('main [role=note]').count(), 0, 'nothing to be warned of');
      await page.getByText('As its sender laid it out').click();
      await page.frameLocator('iframe.letter').getByText('shared calendar', { exact: true }).waitFor();
      assert.equal(await page.locator('iframe.letter').getAttribute('sandbox'), '');
      const file = await page.request.get(await page.getByRole('link', { name: /calendar\.png$/ }).getAttribute('href'));
      assert.match(file.headers()['content-disposition'], /^attachment/);
      await inspect(page, 'ticket-message');
      await page.goto(`/incidents?${new URLSearchParams({ filter: 'title = "Pay this invoice today"' })}`);
      await page.locator('[data-list] tbody tr a').first().click();
      await page.locator('#mail li', { hasText: 'Sender not proved' }).getByRole('link').click();
      await page.getByText('does not speak for the domain of ines.okafor@tidewell.example').waitFor();
      await page.locator('main [role=note]').waitFor();
      await inspect(page, 'ticket-message-not-proved');
      assert.deepEqual(outside, []);
    }));

  it('the words of a receipt are looked at, refused with a line, saved and taken back', () =>
    world().as('administrator', { expected: [/status of 422/] }, async (page) => {
      await page.goto(`${MAIL}/texts`);
      await page.locator('#f-receipt-body').fill('Hello\n{{ nubmer }}');
      await page.getByRole('button', { name: /^Save.*Receipt/ }).click();
      await page.getByText(/line 2/i).first().waitFor();
      await page.locator('#f-receipt-body').fill('We have {{ number }}.');
      await page.getByRole('button', { name: /^Look at it.*Receipt/ }).click();
      await page.getByText('We have INC-4711.').waitFor();
      await page.getByRole('button', { name: /^Save.*Receipt/ }).click();
      await page.getByText('own words').waitFor();
      await page.getByRole('button', { name: /^Back to ours.*Receipt/ }).click();
      assert.equal(await page.getByText('own words').count(), 0);
    }));
}
