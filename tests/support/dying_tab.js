// A tab that dies at the nth write of its session: nothing it does reaches anybody after that.
// `before` loses the write, `after` keeps it; `arm` begins the count.
(() => {
  const death = { at: 0, moment: "after", writes: 0, dead: false };
  death.arm = (at, moment) => Object.assign(death, { at, moment, writes: 0 });
  globalThis.death = death;

  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function begin(names, mode, options) {
    if (death.dead) throw new DOMException("dead", "InvalidStateError");
    const made = transaction.call(this, names, mode, options);
    if (mode !== "readwrite" || ![names].flat().includes("parts")) return made;
    death.writes += 1;
    if (death.writes !== death.at) return made;
    if (death.moment === "after") {
      made.addEventListener("complete", () => Object.assign(death, { dead: true }));
    } else {
      death.dead = true;
      made.abort();
    }
    return made;
  };

  const { fetch } = globalThis;
  globalThis.fetch = (...asked) => (death.dead ? new Promise(() => {}) : fetch(...asked));
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function say(said) {
    if (!death.dead) send.call(this, said);
  };
  const { postMessage } = BroadcastChannel.prototype;
  BroadcastChannel.prototype.postMessage = function tell(news) {
    if (!death.dead) postMessage.call(this, news);
  };
})();
