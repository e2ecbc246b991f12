// Every page in the four looks: axe finds nothing, nothing is cut off sideways, nothing complains.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { numbers } from '../lib/acts.mjs';
import { command, newFolder, Program } from '../lib/program.mjs';
import { LOOKS, look, shot } from '../lib/world.mjs';

/// A4 between its margins (assets/css/print.css), in pixels of a 96th of an inch.
const PAPER = { width: 680, height: 995 };

/// Pages that are no kind's: address by the name of the picture that is taken of each.
const PAGES = {
  home: '/',
  'my-work': '/my-work',
  records: '/records',
  pictures: '/pictures?by=team&weeks=26',
  search: '/search?q=payment',
  'search-nothing': '/search?q=zzzzzz',
  conformity: '/conformity',
  'conformity-then': '/conformity?as_of=2026-06-30',
  course: '/conformity/course?until=2027-03-31',
  beside: '/conformity/beside',
  'beside-check': '/conformity/beside/review-dates',
  clause: '/conformity/8.6.1',
  requirement: '/conformity/8.6.1/8.6.1-1',
  statement: '/conformity/statement',
  'service-reports': '/service-reports',
  'service-report': '/service-reports/RPT-1',
  'tender-answers': '/tender-answers/TND-1',
  'holiday-files': '/holiday-files?calendar=CLN-1',
  status: '/status',
  account: '/account',
  'list-filtered': '/incidents?filter=state+%3D+new',
  'list-empty': '/incidents?filter=title+%3D+%22nothing+is+called+this%22',
  'list-then': '/incidents?as_of=2026-06-30T00:00:00Z',
};

/// Pages that refuse; the status of each is what Chromium complains of.
const REFUSING = {
  'list-typo': '/incidents?filter=stat+%3D+new',
  'missing-page': '/no-such-page',
  'missing-record': '/incidents/INC-0',
};

/// The newest of these belongs to an audit that is reported: its form is refused with the reason.
const SEALED = { audit_questions: [/status of 409/] };

const KINDS = JSON.parse(await command('kinds', '--json', '--data', await newFolder()));

/// Looks at the page in all four ways; takes pictures where it has a name.
export async function inspect(page, address, name) {
  await page.goto(address);
  for (const each of LOOKS) {
    await look(page, each);
    if (name) await shot(page, `${name}-${each.name}`);
    await axe(page, `${address} ${each.name}`);
    const [inner, outer] = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = globalThis.document.documentElement;
      return [scrollWidth, clientWidth];
    });
    assert.ok(inner <= outer, `${address} ${each.name}: ${inner - outer} px wider than the window`);
  }
  await prints(page, address);
}

/// On paper nothing is cut off, and nothing is there that only works on a screen; forms are for filling in and stay.
export async function prints(page, address) {
  await page.setViewportSize(PAPER);
  await page.emulateMedia({ media: 'print', colorScheme: 'light' });
  const told = await page.evaluate(() => {
    const seen = (each) => each.checkVisibility({ visibilityProperty: true });
    const { scrollWidth, clientWidth } = globalThis.document.documentElement;
    const name = (each) => `${each.tagName.toLowerCase()} "${(each.innerText || each.name || each.ariaLabel || '').trim().slice(0, 40)}"`;
    return {
      wider: scrollWidth - clientWidth,
      live: [...globalThis.document.querySelectorAll('button, select, input:not([type=hidden]), textarea')]
        .filter((each) => seen(each) && !each.closest('[data-draft]')).map(name),
    };
  });
  await page.emulateMedia({ media: null });
  assert.ok(told.wider <= 0, `${address} on paper: ${told.wider} px wider than the sheet`);
  assert.deepEqual(told.live, [], `${address} on paper`);
}

export default function everyPage(world) {
  for (const [name, address] of Object.entries(PAGES)) {
    it(`the page ${name}`, () => world().as('sms-manager', {}, (page) => inspect(page, address, name)));
  }

  for (const [name, address] of Object.entries(REFUSING)) {
    const expected = [/status of 40\d/];
    it(`the page ${name}`, () => world().as('sms-manager', { expected }, (page) => inspect(page, address, name)));
  }

  for (const role of ['customer-user', 'external-auditor', 'top-management']) {
    it(`the home page of the ${role}`, () => world().as(role, {}, (page) => inspect(page, '/', `home-${role}`)));
  }

  it('the pages for people without an account', async () => {
    await world().asNobody({}, (page) => inspect(page, '/sign-in', 'sign-in'));
    const empty = await Program.serve();
    try {
      const link = /https?:\/\/\S+\/welcome\/\S+/.exec(empty.output);
      assert.ok(link, `no one-time link for the first administrator:\n${empty.output}`);
      await world().browser.visit({}, (page) => inspect(page, link[0], 'first-start'));
    } finally {
      await empty.stop();
    }
  });

  describe('of each kind', { concurrency: 2 }, () => {
    it('all 82 kinds are here', () => assert.ok(KINDS.length >= 82, `${KINDS.length} kinds`));
    for (const { plural } of KINDS) {
      it(`${plural}: list, form, record, edit`, () =>
        world().as('sms-manager', { expected: SEALED[plural] ?? [] }, async (page) => {
          await inspect(page, `/${plural}`);
          const [number] = await numbers(page);
          assert.ok(number, `the demonstration has no ${plural}`);
          const record = `/${plural}/${encodeURIComponent(number)}`;
          for (const address of [`/${plural}/new`, record, `${record}/edit`]) await inspect(page, address);
        }));
    }
  });
}
