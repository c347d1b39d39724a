/** Asking the browser to ring: permission, subscription, and telling the server. */

import type { Ronde } from "../../shell/ronde.ts";

export type PushState = "impossible" | "refused" | "off" | "on";

/** Where this browser stands with notifications. */
export async function pushState(): Promise<PushState> {
  if (!("PushManager" in window) || !("serviceWorker" in navigator)) return "impossible";
  if (Notification.permission === "denied") return "refused";
  const registration = await navigator.serviceWorker.getRegistration();
  const held = await registration?.pushManager.getSubscription();
  return held == null ? "off" : "on";
}

/** Ask for permission, subscribe, and hand the subscription to the server. */
export async function subscribe(ronde: Ronde): Promise<PushState> {
  if ((await Notification.requestPermission()) !== "granted") return "refused";
  const { key } = await ronde.api.ask<{ key: string }>("GET", "/push/key");
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  });
  const { endpoint, keys } = subscription.toJSON();
  const kept = await ronde.api.ask<{ id: string }>("POST", "/push/subscriptions", { endpoint, keys });
  localStorage.setItem(KEPT, kept.id);
  return "on";
}
const KEPT = "ronde.push";

/** Stop ringing in this browser. */
export async function unsubscribe(ronde: Ronde): Promise<PushState> {
  const registration = await navigator.serviceWorker.getRegistration();
  const held = await registration?.pushManager.getSubscription();
  await held?.unsubscribe();
  const id = localStorage.getItem(KEPT);
  localStorage.removeItem(KEPT);
  if (id !== null) await ronde.api.ask("DELETE", `/push/subscriptions/${id}`).catch(() => null);
  return "off";
}
