// A formula that is wider than the page scrolls in its own box; so that keys can scroll it too, the box takes the focus.
MathJax.startup.promise.then(() => {
  document.querySelectorAll('mjx-container[display="true"]').forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  });
});
