// What people do again and again, in the words of the pages.

import assert from 'node:assert/strict';

/// Fills in the page that asks who one is, wherever one was sent to it from.
export async function signIn(page, { email, password }) {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export const numberOf = (page) => decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1));

/// Logs an incident through its form; gives its number.
export async function logIncident(page, title, more = async () => {}) {
  await page.goto('/incidents/new');
  await page.getByLabel('Title').fill(title);
  await more(page);
  await page.locator('main form.form .form-end button').click();
  await page.waitForURL(/\/incidents\/INC-[^/]+$/);
  return numberOf(page);
}

/// The rows of the list that is shown.
export const rows = (page) => page.locator('[data-list] tbody tr');

/// The numbers in the list that is shown, in its order.
export const numbers = (page) => page.locator('[data-list] tbody .ck input').evaluateAll((boxes) => boxes.map((box) => box.value));

/// What a list holds when its filter is set by address.
export async function listed(page, plural, filter) {
  await page.goto(`/${plural}?${new URLSearchParams({ filter })}`);
  return numbers(page);
}

/// Waits for the sentence that tells what was done.
export async function said(page, text) {
  await page.locator('#toasts .toast', { hasText: text }).first().waitFor();
}

/// The fact of this name beside a record.
export const fact = (page, label) => page.locator('#facts dl > div', { has: page.getByText(label, { exact: true }) });

/// Fails unless the element has the keyboard.
export async function hasFocus(locator) {
  const deadline = Date.now() + 5000;
  while (Date.now() < deadline) {
    if (await locator.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const where = await locator.page().evaluate(() => globalThis.document.activeElement.outerHTML.slice(0, 200));
  assert.fail(`the keyboard is at ${where}`);
}

/// Makes a record through its form, with these fields; gives its number.
export async function made(page, plural, fields) {
  await page.goto(`/${plural}/new`);
  for (const [name, value] of Object.entries(fields)) {
    const control = page.locator(`main form.form [name="${name}"]:visible`).first();
    const isChoice = await control.evaluate((element) => element.tagName === 'SELECT');
    await (isChoice ? control.selectOption(value) : control.fill(value));
  }
  await page.locator('main form.form .form-end button').click();
  await page.waitForURL(new RegExp(`/${plural}/[A-Z]+-[^/]+$`));
  return numberOf(page);
}

/// Takes the record at this address on to a state, by the page of the step.
export async function moved(page, address, to) {
  await page.goto(`${address}/step?to=${to}`);
  await page.locator('main form.form .form-end button').click();
  await page.waitForURL((url) => url.pathname === address);
}

/// Opens the groups of a form that begin closed.
export async function unfold(page) {
  const closed = page.locator('main details.field-group:not([open]) > summary');
  while ((await closed.count()) > 0) await closed.first().click();
}
