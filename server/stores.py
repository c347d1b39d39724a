"""Every feature's store, all on one engine."""

from dataclasses import dataclass

from server.clock import Clock, system_clock
from server.storage.agenda import EngineBusyCalendars, EngineFeeds, EngineHoldings
from server.storage.backups import EngineBackups
from server.storage.care import EngineTasks
from server.storage.departures import EngineDepartures, EngineRelayFiles
from server.storage.engine import Engine
from server.storage.errands import EngineErrands
from server.storage.follow_up import EngineDuties, EngineFollowUpMarks, EngineFollowUps
from server.storage.identity import (
    EngineAccounts,
    EngineDevices,
    EnginePasskeys,
    EngineSessions,
)
from server.storage.keys import Keyring
from server.storage.marks import EngineMarks
from server.storage.meetings import EngineMeetings
from server.storage.preferences import EnginePreferences
from server.storage.push import EngineSubscriptions, PushKey
from server.storage.watched import (
    Watch,
    WatchedAppointments,
    WatchedChildren,
    WatchedCircles,
    WatchedDocuments,
    WatchedPeople,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Every feature's store, all on one engine."""

    people: WatchedPeople
    children: WatchedChildren
    circles: WatchedCircles
    tasks: EngineTasks
    documents: WatchedDocuments
    appointments: WatchedAppointments
    holdings: EngineHoldings
    feeds: EngineFeeds
    busy_calendars: EngineBusyCalendars
    errands: EngineErrands
    meetings: EngineMeetings
    departures: EngineDepartures
    relay_files: EngineRelayFiles
    accounts: EngineAccounts
    sessions: EngineSessions
    devices: EngineDevices
    passkeys: EnginePasskeys
    preferences: EnginePreferences
    backups: EngineBackups
    marks: EngineMarks
    subscriptions: EngineSubscriptions
    push_key: PushKey
    follow_ups: EngineFollowUps
    follow_up_marks: EngineFollowUpMarks
    duties: EngineDuties
    watch: Watch

    @staticmethod
    def on(engine: Engine, keyring: Keyring, clock: Clock = system_clock) -> "Stores":
        """Put every store on an engine."""
        follow_up_marks = EngineFollowUpMarks(engine, keyring)
        watch = Watch(follow_up_marks, clock)
        return Stores(
            people=WatchedPeople(engine, keyring, watch),
            children=WatchedChildren(engine, keyring, watch),
            circles=WatchedCircles(engine, keyring, watch),
            tasks=EngineTasks(engine, keyring),
            documents=WatchedDocuments(engine, keyring, watch),
            appointments=WatchedAppointments(engine, keyring, watch),
            holdings=EngineHoldings(engine, keyring),
            feeds=EngineFeeds(engine, keyring),
            busy_calendars=EngineBusyCalendars(engine, keyring),
            errands=EngineErrands(engine, keyring),
            meetings=EngineMeetings(engine, keyring, watch),
            departures=EngineDepartures(engine, keyring, watch),
            relay_files=EngineRelayFiles(engine, keyring),
            accounts=EngineAccounts(engine, keyring),
            sessions=EngineSessions(engine, keyring),
            devices=EngineDevices(engine, keyring),
            passkeys=EnginePasskeys(engine, keyring),
            preferences=EnginePreferences(engine, keyring),
            backups=EngineBackups(engine, keyring),
            marks=EngineMarks(engine, keyring),
            subscriptions=EngineSubscriptions(engine, keyring),
            push_key=PushKey(engine, keyring),
            follow_ups=EngineFollowUps(engine, keyring),
            follow_up_marks=follow_up_marks,
            duties=EngineDuties(engine, keyring),
            watch=watch,
        )
