// What the scenes act in: the demonstration world, one browser for the whole run, and a signed-in page for each role.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { signIn } from './acts.mjs';
import { Program } from './program.mjs';

/// A loaded machine took 17 s to launch a browser.
export const PATIENCE = 60_000;

const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

/// The four ways in which every page is looked at.
export const LOOKS = [
  { name: '1440-light', viewport: WIDE, colorScheme: 'light' },
  { name: '1440-dark', viewport: WIDE, colorScheme: 'dark' },
  { name: '390-light', viewport: NARROW, colorScheme: 'light' },
  { name: '390-dark', viewport: NARROW, colorScheme: 'dark' },
];

/// The roles for which the demonstration prints a login.
export const ROLES = [
  'administrator', 'sms-manager', 'process-owner', 'agent', 'approver', 'customer-user', 'internal-auditor',
  'external-auditor', 'top-management',
];

const SHOTS = fileURLToPath(new URL('../shots/', import.meta.url));

/// One browser; scenes get contexts of their own, so that none sees the cookies of another.
export class Browser {
  static async launch() {
    const executablePath = process.env.PLUMBLINE_CHROMIUM ?? '/usr/bin/chromium';
    return new Browser(await chromium.launch({ executablePath, headless: true, args: FLAGS, timeout: PATIENCE }));
  }

  constructor(browser) {
    this.browser = browser;
  }

  /// Runs `act(page)` on a fresh page. Whatever the page complains of on the way (an exception in a script, an error
  /// on the console, a blocked resource) fails it, except what matches one of `expected`.
  async visit(options, act) {
    const { expected = [], script = true, ...rest } = options;
    const context = await this.browser.newContext({
      viewport: WIDE, locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce', javaScriptEnabled: script, ...rest,
    });
    context.setDefaultTimeout(PATIENCE);
    const complaints = [];
    context.on('weberror', (event) => complaints.push(String(event.error())));
    context.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`);
    });
    try {
      const result = await act(await context.newPage(), context);
      const unexpected = complaints.filter((text) => !expected.some((pattern) => pattern.test(text)));
      assert.equal(unexpected.length, 0, `the page complained:\n  ${unexpected.join('\n  ')}`);
      return result;
    } finally {
      await context.close();
    }
  }

  close() {
    return this.browser.close();
  }
}

/// The whole page as a picture in e2e/shots/, for people to look at.
export async function shot(page, name) {
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}${name.replaceAll(/[^\w.-]+/g, '_')}.png`, fullPage: true });
}

/// Turns the page to one of the `LOOKS`.
export async function look(page, { viewport, colorScheme }) {
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
}

/// The demonstration world and a browser to look at it.
export class World {
  #sessions = new Map();

  static async start() {
    const browser = await Browser.launch();
    try {
      return new World(await Program.demo(), browser);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  constructor(program, browser) {
    this.program = program;
    this.browser = browser;
    this.url = program.url;
    this.logins = logins(program.output);
  }

  async stop() {
    await this.browser.close();
    await this.program.stop();
  }

  /// Runs `act(page)` on a page of somebody with this role. Each role signs in once in a run.
  async as(role, options, act) {
    const login = this.logins.get(role);
    assert.ok(login, `no login of ${role} was printed:\n${this.program.output}`);
    if (!this.#sessions.has(role)) {
      const session = this.asNobody({}, async (page, context) => {
        await page.goto('/sign-in');
        await signIn(page, login);
        await page.locator('.me').first().waitFor();
        return context.storageState();
      });
      this.#sessions.set(role, session);
    }
    return this.asNobody({ storageState: await this.#sessions.get(role), ...options }, act);
  }

  /// Runs `act(page)` on a page that nobody has signed in on.
  asNobody(options, act) {
    return this.browser.visit({ baseURL: this.url, ...options }, act);
  }
}

/// The logins that the demonstration prints, by role: `  SMS manager       ines@tidewell.example    k3fh-…`
function logins(output) {
  const lines = output.matchAll(/^ +([A-Za-z ]+?) +(\S+@\S+) +(\S+)$/gm);
  return new Map([...lines].map(([, role, email, password]) => [role.toLowerCase().replaceAll(' ', '-'), { email, password }]));
}
