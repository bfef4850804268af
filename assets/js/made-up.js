// Names to take at once, for a group or for a person. Loaded where one is offered.

const TASTES = "crispy spicy golden happy smoky tangy toasty zesty mellow peppery sunny salty sweet hearty nutty velvet".split(" ");
const DISHES = "noodle taco dumpling falafel waffle pickle pretzel ramen curry pierogi gyoza bagel burrito olive mango radish".split(" ");

/** A name to take at once: `crispy-noodle-42`. */
export function madeUpName(random = Math.random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  return `${pick(TASTES)}-${pick(DISHES)}-${10 + Math.floor(random() * 90)}`;
}
