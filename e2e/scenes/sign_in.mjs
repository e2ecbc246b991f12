// Signing in and out: who is let in, where to, and what the others are told.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { signIn } from '../lib/acts.mjs';
import { ROLES } from '../lib/world.mjs';

/// A refused form answers 422, which Chromium tells as a failed resource.
const REFUSED = [/status of 422/];

export default function signingIn(world) {
  it('whoever asks for a page is led to it after signing in', () =>
    world().asNobody({}, async (page) => {
      const wanted = '/incidents?filter=state+%3D+new';
      await page.goto(wanted);
      assert.equal(new URL(page.url()).pathname, '/sign-in');
      await signIn(page, world().logins.get('agent'));
      await page.getByRole('heading', { level: 1, name: 'Incidents' }).waitFor();
      assert.equal(page.url(), new URL(wanted, world().url).href);
    }));

  it('a wrong password and an unknown person are refused in the same words', () =>
    world().asNobody({ expected: REFUSED }, async (page) => {
      const sentences = [];
      for (const email of [world().logins.get('agent').email, 'nobody@elsewhere.example']) {
        await page.goto('/sign-in');
        await signIn(page, { email, password: 'not the password' });
        sentences.push(await page.getByRole('alert').innerText());
        assert.equal(await page.getByLabel('E-mail').inputValue(), email, 'the e-mail is kept');
        assert.equal(await page.getByLabel('Password').inputValue(), '');
      }
      assert.equal(sentences[0], sentences[1]);
      await page.goto('/my-work');
      assert.equal(new URL(page.url()).pathname, '/sign-in');
    }));

  it('nobody is led away to another place after signing in', () =>
    world().asNobody({}, async (page) => {
      await page.goto('/sign-in?next=//elsewhere.example/');
      await signIn(page, world().logins.get('agent'));
      await page.waitForURL(`${world().url}/`);
    }));

  for (const role of ROLES) {
    it(`the demonstration's ${role} comes in by the printed login and sees a home page`, () =>
      world().as(role, {}, async (page) => {
        await page.goto('/');
        await page.getByRole('heading', { level: 1 }).waitFor();
        assert.notEqual(new URL(page.url()).pathname, '/sign-in');
      }));
  }

  it('signing out ends the session, not only the cookie', () =>
    world().asNobody({}, async (page, context) => {
      await page.goto('/sign-in');
      await signIn(page, world().logins.get('agent'));
      await page.locator('.me').first().waitFor();
      const cookies = await context.cookies();
      assert.equal(cookies.length, 1);
      assert.ok(cookies[0].httpOnly && cookies[0].sameSite === 'Lax');
      await page.locator('button.me').click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(/\/sign-in/);
      await context.addCookies(cookies);
      await page.goto('/my-work');
      assert.equal(new URL(page.url()).pathname, '/sign-in');
    }));
}
