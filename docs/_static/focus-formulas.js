// A formula that is wider than the page scrolls in its own box; so that keys can scroll it too, the box takes the focus.
MathJax.startup.promise.then(() => {
  const boxes = document.querySelectorAll('mjx-container[display="true"]');
  const focus = () => {
    const wide = [...boxes].map((box) => box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight); // measured before anything is changed
    boxes.forEach((box, i) => (wide[i] ? (box.tabIndex = 0) : box.removeAttribute("tabindex")));
  };
  focus();
  const watch = new ResizeObserver(focus); // of the window's size, and of what is opened or drawn later
  boxes.forEach((box) => [box, ...box.children].forEach((part) => watch.observe(part)));
});
