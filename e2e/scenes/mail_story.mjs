// From a mail with HTML and a file to a survey, in the browser and over real mail servers: it becomes an incident, an agent
// answers and resolves it, the customer rates it from the last mail without an account, and the rating is counted.

import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { fact, made, said } from '../lib/acts.mjs';
import { MailServers, PASSWORD } from '../lib/mail_servers.mjs';
import { inspect } from './every_page.mjs';

const SUPPORT = 'help@tidewell.example';
const KIM = 'kim.shaw@castlebrook.example';
const SUBJECT = 'Terminal seven declines every card';

const MESSAGE = [
  `From: Kim Shaw <${KIM}>`, `To: ${SUPPORT}`, `Subject: ${SUBJECT}`, 'Message-ID: <story@castlebrook.example>', 'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="m"', '', '--m', 'Content-Type: multipart/alternative; boundary="a"', '',
  '--a', 'Content-Type: text/plain; charset=utf-8', '', 'Every card is declined since eight.', '',
  '--a', 'Content-Type: text/html; charset=utf-8', '', '<p>Every card is <b>declined</b> since eight.</p><script>document.title = "run"</script>', '--a--', '',
  '--m', 'Content-Type: text/plain; name="terminal.log"', 'Content-Disposition: attachment; filename="terminal.log"', '', 'E42 gateway', '--m--',
].join('\r\n');

/// A mailbox that fetches and answers by these servers.
async function mailbox(page, servers) {
  await page.goto('/administration/mail/boxes/new');
  const texts = {
    name: 'Help', address: SUPPORT, incoming: '127.0.0.1', incoming_port: servers.imap, incoming_user: 'support',
    outgoing: '127.0.0.1', outgoing_port: servers.outward, outgoing_user: '', secret: PASSWORD,
  };
  for (const [name, text] of Object.entries(texts)) await page.locator(`[name="${name}"]`).fill(String(text));
  for (const name of ['incoming_security', 'outgoing_security']) await page.locator(`[name="${name}"]`).selectOption('none');
  await page.locator('input[type=checkbox][name="answers"]').check();
  await page.getByRole('button', { name: 'Save the mailbox' }).click();
  await said(page, 'Help is saved');
}

/// Resolves the incident by the page of the step.
async function resolve(page, number) {
  await page.goto(`/incidents/${number}/step?to=resolved`);
  for (const [name, value] of Object.entries({ service: 'SVC-1', category: 'hardware', impact: 'low', urgency: 'low', resolution: 'The gateway has a new certificate.' })) {
    const control = page.locator(`main form.form [name="${name}"]:visible`).first();
    if ((await control.count()) === 0) continue;
    const isChoice = await control.evaluate((element) => element.tagName === 'SELECT');
    await (isChoice ? control.selectOption(value) : control.fill(value));
  }
  await page.locator('main form.form .form-end button').first().click();
  await page.waitForURL((url) => url.pathname === `/incidents/${number}`);
}

export default function mailStory(world) {
  let servers;
  after(() => servers?.stop());

  it('a mail with HTML and a file is answered, resolved, rated from the last mail and counted', { timeout: 15 * 60_000 }, async () => {
    servers = await MailServers.start();
    const survey = await world().as('administrator', {}, async (page) => {
      await mailbox(page, servers);
      const month = new Date().toISOString().slice(0, 7);
      return `/surveys/${await made(page, 'surveys', { title: 'How content are those who asked?', period: month, counted: 'yes' })}`;
    });

    await servers.send(KIM, SUPPORT, MESSAGE);
    const receipt = await servers.awaitKim('we have received your message');
    const number = /INC-\d+/.exec(receipt)[0];
    await world().as('agent', {}, async (page) => {
      await page.goto(`/incidents/${number}`);
      assert.doesNotMatch(await page.title(), /^run/);
      await page.getByText('Every card is declined since eight.').first().waitFor();
      await page.getByRole('link', { name: 'terminal.log' }).first().waitFor();
      assert.match(await fact(page, 'Customer').innerText(), /Castlebrook/);
      const composer = page.locator('form.composer').first();
      await composer.getByText('Public reply').click();
      await composer.locator('textarea').fill('Which terminal is it?');
      await composer.locator('button.primary').click();
      await page.locator('#journal').getByText('Which terminal is it?').first().waitFor();
    });
    await servers.awaitKim('Which terminal is it?');
    await world().as('agent', {}, (page) => resolve(page, number));

    const end = await servers.awaitKim('The gateway has a new certificate.');
    const link = /Unhappy: (http\S+)/.exec(end)?.[1];
    assert.ok(link, `no link in:\n${end}`);
    await world().asNobody({}, (page) => inspect(page, link.replace(/^http:\/\/[^/]+/, ''), 'rate'));
    await world().asNobody({ script: false, expected: [/status of 422/, /status of 404/] }, async (page) => {
      await page.goto(link);
      assert.ok(await page.getByLabel('Unhappy', { exact: true }).isChecked(), 'the answer of the link is chosen');
      assert.equal(await page.getByText('gateway').count(), 0, 'nothing of the ticket but its number and title');
      await page.getByLabel('Happy', { exact: true }).check();
      await page.getByLabel('Why').fill('A day earlier, please');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('Your answer: Happy').waitFor();
      await page.goto(link);
      await page.getByText('Your answer: Happy').waitFor();
      assert.equal((await page.goto(link.replace(/.\?/, (end) => (end[0] === 'a' ? 'b?' : 'a?')))).status(), 404, 'a link that nobody signed');
    });
    await world().asNobody({}, (page) => inspect(page, new URL(link).pathname, 'rate-given'));

    await world().as('administrator', {}, async (page) => {
      for (let turn = 0; turn < 60; turn += 1) {
        await page.goto(survey);
        if (/A day earlier, please/.test(await page.locator('main').innerText())) break;
        await page.waitForTimeout(1000);
      }
      await page.getByText('A day earlier, please').first().waitFor();
      assert.match(await fact(page, 'Answers').innerText(), /[1-9]/);
      assert.match(await fact(page, 'Score').innerText(), /\d/);
    });
  });
}
