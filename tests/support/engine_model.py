"""The engine port on plain dictionaries: what the two databases are compared with."""

from server.storage.engine import Doc, Entry, Stale, Taken


class Model:
    """Documents by kind and id, streams as lists. Times are left out: they are nobody's rule."""

    def __init__(self) -> None:
        self.docs: dict[tuple[str, str], Doc] = {}
        self.streams: dict[str, list[Entry]] = {}

    def put(self, doc: Doc) -> Doc:
        before = self.docs.get((doc.kind, doc.id))
        if doc.version != (before.version if before else 0):
            raise Stale
        for other in self.docs.values():
            same_key = doc.unique is not None and other.unique == doc.unique
            if same_key and other.kind == doc.kind and other.id != doc.id:
                raise Taken
        stored = doc._replace(version=doc.version + 1)
        self.docs[doc.kind, doc.id] = stored
        return stored

    def drop(self, kind: str, doc_id: str, version: int) -> None:
        before = self.docs.get((kind, doc_id))
        if before is None or before.version != version:
            raise Stale
        del self.docs[kind, doc_id]

    def find(self, kind: str, key: str, after: str, limit: int) -> list[Doc]:
        found = [
            doc
            for doc in self.docs.values()
            if doc.kind == kind and doc.id > after and key in (*doc.tags, doc.unique)
        ]
        return sorted(found, key=lambda doc: doc.id)[:limit]

    def claim(self, kind: str, now: int, until: int, limit: int) -> list[Doc]:
        due = sorted(
            (doc.due, doc.id)
            for doc in self.docs.values()
            if doc.kind == kind and doc.due is not None and doc.due <= now
        )
        claimed = []
        for _, doc_id in due[:limit]:
            before = self.docs[kind, doc_id]
            after = before._replace(version=before.version + 1, due=until)
            self.docs[kind, doc_id] = after
            claimed.append(after)
        return claimed

    def append(self, stream: str, entry: Entry, *, advance: bool) -> tuple[int, bool]:
        entries = self.streams.setdefault(stream, [])
        for known in entries:
            if known.mid == entry.mid:
                if known.body != entry.body:
                    raise Taken
                return known.seq, False
        seq, current = (entries[-1].seq, entries[-1].leads_to) if entries else (0, 0)
        if entry.epoch not in (None, current):
            raise Stale
        epoch = current if advance else entry.epoch
        leads_to = current + 1 if advance else current
        entries.append(entry._replace(seq=seq + 1, epoch=epoch, leads_to=leads_to))
        return seq + 1, True

    def read(self, stream: str, after: int, limit: int) -> list[Entry]:
        return [entry for entry in self.streams.get(stream, []) if entry.seq > after][:limit]

    def trim(self, stream: str, upto: int | None) -> int:
        entries = self.streams.get(stream, [])
        if upto is None:
            kept = []
        else:
            kept = [entry for entry in entries if entry.seq > upto] or entries[-1:]
        self.streams[stream] = kept
        return len(entries) - len(kept)

    def heads(self) -> dict[str, int]:
        return {
            stream: entries[-1].seq if (entries := self.streams.get(stream)) else 0
            for stream in ("s", "t")
        }
