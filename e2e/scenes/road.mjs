// The SMS manager's way from an empty house to stage 1, in a browser that runs no script; and the pages of the road.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Program } from '../lib/program.mjs';
import { inspect } from './every_page.mjs';

const ME = 'ines@tidewell.example';

export default function road(world) {
  const PAGES = {
    road: '/road',
    'road-costs': '/road/costs',
    'road-scenarios': '/road/costs?people=40&percent=20&people_2=15&services_2=6&open_2=5',
    'road-gaps': '/road/gaps',
    'road-gaps-clause': '/road/gaps/8.6.1',
    'road-people': '/road/people',
    'road-review': '/road/reviews/MRV-2',
    course: '/conformity/course',
  };
  for (const [name, address] of Object.entries(PAGES)) {
    it(`the page ${name}`, () => world().as('sms-manager', {}, (page) => inspect(page, address, name)));
  }

  it('the demonstration has a year of history, its figures are counted, and what must begin is told', async () => {
    await world().as('sms-manager', {}, async (page) => {
      await page.goto('/conformity/course');
      assert.equal(await page.locator('#past tbody tr').count(), 14, 'a month each, and today');
      assert.match(await page.locator('#ahead').innerText(), /Begin by[\s\S]*working days/);
      await page.goto('/road/reviews/MRV-2');
      assert.equal(await page.getByText('Nothing was counted yet').count(), 0);
      await page.goto('/road');
      const certificates = await page.locator('#windows').innerText();
      assert.match(certificates, /CER-1[\s\S]*|CER-3/);
      assert.match(certificates, /Recertification audit/);
      assert.ok(await page.getByText('The window of recertification audit closes').first().isVisible());
      await page.goto('/road/people');
      assert.match(await page.locator('#picture svg').getAttribute('aria-label'), /^Influence by stance: \d/);
      assert.ok(await page.locator('#tell').getByText('Overdue').first().isVisible());
    });
  });

  it('scenarios are typed without a script and stand side by side', async () => {
    await world().as('sms-manager', { script: false }, async (page) => {
      await page.goto('/road/costs');
      const table = page.locator('#scenarios table');
      assert.equal(await table.locator('thead th').count(), 2, 'what is on record stands alone');
      const [first, second] = [page.getByRole('group', { name: 'First scenario' }), page.getByRole('group', { name: 'Second scenario' })];
      await first.getByLabel('People in scope').fill('40');
      await second.getByLabel('Services in scope').fill('5');
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.waitForURL(/people=40.*services_2=5/);
      assert.equal(await table.locator('thead th').count(), 4);
      const row = (name) => table.getByRole('row', { name }).locator('td').allInnerTexts();
      assert.match((await row(/^People in scope/)).join(' '), /^26 40\s+\+ 14 26$/);
      const figure = (text) => Number(/[\d,]+/.exec(text)[0].replaceAll(',', ''));
      const [spent, more, less] = (await row(/^Still to be spent/)).map(figure);
      assert.ok(spent > 0 && more >= spent && less < spent, `${spent}, ${more}, ${less}`);
    });
  });

  it('map, road and gap analysis count one number', async () => {
    await world().as('sms-manager', {}, async (page) => {
      await page.goto('/conformity');
      const told = await page.locator('.lede a[href="/road/gaps"]').innerText();
      await page.goto('/road');
      assert.ok(await page.getByText(`${told} requirements to close`).isVisible());
      await page.goto('/road/gaps');
      assert.match(await page.locator('.lede').innerText(), new RegExp(`^${told} of 260 requirements are to be closed`));
    });
  });

  it('top management and auditors read the road, people of customers find none', async () => {
    for (const role of ['top-management', 'external-auditor', 'agent']) {
      await world().as(role, {}, async (page) => assert.ok((await page.goto('/road')).ok(), role));
    }
    const expected = [/status of 404/];
    await world().as('customer-user', { expected }, async (page) => assert.equal((await page.goto('/road')).status(), 404));
  });

  it('from an empty house to stage 1', async () => {
    const house = await Program.serve();
    try {
      const link = /https?:\/\/\S+\/welcome\/\S+/.exec(house.output)[0];
      await world().browser.visit({ script: false, baseURL: house.url }, async (page) => {
        await page.goto(link);
        await page.getByLabel('Name').fill('Ines Okafor');
        await page.getByLabel('E-mail').fill(ME);
        await page.getByLabel('Password').fill('plumb lines hang straight');
        await page.locator('main form button').click();
        await page.goto('/road');
        assert.ok(await page.getByText('Nothing is planned yet.').isVisible());
        await planned(page);
        await gap(page);
        await clause(page);
        await stage1(page);
      });
    } finally {
      await house.stop();
    }
  });
}

/// Fills the form of a new record; answers the address of the record.
async function made(page, plural, fill) {
  await page.goto(`/${plural}/new`);
  const closed = page.locator('main form.form details:not([open]) > summary');
  while ((await closed.count()) > 0) await closed.first().click();
  await fill(page);
  await page.locator('main form.form .form-end button').click();
  await page.waitForURL(new RegExp(`/${plural}/[A-Z]+-\\d+$`));
  return page.url();
}

async function planned(page) {
  await made(page, 'implementation_plans', async () => {
    await page.getByLabel('Title').fill('The way to the certificate');
    await page.getByLabel('Begins').fill('2026-11-02');
    await page.getByLabel('Stage 1 on').fill('2027-04-12');
  });
  await page.goto('/road');
  assert.ok(await page.getByText('Stage 1 on Mon 12 Apr 2027').isVisible());
}

/// A requirement that nothing proves becomes a gap, and the gap a task of the plan.
async function gap(page) {
  await page.goto('/road/gaps');
  await page.getByRole('link', { name: /^9\.3 / }).first().click();
  const first = page.locator('section.sec', { has: page.getByRole('link', { name: '9.3-1', exact: true }) });
  await first.locator('summary').click();
  await first.getByLabel('What is missing').fill('A first management review');
  await first.getByLabel('Who closes it').fill(ME);
  await first.getByLabel('Effort').fill('3');
  await first.getByLabel('Write this down as a gap').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(/\/road\/gaps\/9\.3$/);
  await page.goto('/road/gaps');
  await page.getByRole('button', { name: 'Turn 1 gap into a task' }).click();
  await page.waitForURL(/\/road/);
  assert.ok(await page.getByRole('link', { name: '9.3-1: A first management review' }).isVisible());
  assert.ok(await page.getByText('critical, no slack').isVisible());
}

/// Everything of a clause that nothing proves becomes tasks in one step.
async function clause(page) {
  await page.goto('/road/gaps/7.2');
  assert.match(await page.locator('.lede').innerText(), /^To be closed: .*nothing to sample/);
  const button = page.getByRole('button', { name: /^Plan all \d+ as tasks$/ });
  const count = Number(/\d+/.exec(await button.innerText())[0]);
  await button.click();
  await page.waitForURL(/\/road(#plan)?$/);
  assert.ok(await page.getByText(`${count} tasks were added to the plan.`).first().isVisible());
  await page.goto('/road/gaps/7.2');
  assert.equal(await button.count(), 0);
}

/// Body, certificate applied for, stage 1 booked and held: its limits follow.
async function stage1(page) {
  await made(page, 'certification_bodies', async () => {
    await page.locator('#f-name').fill('Meridian Certification');
    await page.locator('#f-answer_days').fill('21');
    await page.locator('#f-major_days').fill('90');
  });
  const audit = await made(page, 'certification_audits', async () => {
    await page.locator('#f-title').fill('Stage 1');
    await page.locator('#f-type').selectOption('stage-1');
    await page.locator('#f-body').fill('CBO-1');
    await page.locator('#f-begins').fill('2026-11-10');
    await page.locator('#f-ends').fill('2026-11-11');
  });
  await page.goto(`${audit}/step?to=held`);
  await page.locator('main form.form button').last().click();
  await page.waitForURL(/\/certification_audits\/CAU-1/);
  await page.goto('/road');
  const step = page.locator('#steps tr', { hasText: 'Stage 1' });
  assert.match(await step.innerText(), /held, last day Wed 11 Nov 2026/);
  assert.match(await page.locator('main').innerText(), /Findings are to be answered by Wed 2 Dec 2026/);
}
