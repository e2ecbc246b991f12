// Real mail servers on loopback, as the tests of the program itself have them: Dovecot gives mail out by IMAP, two aiosmtpd take
// mail in by SMTP, one for us and one for the customer. All of it in one folder, gone when they are stopped.

import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './program.mjs';

/// Longest wait for a server to listen, and for a message to come: mailboxes are looked into once a minute.
const LISTEN_LIMIT = 60_000;
const POST_LIMIT = 4 * 60_000;
/// What stands behind the address of ours in the mailbox of the program.
export const PASSWORD = 'salt_and_tide';

const isRoot = userInfo().uid === 0;

export class MailServers {
  static async start() {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-mail-'));
    // As root, the servers step down to nobody, who must get through.
    await chmod(folder, 0o755);
    for (const name of ['run', 'home', 'mail', ...['support', 'kim'].flatMap((box) => ['', '/tmp', '/new', '/cur'].map((part) => `mail/${box}${part}`))]) {
      await mkdir(join(folder, name));
      await chmod(join(folder, name), 0o777);
    }
    const servers = new MailServers(folder, await freePort(), await freePort(), await freePort());
    servers.#smtp('support', servers.inward);
    servers.#smtp('kim', servers.outward);
    await servers.#dovecot();
    for (const port of [servers.inward, servers.outward, servers.imap]) await servers.#listens(port);
    return servers;
  }

  /// Ports: where we fetch, where mail for us goes, and where ours to the customer goes.
  constructor(folder, imap, inward, outward) {
    Object.assign(this, { folder, imap, inward, outward, children: [], told: '' });
  }

  async stop() {
    for (const { child, ended } of this.children) {
      child.kill('SIGTERM');
      await Promise.race([ended, pause(5000, undefined, { ref: false })]);
      child.kill('SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  #spawn(program, words) {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise((resolve) => child.once('error', resolve).once('exit', resolve));
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (this.told += text));
    this.children.push({ child, ended });
  }

  #smtp(name, port) {
    const down = isRoot ? [] : ['--nosetuid'];
    const words = ['-m', 'aiosmtpd', ...down, '-l', `127.0.0.1:${port}`, '-c', 'aiosmtpd.handlers.Mailbox'];
    this.#spawn('/usr/bin/python3', [...words, join(this.folder, 'mail', name)]);
  }

  async #dovecot() {
    const here = this.folder;
    const me = userInfo().username;
    const users = isRoot
      ? 'mail_uid = nobody\nmail_gid = nogroup\n'
      : `default_internal_user = ${me}\ndefault_login_user = ${me}\nmail_uid = ${me}\nservice anvil {\n  chroot =\n}\nservice imap-login {\n  chroot =\n}\n`;
    const text = `base_dir = ${here}/run\nstate_dir = ${here}/run\nlog_path = /dev/stderr\nprotocols = imap\nlisten = 127.0.0.1
ssl = no\ndisable_plaintext_auth = no\nmail_location = maildir:${here}/mail/%n\nfirst_valid_uid = 1\n${users}
passdb {\n  driver = static\n  args = password=${PASSWORD}\n}
userdb {\n  driver = static\n  args = home=${here}/home/%n\n}
service imap-login {\n  inet_listener imap {\n    port = ${this.imap}\n  }\n  inet_listener imaps {\n    port = 0\n  }\n}\n`;
    const file = join(here, 'dovecot.conf');
    await writeFile(file, text);
    this.#spawn('/usr/sbin/dovecot', ['-F', '-c', file]);
  }

  async #listens(port) {
    const deadline = Date.now() + LISTEN_LIMIT;
    while (!(await reached(port))) {
      if (Date.now() > deadline) throw new Error(`nothing listens on ${port}: cargo xtask test installs what is needed\n${this.told}`);
      await pause(100);
    }
  }

  /// The customer's own mail program sends to us.
  async send(from, to, message) {
    const socket = connect(this.inward, '127.0.0.1').setEncoding('utf8');
    const answers = socket[Symbol.asyncIterator]();
    let held = '';
    const answered = async () => {
      while (!/^\d{3} .*\r\n$/m.test(held)) {
        const { value, done } = await answers.next();
        if (done) throw new Error(`the server hung up:\n${held}`);
        held += value;
      }
      const said = held;
      held = '';
      if (!/^[23]/.test(said)) throw new Error(`the server refused: ${said}`);
    };
    await answered();
    for (const line of ['HELO customer.example', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA', `${message}\r\n.`, 'QUIT']) {
      socket.write(`${line}\r\n`);
      await answered();
    }
    socket.end();
  }

  /// What the customer has got, the oldest first, each as it went over the wire.
  async ofKim() {
    const box = join(this.folder, 'mail/kim/new');
    const names = await readdir(box);
    const letters = await Promise.all(names.map(async (name) => {
      const file = join(box, name);
      return { at: (await stat(file)).mtimeMs, raw: await readFile(file, 'utf8') };
    }));
    return letters.sort((left, right) => left.at - right.at).map((letter) => letter.raw);
  }

  /// Waits until the customer has a letter that holds these words; gives its text.
  async awaitKim(words) {
    const deadline = Date.now() + POST_LIMIT;
    for (;;) {
      const texts = (await this.ofKim()).map(plain);
      const found = texts.find((text) => text.includes(words));
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`no letter says "${words}":\n${texts.join('\n---\n')}\n${this.told}`);
      await pause(500);
    }
  }
}

/// The text of a letter with one part, whatever its transfer encoding.
function plain(raw) {
  const [head, ...rest] = raw.split(/\r?\n\r?\n/);
  const body = rest.join('\n\n');
  const encoding = /^content-transfer-encoding:\s*(\S+)/im.exec(head)?.[1].toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body;
  const bytes = body.replaceAll(/=\r?\n/g, '').replaceAll(/=([\dA-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

const reached = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(() => resolve(true)));
    socket.once('error', () => resolve(false));
  });
