/* The segment at the needle: the link says where that is when it is followed. */

const link = document.getElementById("closer-here");
const player = document.querySelector("#recording audio");

function pointAtNeedle() {
  const address = new URL(link.href);
  address.searchParams.set("at", player.currentTime.toFixed(2));
  link.href = address.href;
}

if (link && player) {
  for (const moment of ["pointerdown", "focus", "click"]) link.addEventListener(moment, pointAtNeedle);
}
