// Every page with a template of its own on paper: nothing is cut off, and nothing is there that only works on a screen. Pages
// that other scenes look at in all ways are here once more, so that this list is the whole of what is printed.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { WIDE } from '../lib/world.mjs';
import { prints } from './every_page.mjs';

/// Pages of the conformity and the road, by what people call them.
const SHEETS = {
  map: '/conformity',
  clause: '/conformity/8.5.1.3',
  requirement: '/conformity/8.6.1/8.6.1-1',
  forecast: '/conformity/course?until=2027-03-31',
  'checks of our own': '/conformity/beside',
  statement: '/conformity/statement',
  'trust page': '/status',
  road: '/road',
  'costs and return': '/road/costs',
  'scenarios of costs and return': '/road/costs?people=40&percent=20&people_2=15&services_2=6&open_2=5',
  'stakeholders and communication': '/road/people',
  'gap analysis': '/road/gaps',
  'gap analysis of a clause': '/road/gaps/8.6.1',
  'what is due': '/due',
  audit: '/audits/AUD-2',
  'checklist with its sample': '/fieldwork/AUD-2',
  'audit report': '/fieldwork/AUD-2/report',
  'coverage of three years': '/coverage',
  'seats of auditors': '/auditors',
  'evidence packs': '/packs',
  'golden thread': '/thread/INC-20001',
  'roles and holders': '/staff',
  'competence matrix': '/staff/matrix',
  trainings: '/staff/training',
  campaigns: '/staff/campaigns',
  'risk matrix': '/risk-map',
  objectives: '/aims',
  'what must be in writing': '/papers',
  document: '/papers/DOC-1',
  'service management plan': '/service-management-plan',
  'service reports': '/service-reports',
  'service report': '/service-reports/RPT-1',
  'tender kit': '/tender-answers/TND-1',
  frameworks: '/frameworks',
  'licensed wording': '/frameworks/wording',
  'holiday file': '/holiday-files?calendar=CLN-1',
  pictures: '/pictures?by=team&weeks=26',
  trends: '/trends',
  'wall board': '/wall',
  'my work': '/my-work',
  approvals: '/approvals',
  'first steps': '/begin',
  'all records': '/records',
  search: '/search?q=payment',
};

/// Pages that are reached from another one: where the way begins, and what leads there.
const REACHED = {
  'workpaper of a question': ['/fieldwork/AUD-2', 'aside li a[href*="/fieldwork/"], aside li a[href^="?"]'],
  'agenda and minutes': ['/road', '#steps a[href^="/road/reviews/"]'],
  'framework of the house': ['/frameworks', 'main table a[href^="/frameworks/"]'],
  'check of our own': ['/conformity/beside', 'main a[href^="/conformity/beside/"]'],
};

/// The seat of an auditor from outside, and pages of administration.
const OF_OTHERS = {
  'external-auditor': { seat: '/auditor', 'clause and samples of the seat': '/auditor/8.6.1' },
  administrator: {
    accounts: '/administration/accounts',
    settings: '/administration/settings',
    fields: '/administration/fields',
    jobs: '/administration/jobs',
    mail: '/administration/mail',
    'texts of mail': '/administration/mail/texts',
    events: '/administration/events',
    automation: '/administration/automation',
    activity: '/administration/activity',
  },
};

async function printed(page, address) {
  await page.setViewportSize(WIDE);
  const answer = await page.goto(address);
  assert.equal(answer.status(), 200, address);
  await prints(page, address);
}

export default function printing(world) {
  for (const [name, address] of Object.entries(SHEETS)) {
    it(`${name} prints`, () => world().as('sms-manager', {}, (page) => printed(page, address)));
  }

  for (const [name, [from, way]] of Object.entries(REACHED)) {
    it(`${name} prints`, () =>
      world().as('sms-manager', {}, async (page) => {
        await page.goto(from);
        const address = await page.locator(way).first().evaluate((link) => link.href);
        await printed(page, address);
      }));
  }

  for (const [role, sheets] of Object.entries(OF_OTHERS)) {
    for (const [name, address] of Object.entries(sheets)) {
      it(`${name} prints for the ${role}`, () => world().as(role, {}, (page) => printed(page, address)));
    }
  }
}
