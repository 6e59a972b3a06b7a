// Tells who comes with a browser that is too old, at once and by its name. Written in the JavaScript of 2009 (ES5), because
// it must run where nothing else here does.
(function () {
  "use strict";
  var OLDEST = [["Edg", 109, "Edge"], ["Edge", 109, "Edge"], ["Firefox", 115, "Firefox"], ["Chrome", 109, "Chrome"]];
  var agent = navigator.userAgent;
  var i, found, name = "", isOld = /MSIE |Trident\//.test(agent);
  if (isOld) name = "Internet Explorer";
  for (i = 0; i < OLDEST.length && !name; i += 1) {
    found = new RegExp("\\b" + OLDEST[i][0] + "/(\\d+)").exec(agent);
    if (found) {
      name = OLDEST[i][2] + " " + found[1];
      isOld = Number(found[1]) < OLDEST[i][1];
    }
  }
  // Whatever it calls itself: without modules the page cannot run.
  if (!("noModule" in document.createElement("script"))) isOld = true;
  if (!isOld) return;
  var boot = document.getElementById("boot");
  boot.className = "old";
  if (name) document.getElementById("browser").appendChild(document.createTextNode(" (" + name + ")"));
}());
