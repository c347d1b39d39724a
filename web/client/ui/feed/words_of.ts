/** The words for what stands in a feed: states of tasks, who did what, why nothing can be read. */

import { shortDay } from "../dates.ts";
import { t, tn } from "../words.ts";
import type { Uncounted } from "../../core/content_tasks.ts";
import type { ChangeItem, MembersItem } from "./fold.ts";
import type { People } from "./people.ts";
import type { Reach } from "./receipts.ts";
import type { TaskState } from "./tasks.ts";

/** The name of a task's state. */
export function stateWord(state: TaskState): string {
  const words: Readonly<Record<TaskState, string>> = {
    requested: t("À faire"),
    accepted: t("Acceptée"),
    "in-progress": t("En cours"),
    completed: t("Terminée"),
    rejected: t("Refusée"),
    cancelled: t("Annulée"),
  };
  return words[state];
}

/** What one does to bring a task into a state. */
export function actWord(state: TaskState): string {
  const words: Readonly<Record<TaskState, string>> = {
    requested: t("Redemander"),
    accepted: t("Accepter"),
    "in-progress": t("Commencer"),
    completed: t("Terminer"),
    rejected: t("Refuser"),
    cancelled: t("Annuler la tâche"),
  };
  return words[state];
}

/** One line about what somebody did to a task. */
export function changeLine(item: ChangeItem, people: People): string {
  const who = people.given(item.author);
  const title = item.title;
  if (item.uncounted !== null && item.assignees === null) return uncountedLine(item.uncounted, who, title);
  if (item.to !== null) return movedLine(item.to as TaskState, who, title);
  if (item.assignees !== null) {
    const names = people.names(item.assignees);
    return names === ""
      ? t("{who} a rendu la tâche « {title} »", { who, title })
      : t("{who} a confié « {title} » à {names}", { who, title, names });
  }
  if (item.due !== null) {
    return item.due === ""
      ? t("{who} a retiré la date de « {title} »", { who, title })
      : t("{who} a fixé « {title} » au {day}", { who, title, day: shortDay(item.due) });
  }
  if (item.note !== "") return t("{who} a commenté « {title} »", { who, title });
  return t("{who} a modifié « {title} »", { who, title });
}

function uncountedLine(why: Uncounted, who: string, title: string): string {
  return why === "too_late"
    ? t("{who} a voulu changer « {title} », mais un autre changement est passé avant : le sien ne compte pas", { who, title })
    : t("{who} a voulu changer « {title} » : ce changement ne compte pas", { who, title });
}

/** Why somebody's change of a task does not count. */
export function notTheirsWords(): string {
  return t("Seuls ceux qui l'ont donnée, qui s'en chargent ou qui coordonnent le cercle changent une tâche. Chacun peut la commenter ou la prendre.");
}

/** What is said where the server shows another task than its author gave. */
export function beliedWords(): string {
  return t("Le serveur montre pour cette tâche autre chose que ce que ses auteurs ont écrit. Ici, vous lisez ce qu'ils ont écrit.");
}

function movedLine(to: TaskState, who: string, title: string): string {
  const lines: Readonly<Record<TaskState, string>> = {
    requested: t("{who} a redemandé « {title} »", { who, title }),
    accepted: t("{who} a accepté « {title} »", { who, title }),
    "in-progress": t("{who} a commencé « {title} »", { who, title }),
    completed: t("{who} a terminé « {title} »", { who, title }),
    rejected: t("{who} a refusé « {title} »", { who, title }),
    cancelled: t("{who} a annulé « {title} »", { who, title }),
  };
  return lines[to];
}

/** One line about who came and who left. */
export function membersLine(item: MembersItem, people: People): string {
  if (item.removed.length === 0) {
    return tn("{names} a rejoint la discussion", "{names} ont rejoint la discussion", item.added.length, {
      names: people.names(item.added),
    });
  }
  if (item.added.length === 0) {
    return tn("{names} a quitté la discussion", "{names} ont quitté la discussion", item.removed.length, {
      names: people.names(item.removed),
    });
  }
  return t("Arrivée : {added}. Départ : {removed}.", {
    added: people.names(item.added),
    removed: people.names(item.removed),
  });
}

/** What a receipt is called. */
export function reachWord(reach: Reach, read: number, of: number): string {
  const words: Readonly<Record<Reach, string>> = {
    waiting: t("En attente d'envoi"),
    parked: t("Non envoyé"),
    sent: t("Envoyé"),
    received: t("Reçu"),
    read: read >= of ? t("Lu par tous") : t("Lu par {read} sur {of}", { read, of }),
  };
  return words[reach];
}

/** A size of a file as people say it. */
export function sizeWord(bytes: number): string {
  if (bytes < 1000) return t("{n} octets", { n: bytes });
  if (bytes < 1_000_000) return t("{n} ko", { n: Math.round(bytes / 1000) });
  return t("{n} Mo", { n: Math.round(bytes / 100_000) / 10 });
}
