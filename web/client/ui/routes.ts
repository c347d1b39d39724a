/** The table of pages. Each is loaded when somebody goes there; router.ts says what one is. */

import type { Route } from "./router.ts";

export const ROUTES: readonly Route[] = [
  {
    path: "/sign-in",
    area: "door",
    open: true,
    load: async () => (await import("./pages/sign_in.ts")).signInPage,
  },
  {
    path: "/invitation",
    area: "door",
    open: true,
    load: async () => (await import("./pages/invitation.ts")).invitationPage,
  },
  { path: "/", area: "day", load: async () => (await import("./pages/day.ts")).dayPage },
  {
    path: "/agenda",
    area: "day",
    wears: ["agenda"],
    load: async () => (await import("./pages/agenda.ts")).agendaPage,
  },
  {
    path: "/circles",
    area: "circles",
    load: async () => (await import("./pages/circles.ts")).circlesPage,
  },
  {
    path: "/circles/{circle}",
    area: "circles",
    wears: ["feed"],
    load: async () => (await import("./pages/circle.ts")).circlePage,
  },
  {
    path: "/circles/{circle}/tasks",
    area: "circles",
    wears: ["tasks"],
    load: async () => (await import("./pages/circle_tasks.ts")).circleTasksPage,
  },
  {
    path: "/tasks",
    area: "tasks",
    wears: ["tasks"],
    load: async () => (await import("./pages/tasks.ts")).tasksPage,
  },
  {
    path: "/circles/{circle}/documents",
    area: "circles",
    wears: ["asked", "written"],
    load: async () => (await import("./pages/circle_documents.ts")).circleDocumentsPage,
  },
  {
    path: "/documents/{document}",
    area: "circles",
    wears: ["asked", "written"],
    load: async () => (await import("./pages/document.ts")).documentPage,
  },
  {
    path: "/circles/{circle}/write",
    area: "circles",
    wears: ["asked", "written"],
    load: async () => (await import("./pages/circle_write.ts")).circleWritePage,
  },
  {
    path: "/circles/{circle}/pathway",
    area: "circles",
    wears: ["written"],
    load: async () => (await import("./pages/circle_pathway.ts")).circlePathwayPage,
  },
  {
    path: "/circles/{circle}/growth",
    area: "circles",
    wears: ["asked", "written"],
    load: async () => (await import("./pages/circle_growth.ts")).circleGrowthPage,
  },
  {
    path: "/coordination/write/{child}",
    area: "coordination",
    wears: ["circle", "written"],
    load: async () => (await import("./pages/circle_write.ts")).circleWritePage,
  },
  {
    path: "/coordination/pathway/{child}",
    area: "coordination",
    wears: ["circle", "written"],
    load: async () => (await import("./pages/circle_pathway.ts")).circlePathwayPage,
  },
  {
    path: "/coordination/growth/{child}",
    area: "coordination",
    wears: ["circle", "written"],
    load: async () => (await import("./pages/circle_growth.ts")).circleGrowthPage,
  },
  {
    path: "/circles/{circle}/appointments",
    area: "circles",
    wears: ["asked"],
    load: async () => (await import("./pages/circle_appointments.ts")).circleAppointmentsPage,
  },
  {
    path: "/circles/{circle}/care",
    area: "circles",
    wears: ["care"],
    load: async () => (await import("./pages/circle_care.ts")).circleCarePage,
  },
  {
    path: "/circles/{circle}/meetings",
    area: "circles",
    wears: ["meetings"],
    load: async () => (await import("./pages/circle_meetings.ts")).circleMeetingsPage,
  },
  {
    path: "/circles/{circle}/meetings/{meeting}",
    area: "circles",
    wears: ["meetings"],
    load: async () => (await import("./pages/circle_meeting.ts")).circleMeetingPage,
  },
  {
    path: "/children/{child}/departure",
    area: "circles",
    wears: ["asked", "written"],
    load: async () => (await import("./pages/coordination_departure.ts")).departurePage,
  },
  {
    path: "/circles/{circle}/members",
    area: "circles",
    load: async () => (await import("./pages/members.ts")).membersPage,
  },
  {
    path: "/coordination",
    area: "coordination",
    load: async () => (await import("./pages/coordination.ts")).coordinationPage,
  },
  {
    path: "/coordination/board",
    area: "coordination",
    wears: ["board"],
    load: async () => (await import("./pages/coordination_board.ts")).coordinationBoardPage,
  },
  {
    path: "/coordination/duties",
    area: "coordination",
    wears: ["board"],
    load: async () => (await import("./pages/coordination_duties.ts")).coordinationDutiesPage,
  },
  {
    path: "/coordination/notices",
    area: "coordination",
    wears: ["board"],
    load: async () => (await import("./pages/coordination_notices.ts")).coordinationNoticesPage,
  },
  {
    path: "/coordination/report",
    area: "coordination",
    wears: ["board"],
    load: async () => (await import("./pages/coordination_report.ts")).coordinationReportPage,
  },
  {
    path: "/coordination/report/{year}",
    area: "coordination",
    wears: ["board"],
    load: async () => (await import("./pages/coordination_report.ts")).coordinationReportPage,
  },
  {
    path: "/coordination/late",
    area: "coordination",
    load: async () => (await import("./pages/coordination_late.ts")).coordinationLatePage,
  },
  {
    path: "/coordination/children",
    area: "coordination",
    load: async () => (await import("./pages/coordination_children.ts")).coordinationChildrenPage,
  },
  {
    path: "/coordination/children/new",
    area: "coordination",
    load: async () => (await import("./pages/coordination_new_child.ts")).newChildPage,
  },
  {
    path: "/coordination/children/{child}",
    area: "coordination",
    load: async () => (await import("./pages/coordination_child.ts")).coordinationChildPage,
  },
  {
    path: "/coordination/circles/{child}",
    area: "coordination",
    load: async () => (await import("./pages/coordination_circle.ts")).coordinationCirclePage,
  },
  {
    path: "/coordination/professionals",
    area: "coordination",
    load: async () => (await import("./pages/coordination_professionals.ts")).coordinationProfessionalsPage,
  },
  {
    path: "/coordination/professionals/new",
    area: "coordination",
    load: async () => (await import("./pages/coordination_new_professional.ts")).newProfessionalPage,
  },
  {
    path: "/coordination/professionals/{professional}",
    area: "coordination",
    load: async () => (await import("./pages/coordination_professional.ts")).coordinationProfessionalPage,
  },
  {
    path: "/coordination/attest/{professional}",
    area: "coordination",
    load: async () => (await import("./pages/coordination_attest.ts")).attestPage,
  },
  {
    path: "/statements",
    area: "day",
    wears: ["care"],
    load: async () => (await import("./pages/statements.ts")).statementsPage,
  },
  {
    path: "/coordination/statements",
    area: "coordination",
    wears: ["care"],
    load: async () => (await import("./pages/coordination_statements.ts")).coordinationStatementsPage,
  },
  {
    path: "/coordination/import",
    area: "coordination",
    load: async () => (await import("./pages/coordination_import.ts")).coordinationImportPage,
  },
  {
    path: "/coordination/import/{import}",
    area: "coordination",
    wears: ["importing"],
    load: async () => (await import("./pages/coordination_import_report.ts")).coordinationImportReportPage,
  },
  {
    path: "/account",
    area: "account",
    load: async () => (await import("./pages/account.ts")).accountPage,
  },
  {
    path: "/account/devices",
    area: "account",
    load: async () => (await import("./pages/account_devices.ts")).devicesPage,
  },
  {
    path: "/account/access",
    area: "account",
    load: async () => (await import("./pages/account_access.ts")).accessPage,
  },
  {
    path: "/account/identity",
    area: "account",
    load: async () => (await import("./pages/account_identity.ts")).identityPage,
  },
  {
    path: "/account/colleagues",
    area: "account",
    load: async () => (await import("./pages/account_colleagues.ts")).colleaguesPage,
  },
  {
    path: "/account/agenda",
    area: "account",
    load: async () => (await import("./pages/account_agenda.ts")).agendaAccountPage,
  },
  {
    path: "/account/notifications",
    area: "account",
    load: async () => (await import("./pages/account_notifications.ts")).notificationsPage,
  },
];
