// Keys of the desk: a control marked data-key="f" is pressed by f, unless somebody is typing.
// In lists j and k walk over the rows and o opens the one that is marked.
(function () {
  "use strict";
  var marked = -1;
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) { return; }
    var control = document.querySelector('[data-key="' + CSS.escape(event.key) + '"]');
    if (control) {
      event.preventDefault();
      if (control.matches("input[type=text], textarea")) { control.focus(); } else { control.click(); }
      return;
    }
    var rows = document.querySelectorAll("#result_list tbody tr");
    if (!rows.length) { return; }
    if (event.key === "j" || event.key === "k") {
      if (rows[marked]) { rows[marked].classList.remove("selected"); }
      marked = Math.max(0, Math.min(rows.length - 1, marked + (event.key === "j" ? 1 : -1)));
      rows[marked].classList.add("selected");
      rows[marked].scrollIntoView({ block: "nearest" });
    } else if (event.key === "o" && rows[marked]) {
      var link = rows[marked].querySelector("th a, td a");
      if (link) { link.click(); }
    } else if (event.key === "x" && rows[marked]) {
      var box = rows[marked].querySelector("input.action-select");
      if (box) { box.click(); }
    }
  });
}());
