/**
 * The TypeScript side of tests/rules/test_twin_files.py: one operation, one line of JSON.
 *
 * It remembers nothing: a session comes as it is stored and goes back so.
 */
import { seal } from "../../../web/client/core/attachment.ts";
import { Backup, begin, owed, putBack, recover, settled } from "../../../web/client/core/backup.ts";
import { fromBase64, toBase64 } from "../../../web/client/core/base64.ts";
import type { ProfessionalId } from "../../../web/client/core/ids.ts";
import { newCode, readCode } from "../../../web/client/core/recovery.ts";
import { decodeSession, encodeSession } from "../../../web/client/core/session/store.ts";

type Asked = {
  readonly do: "seal" | "code" | "begin" | "owed" | "restore";
  readonly size: number;
  readonly code: string;
  readonly session: string;
  readonly backup: string;
  readonly records: readonly string[];
  readonly professional: ProfessionalId;
};

const operations = {
  seal: async ({ size }: Asked) => {
    const data = Uint8Array.from({ length: size }, (_, at) => at % 251);
    const file = await seal(data);
    return {
      key: toBase64(file.key),
      size: file.size,
      sha256: toBase64(file.sha256),
      sealed: toBase64(file.sealed),
    };
  },
  code: () => ({ code: newCode().written }),
  begin: async ({ code }: Asked) => {
    const backup = begin(await readCode(code).keys());
    return { backup: toBase64(backup.encode()) };
  },
  owed: async ({ session, backup }: Asked) => {
    let kept = Backup.decode(fromBase64(backup));
    const told = await owed(await decodeSession(fromBase64(session)), kept);
    for (const one of told) kept = kept.noted(one);
    const records = told.map(({ body }) => toBase64(body));
    return { records, backup: toBase64(kept.encode()) };
  },
  restore: async ({ session, code, records, professional }: Asked) => {
    const keys = await readCode(code).keys();
    const found = await recover(records.map(fromBase64), { professional, keys });
    let back = await decodeSession(fromBase64(session));
    for (const [channel, said] of found.channels) {
      ({ session: back } = await putBack(back, said, channel));
    }
    const backup = settled(begin(keys), back);
    return {
      identity: found.identity && toBase64(found.identity.private),
      session: toBase64(encodeSession(back)),
      backup: toBase64(backup.encode()),
    };
  },
} as const;

const asked = JSON.parse(await new Response(process.stdin as never).text()) as Asked;
process.stdout.write(JSON.stringify(await operations[asked.do](asked)));
