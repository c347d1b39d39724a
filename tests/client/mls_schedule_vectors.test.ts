/** The official vectors of RFC 9420, suite 1: from epoch to epoch. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { decode, encode } from "../../web/client/core/mls/codec.ts";
import { AuthenticatedContent } from "../../web/client/core/mls/framing.ts";
import { GroupContext } from "../../web/client/core/mls/group_context.ts";
import * as keySchedule from "../../web/client/core/mls/key_schedule.ts";
import { suiteOf } from "../../web/client/core/mls/suite.ts";
import {
  confirmationTag,
  confirmedHash,
  interimHash,
} from "../../web/client/core/mls/transcript.ts";
import { hex, rows, unhex } from "./support/mls_actors.ts";
import type { Row } from "./support/mls_actors.ts";

/** Builds the group context of an epoch of a key-schedule row. */
function contextOf(row: Row, number: number): GroupContext {
  const epoch = row.epochs[number];
  return new GroupContext({
    cipherSuite: row.cipher_suite,
    groupId: unhex(row.group_id),
    epoch: BigInt(number),
    treeHash: unhex(epoch.tree_hash),
    confirmedTranscriptHash: unhex(epoch.confirmed_transcript_hash),
  });
}

describe("key-schedule", () => {
  for (const row of rows("key-schedule")) {
    const suite = suiteOf(row.cipher_suite);

    test("each epoch yields every secret of the vector", async () => {
      let init = unhex(row.initial_init_secret);

      for (const [number, epoch] of row.epochs.entries()) {
        const context = contextOf(row, number);
        const psk = unhex(epoch.psk_secret);
        const commitSecret = unhex(epoch.commit_secret);
        const joiner = keySchedule.joinerSecret(suite, init, commitSecret, context);
        const secret = keySchedule.epochSecret(suite, joiner, psk, context);
        const made = keySchedule.deriveEpoch(suite, secret);
        init = made.init;

        const yielded = {
          group_context: hex(encode(context)),
          joiner_secret: hex(joiner),
          welcome_secret: hex(keySchedule.welcomeSecret(suite, joiner, psk)),
          init_secret: hex(made.init),
          sender_data_secret: hex(made.senderData),
          encryption_secret: hex(made.encryption),
          exporter_secret: hex(made.exporter),
          epoch_authenticator: hex(made.authenticator),
          external_secret: hex(made.external),
          confirmation_key: hex(made.confirmationKey),
          membership_key: hex(made.membershipKey),
          resumption_psk: hex(made.resumptionPsk),
          external_pub: hex((await keySchedule.externalKeyPair(suite, made)).public),
        };
        assert.deepEqual(yielded, { ...yielded, ...pick(epoch, Object.keys(yielded)) });
      }
    });

    test("the exporter yields the secret of the vector", () => {
      for (const epoch of row.epochs) {
        const { label, context, length, secret } = epoch.exporter;

        const exporter = unhex(epoch.exporter_secret);
        const made = keySchedule.exportSecret(suite, exporter, label, unhex(context), length);

        assert.equal(hex(made), secret);
      }
    });
  }
});

describe("transcript-hashes", () => {
  for (const row of rows("transcript-hashes")) {
    test("a commit moves both transcript hashes and carries its tag", () => {
      const suite = suiteOf(row.cipher_suite);
      const message = decode(AuthenticatedContent.read, unhex(row.authenticated_content));
      const before = unhex(row.interim_transcript_hash_before);

      const confirmed = confirmedHash(suite, before, message);
      const tag = confirmationTag(suite, unhex(row.confirmation_key), confirmed);

      assert.equal(message.commit(), message.content.body);
      assert.equal(hex(confirmed), row.confirmed_transcript_hash_after);
      assert.deepEqual(tag, message.auth.confirmationTag);
      const interim = interimHash(suite, confirmed, tag);
      assert.equal(hex(interim), row.interim_transcript_hash_after);
      assert.equal(hex(encode(message)), row.authenticated_content);
    });
  }
});

function pick(given: Row, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, given[name]]));
}
