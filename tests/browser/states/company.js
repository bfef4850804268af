// Whom and what the states of the page begin with: the others, their places, and Ann among them.

import { say } from "../../english.js";

export const TRUCK = { id: "node/4711", name: "Momo’s Deli", location: { lat: 52.53, lng: 13.4, address: "Torstraße 101, Berlin" }, categories: [{ name: "Delicatessen" }], source: "openstreetmap" };

const RAMEN = { ...TRUCK, id: "node/4712", name: "Kingyo Ramen", location: { lat: 52.532, lng: 13.404, address: "Kantstraße 14, Berlin" }, categories: [{ name: "Ramen" }] };

/** Five people, three places, one of them without votes any more. */
export async function company(scene, area = "lunch") {
  const vote = async (name, ...places) => {
    const guest = await scene.guest(area).take(name);
    for (const each of places) await guest.vote(each);
  };
  await vote("Bob", TRUCK);
  await vote("Cleo Okafor", "Golden Curry House");
  await vote("Dmitri", "Ramen Ya", TRUCK);
  await vote("Émile", TRUCK);
  await vote("李娜", "Golden Curry House");
}

/** As it looks on an ordinary day, everyone here: the README's pictures. */
export async function lunchtime(scene, ann) {
  const team = "team-berlin";
  const come = async (name, place, img) => {
    const guest = await scene.guest(team).take(name, img);
    await guest.vote(place);
    await guest.stay();
  };
  await come("Bob", "Bob’s Truck");
  await come("Cleo Okafor", RAMEN, "emoji:🦊");
  await come("Dmitri", TRUCK);
  await come("Émile", RAMEN, "emoji:🥐");
  await come("Noor", TRUCK);
  await ann.enter(team);
  await ann.vote("Kingyo Ramen");
  await ann.giveName("Ann");
  await ann.standsFor("Kingyo Ramen");
  await ann.reads(say("hereNow", { n: 6 }));
}

/** In the area, with the company's votes to be seen. */
export async function among(scene, ann) {
  await company(scene);
  await ann.enter("lunch");
  await ann.row("Ramen Ya").waitFor();
}

export async function voted(scene, ann) {
  await among(scene, ann);
  await ann.vote("Golden Curry House");
  await ann.giveName("Ann");
  await ann.standsFor("Golden Curry House");
}

/** Two places with two votes each, neither of them ours. */
export async function tie(scene, ann) {
  for (const [name, choice] of [["Bob", "Ramen Ya"], ["Cleo", "Golden Curry House"], ["Dmitri", "Ramen Ya"], ["Émile", "Golden Curry House"]]) {
    await (await scene.guest("lunch").take(name)).vote(choice);
  }
  await ann.enter("lunch");
  await ann.reads(say("tie", { names: ["Ramen Ya", "Golden Curry House"], n: 2 }));
}
