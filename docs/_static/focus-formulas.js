// A formula that is wider than the page scrolls in its own box; so that keys can scroll it too, the box takes the focus.
MathJax.startup.promise.then(() => {
  const boxes = document.querySelectorAll('mjx-container[display="true"]');
  const focus = () => {
    const wide = [...boxes].map((box) => box.scrollWidth > box.clientWidth); // measured before anything is changed
    boxes.forEach((box, i) => (wide[i] ? (box.tabIndex = 0) : box.removeAttribute("tabindex")));
  };
  focus();
  addEventListener("resize", focus);
});
