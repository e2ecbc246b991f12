// The SMS manager from an empty system to stage 1: one house, three people, no command line, and no stop without a way onward.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { moved, numberOf, said, unfold } from '../lib/acts.mjs';
import { axe } from '../lib/axe.mjs';
import { command, Program } from '../lib/program.mjs';
import { PATIENCE } from '../lib/world.mjs';
import { inspect } from './every_page.mjs';

const [INES, TOMAS, ADA] = ['ines', 'tomas', 'ada'].map((name) => `${name}@harbour.example`);
const PASSWORD = 'plumb lines hang straight';

/// A day so many days from today.
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const STAGE_1 = day(140);

/// A look at the page as it stands: axe finds nothing, nothing is wider than the window.
async function stop(page) {
  await axe(page, page.url());
  const over = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = globalThis.document.documentElement;
    return scrollWidth - clientWidth;
  });
  assert.ok(over <= 0, `${page.url()}: ${over} px wider than the window`);
}

/// Takes a step of the record that is shown, by its button.
async function step(page, name) {
  await page.getByRole('link', { name, exact: true }).first().click();
  await page.locator('main form.form .form-end button').first().click();
  await page.waitForURL((url) => !url.pathname.endsWith('/step'));
}

/// Saves the form that is shown.
async function save(page) {
  await page.locator('main form.form .form-end button').first().click();
  await page.waitForURL((url) => !/\/(new|edit)$/.test(url.pathname));
}

/// Fills controls of the form that is shown by their names; a list grows by its button.
async function fill(page, fields) {
  await unfold(page);
  for (const [name, value] of Object.entries(fields)) {
    const control = page.locator(`main form.form [name="${name}"]:visible`).first();
    const isChoice = await control.evaluate((element) => element.tagName === 'SELECT');
    await (isChoice ? control.selectOption(value) : control.fill(value));
  }
}

/// Makes a record through its form, whatever groups it begins with folded; gives its number.
async function made(page, plural, fields) {
  await page.goto(`/${plural}/new`);
  await fill(page, fields);
  await save(page);
  return numberOf(page);
}

/// The step of the first steps with this title.
const first = (page, title) => page.locator('main tbody tr', { has: page.locator('th', { hasText: new RegExp(`^${title}`) }) });

async function isDone(page, title) {
  await page.goto('/begin');
  assert.match(await first(page, title).innerText(), /Done/, title);
}

/// Waits until the page that is shown says so of a requirement: verdicts follow a write within about a second.
async function judged(page, requirement, state) {
  const line = page.locator('#judged li', { hasText: requirement });
  const until = Date.now() + PATIENCE;
  while (!state.test(await line.innerText())) {
    assert.ok(Date.now() < until, `${requirement}: ${await line.innerText()}`);
    await page.waitForTimeout(500);
    await page.reload();
  }
}

/// The first account, the name of the house, people and their accounts.
async function house(page, link) {
  await page.goto(link);
  await page.getByLabel('Your name').fill('Ines Okafor');
  await page.getByLabel('Your e-mail').fill(INES);
  await page.getByLabel('Password').fill(PASSWORD);
  await stop(page);
  await page.locator('main form button').click();
  await page.getByRole('heading', { name: 'First steps' }).waitFor();
  await inspect(page, '/', 'journey-home');
  await page.getByRole('link', { name: 'All of them' }).click();
  await inspect(page, '/begin', 'journey-begin');
  await page.getByRole('link', { name: 'Open the settings' }).click();
  await page.getByLabel(/^Name/).fill('Harbour IT');
  await page.getByLabel('Scope of the SMS').fill('Managed workplaces for customers, run from Hamburg.');
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  await page.getByRole('button', { name: 'Save the settings' }).first().click();
  await isDone(page, 'The organisation');
  const links = {};
  for (const [mail, name, role] of [[TOMAS, 'Tomas Lind', 'Top management'], [ADA, 'Ada Brook', 'Internal auditor']]) {
    await page.goto('/administration/accounts/new');
    await page.getByLabel('E-mail').fill(mail);
    await page.getByLabel(/^Name/).fill(name);
    await page.getByLabel(role, { exact: true }).check();
    await page.getByRole('button', { name: 'Make the account and its link' }).click();
    links[mail] = await page.locator('code.secret').textContent();
    await stop(page);
  }
  await page.goto('/begin');
  await page.getByRole('button', { name: 'Put these people on record' }).click();
  await said(page, '3 people are on record now');
  for (const title of ['People', 'Accounts']) await isDone(page, title);
  return links;
}

/// Who answers for what, and what it is all about.
async function ground(page, tomas) {
  await page.getByRole('link', { name: 'Name who runs the system' }).click();
  await fill(page, { holder: INES, appointed_on: day(0) });
  await stop(page);
  await save(page);
  await page.goto('/begin');
  await page.getByRole('link', { name: 'Name top management' }).click();
  await fill(page, { holder: TOMAS, appointed_on: day(0) });
  await save(page);
  await page.goto('/staff');
  await stop(page);
  await judged(page, '5.3.a', /Proved/);
  await page.goto('/begin');
  await page.getByRole('link', { name: 'Write down a service' }).click();
  assert.equal(await page.locator('[name=in_scope]').inputValue(), 'yes', 'a service belongs to the scope unless said otherwise');
  await fill(page, { name: 'Workplace', owner: INES, criticality: 'critical' });
  await save(page);
  await page.goto('/begin');
  await page.getByRole('link', { name: 'Write the scope statement' }).click();
  await fill(page, { text: 'The SMS of Harbour IT that supports managed workplaces from Hamburg', organization: 'Harbour IT', services: 'SVC-1', locations: 'Hamburg', owner: INES });
  await stop(page);
  await save(page);
  await page.goto('/papers');
  await stop(page);
  await page.getByRole('button', { name: /^Draft the policy: Service management policy/ }).click();
  await page.waitForURL(/\/policies\/POL-1$/);
  await stop(page);
  for (const address of ['/scope_statements/SCO-1', '/policies/POL-1']) {
    await tomas.goto(address);
    await step(tomas, 'Approve…');
  }
  for (const title of ['Roles', 'Services', 'Scope', 'Policy']) await isDone(page, title);
}

/// Risks and objectives, then the plan of the system: begun from the records, completed, approved.
async function direction(page, tomas) {
  await made(page, 'risk_methods', { approach: 'Found in the monthly meeting, judged by likelihood and impact, treated by their owner.', 'acceptance.limit': '8', owner: INES });
  await made(page, 'risks', { area: 'organization', description: 'One person alone knows the backup', owner: INES, likelihood: '3', impact: '3' });
  await made(page, 'objectives', { statement: 'Resolve faster', measure: 'Share resolved in time', owner: INES, target: '95', due: day(300) });
  await made(page, 'service_requirements', { service: 'SVC-1', statement: 'Back within four hours' });
  await tomas.goto('/risk_methods/RMT-1');
  await step(tomas, 'Approve…');
  await page.goto('/service-management-plan');
  await page.getByText('No plan is on record yet').waitFor();
  await page.getByRole('button', { name: 'Begin the plan from the records' }).click();
  await said(page, 'The plan is begun from your records');
  await page.getByText('What holds the system or its services back is not written down.').first().waitFor();
  assert.match(await page.locator('#services').innerText(), /Workplace/);
  await page.locator('#limits').getByRole('link', { name: /Write it/ }).click();
  await fill(page, {
    'sections.b': 'Two people for nights.',
    'sections.e.human': 'Nine people, two of each skill.', 'sections.e.technical': 'One data centre, tools.',
    'sections.e.information': 'This system.', 'sections.e.financial': 'Budgets by service.',
    'sections.f': 'By contract and monthly figures.', 'sections.g': 'Plumbline, monitoring, telephone.',
  });
  await save(page);
  await tomas.goto('/management_plans/SMP-1');
  await step(tomas, 'Approve…');
  await inspect(page, '/service-management-plan', 'journey-sms-plan');
  assert.ok(!(await page.locator('#limits').innerText()).includes('Write it'));
  for (const title of ['Risks', 'Objectives', 'Service management plan']) await isDone(page, title);
}

/// A document: frozen from the plan, completed, approved by somebody else than who wrote it.
async function fourEyes(page, tomas) {
  await page.goto('/service-management-plan');
  await page.getByRole('button', { name: 'Freeze it as a version of the document' }).click();
  await page.waitForURL(/\/papers\/DOC-1/);
  await page.getByText('Draft: not approved, not to be followed.').first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Write the next version' }).count(), 0, 'one is being written');
  await stop(page);
  await page.getByRole('link', { name: 'Write', exact: true }).click();
  const text = page.getByLabel('Text', { exact: true });
  await text.fill((await text.inputValue()).replaceAll(/\*[^*\n]+\*/g, 'as the records say'));
  await page.getByLabel('Approver', { exact: true }).fill(TOMAS);
  await save(page);
  await page.goto('/papers/DOC-1');
  await step(page, 'Send to review…');
  await page.goto('/papers/DOC-1');
  assert.equal(await page.getByRole('link', { name: 'Approve…' }).count(), 1);
  await page.getByRole('link', { name: 'Approve…' }).click();
  await page.locator('main form.form .form-end button').first().click();
  await page.locator('main [role=alert]').first().waitFor();
  await tomas.goto('/papers/DOC-1');
  await step(tomas, 'Approve…');
  await tomas.goto('/papers/DOC-1');
  assert.equal(await tomas.locator('.copy').count(), 0, 'it is in force');
  await isDone(page, 'Documents');
}

/// The way: a plan with sponsor and day, gaps from what the program knows, tasks that wait for each other, money.
async function way(page, tomas) {
  await page.goto('/road');
  await page.getByText('Nothing is planned yet.').waitFor();
  await stop(page);
  await page.getByRole('link', { name: 'Write the plan' }).first().click();
  await fill(page, { title: 'The way to the certificate', owner: INES, sponsor: TOMAS, begins: day(0) });
  await save(page);
  await page.goto('/road');
  await page.getByRole('link', { name: 'Set the day' }).click();
  await fill(page, { goal: STAGE_1 });
  await save(page);
  await tomas.goto('/implementation_plans/IPL-1');
  await step(tomas, 'Approve…');
  await page.goto('/road/gaps');
  await stop(page);
  await page.getByRole('link', { name: /^9\.2 / }).click();
  const gap = page.locator('section.sec', { has: page.getByRole('link', { name: '9.2.1.a', exact: true }) });
  await gap.locator('summary').click();
  await gap.getByLabel('What is missing').fill('A first internal audit');
  await gap.getByLabel('Who closes it').fill(ADA);
  await gap.getByLabel('Effort').fill('4');
  await gap.getByLabel('Write this down as a gap').check();
  await stop(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(/\/road\/gaps\/9\.2$/);
  await page.goto('/road/gaps');
  await page.getByRole('button', { name: 'Turn 1 gap into a task' }).click();
  await page.waitForURL(/\/road/);
  await made(page, 'plan_tasks', { title: 'Write the procedures', plan: 'IPL-1', step: 'documents', owner: INES, begins: day(1), due: day(60), effort_days: '20' });
  await made(page, 'plan_tasks', { title: 'Look at the whole', plan: 'IPL-1', step: 'management-review', owner: INES, begins: day(61), due: day(70), after: 'PTK-2' });
  await page.goto('/plan_tasks/PTK-2/edit');
  await unfold(page);
  await page.locator('[name="add.costs"]').click();
  await fill(page, { 'costs.0.type': 'consulting', 'costs.0.planned': '8000' });
  await save(page);
  await made(page, 'budgets', { service: 'SVC-1', period: String(new Date().getUTCFullYear()), amount: '120000' });
  await tomas.goto('/budgets/BUD-1');
  if (await tomas.getByRole('link', { name: 'Approve…' }).count()) await step(tomas, 'Approve…');
  else await moved(page, '/budgets/BUD-1', 'approved');
  await inspect(page, '/road', 'journey-road');
  assert.match(await page.locator('#steps').innerText(), /The way to the certificate, approved, sponsor Tomas Lind/);
  assert.match(await page.locator('#plan').innerText(), /Look at the whole[\s\S]*waits for PTK-2/);
  await page.goto('/road/costs');
  await stop(page);
  assert.match(await page.locator('main').innerText(), /8,000/);
  for (const title of ['Gap analysis', 'The way to the certificate', 'Money']) await isDone(page, title);
}

/// The body and its first visit.
async function booked(page) {
  await page.getByRole('link', { name: 'Write down a body' }).click();
  await fill(page, { name: 'Meridian Certification', answer_days: '21', major_days: '90' });
  await stop(page);
  await save(page);
  await page.goto('/begin');
  await page.getByRole('link', { name: 'Book stage 1' }).click();
  await fill(page, { body: 'CBO-1', owner: INES, begins: STAGE_1, ends: day(141), auditors: 'Vera Stone' });
  await save(page);
  await step(page, 'Book…');
  await isDone(page, 'Stage 1');
}

/// The programme and the first steps of an internal audit, by somebody who owns nothing of it.
async function audited(page, ada) {
  await page.getByRole('link', { name: 'Write the programme' }).click();
  await fill(page, { period: String(new Date().getUTCFullYear()), frequency: 'yearly', methods: 'Interviews\nSamples', planning: 'Each clause once a year', reporting: 'To top management within a month', basis: 'Importance and earlier results', owner: INES });
  await save(page);
  await moved(page, '/audit_programmes/APR-1', 'approved');
  await made(page, 'audits', { title: 'First internal audit', 'scope.clauses': '6.3\n7.5.4', auditors: ADA, owner: ADA, planned_on: day(0) });
  await moved(ada, '/audits/AUD-1', 'in_progress');
  await ada.goto('/fieldwork/AUD-1');
  await stop(ada);
  await ada.getByRole('button', { name: 'Make the checklist' }).click();
  await said(ada, 'on the checklist');
  await ada.getByLabel('Result', { exact: true }).selectOption({ index: 1 });
  await ada.getByLabel('Evidence').fill('The plan of today lies in DOC-1, approved by top management.');
  await ada.getByRole('button', { name: 'Keep the answer' }).click();
  await said(ada, 'is answered');
  await stop(ada);
  await isDone(page, 'Internal audit');
}

/// The first management review: inputs that fill themselves, a decision, minutes that somebody else signs.
async function reviewed(page, tomas) {
  const review = await made(page, 'management_reviews', { title: 'First management review', held_on: day(0), chair: TOMAS, present: TOMAS });
  await page.goto(`/road/reviews/${review}`);
  await page.getByRole('button', { name: 'Fill what is empty' }).click();
  await page.getByText('Figures were counted just now').waitFor();
  await page.getByLabel('What was decided').fill('Stage 1 stays where it is');
  await page.getByLabel('Who does it').fill(INES);
  await page.getByLabel('By', { exact: true }).fill(day(30));
  await stop(page);
  await page.getByRole('button', { name: 'Write the decision down' }).click();
  await page.locator('#decisions').getByText('Stage 1 stays where it is').waitFor();
  await moved(page, `/management_reviews/${review}`, 'held');
  await page.goto(`/management_reviews/${review}/edit`);
  await fill(page, { 'minutes.text': 'The system is young and fits. Stage 1 stays where it is.' });
  await save(page);
  await tomas.goto(`/road/reviews/${review}`);
  await tomas.getByRole('link', { name: 'Sign the minutes' }).click();
  await tomas.locator('main form.form .form-end button').first().click();
  await tomas.waitForURL((url) => !url.pathname.endsWith('/step'));
  await page.goto(`/road/reviews/${review}`);
  await stop(page);
  assert.match(await page.locator('aside').innerText(), /Tomas Lind/);
  await isDone(page, 'Management review');
}

/// What is proved, what will have run out by stage 1, and all of it in one file that checks itself.
async function ready(page) {
  await page.goto('/conformity');
  await stop(page);
  await page.goto(`/conformity/course?until=${STAGE_1}`);
  await stop(page);
  await page.getByText('would still be proved').waitFor();
  const proved = Number.parseInt(/(\d+) of 260/.exec(await page.locator('main').innerText())[1], 10);
  assert.ok(proved > 20, `${proved} would still be proved`);
  await page.goto('/packs');
  await page.getByText('No pack is kept here').waitFor();
  await stop(page);
  await page.getByRole('button', { name: 'Make evidence pack' }).click();
  await said(page, 'is being made');
  const until = Date.now() + 2 * PATIENCE;
  while ((await page.locator('tbody tr').first().getByText('Ready').count()) === 0) {
    assert.ok(Date.now() < until, 'the pack is not ready in time');
    await page.waitForTimeout(1_000);
    await page.goto('/packs');
  }
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-pack-'));
  try {
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('tbody tr').first().getByRole('link').click()]);
    const file = join(folder, 'pack.zip');
    await download.saveAs(file);
    assert.match(await command('verify', file), /260 requirements are whole and agree/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/// Stage 1 as it was: held, with an area of concern that becomes a task of the plan.
async function held(page) {
  await page.goto('/certification_audits/CAU-1/edit');
  await fill(page, { begins: day(-2), ends: day(-1) });
  await save(page);
  await step(page, 'Hold…');
  await page.goto('/certification_audits/CAU-1/edit');
  await unfold(page);
  await page.locator('[name="add.concerns"]').click();
  await fill(page, { 'concerns.0.clause': '8.7.2', 'concerns.0.text': 'No continuity plan was tested yet' });
  await save(page);
  await page.goto('/road');
  await page.getByText('One area of concern of stage 1 has no task yet.').waitFor();
  await stop(page);
  await page.getByRole('button', { name: 'Turn it into a task' }).click();
  await said(page, 'One task was added to the plan');
  await page.locator('#plan').getByRole('link', { name: '8.7.2: No continuity plan was tested yet' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Turn it into a task' }).count(), 0);
  assert.match(await page.locator('#steps').innerText(), /0 of 1[\s\S]*areas of concern/);
  await page.goto('/certification_audits/CAU-1');
  await stop(page);
  assert.match(await page.locator('main').innerText(), /PTK-4|No continuity plan was tested yet/);
}

export default function journey(world) {
  it('the SMS manager from an empty system to stage 1', { timeout: 20 * 60_000 }, async () => {
    const program = await Program.serve();
    const at = (act, expected = []) => world().browser.visit({ baseURL: program.url, acceptDownloads: true, expected }, act);
    const welcome = async (page, link) => {
      await page.goto(link);
      await page.locator('input[type=password]').first().fill(PASSWORD);
      await page.locator('main form button').first().click();
      await page.locator('.me').first().waitFor();
    };
    try {
      const link = /https?:\/\/\S+\/welcome\/\S+/.exec(program.output)[0];
      // That one's own text is not approved by oneself is a refusal, which Chromium tells on the console.
      await at(async (page) => {
        const links = await house(page, link);
        await at(async (tomas) => {
          await welcome(tomas, links[TOMAS]);
          await ground(page, tomas);
          await direction(page, tomas);
          await fourEyes(page, tomas);
          await way(page, tomas);
          await booked(page);
          await at(async (ada) => {
            await welcome(ada, links[ADA]);
            await audited(page, ada);
          });
          await reviewed(page, tomas);
        });
        await ready(page);
        await held(page);
        await page.goto('/begin');
        await stop(page);
        await page.getByText('17 of 17 are taken.').waitFor();
        await page.goto('/');
        assert.equal(await page.locator('#begin').count(), 0, 'home has no first steps any more');
      }, [/status of 4(03|22)/]);
    } finally {
      await program.stop();
    }
  });
}
