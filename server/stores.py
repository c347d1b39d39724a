"""Every feature's store, all on one engine."""

from dataclasses import dataclass

from server.storage.backups import EngineBackups
from server.storage.care import (
    EngineAppointments,
    EngineChildren,
    EngineCircles,
    EngineDocuments,
    EnginePeople,
    EngineTasks,
)
from server.storage.engine import Engine
from server.storage.identity import (
    EngineAccounts,
    EngineDevices,
    EnginePasskeys,
    EnginePreferences,
    EngineSessions,
)
from server.storage.keys import Keyring
from server.storage.marks import EngineMarks
from server.storage.push import EngineSubscriptions, PushKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Every feature's store, all on one engine."""

    people: EnginePeople
    children: EngineChildren
    circles: EngineCircles
    tasks: EngineTasks
    documents: EngineDocuments
    appointments: EngineAppointments
    accounts: EngineAccounts
    sessions: EngineSessions
    devices: EngineDevices
    passkeys: EnginePasskeys
    preferences: EnginePreferences
    backups: EngineBackups
    marks: EngineMarks
    subscriptions: EngineSubscriptions
    push_key: PushKey

    @staticmethod
    def on(engine: Engine, keyring: Keyring) -> "Stores":
        """Put every store on an engine."""
        return Stores(
            people=EnginePeople(engine, keyring),
            children=EngineChildren(engine, keyring),
            circles=EngineCircles(engine, keyring),
            tasks=EngineTasks(engine, keyring),
            documents=EngineDocuments(engine, keyring),
            appointments=EngineAppointments(engine, keyring),
            accounts=EngineAccounts(engine, keyring),
            sessions=EngineSessions(engine, keyring),
            devices=EngineDevices(engine, keyring),
            passkeys=EnginePasskeys(engine, keyring),
            preferences=EnginePreferences(engine, keyring),
            backups=EngineBackups(engine, keyring),
            marks=EngineMarks(engine, keyring),
            subscriptions=EngineSubscriptions(engine, keyring),
            push_key=PushKey(engine, keyring),
        )
