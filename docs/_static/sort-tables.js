// A click (or Enter) on the head of a long table sorts it.
document.querySelectorAll("table.sortable").forEach((table) => new Tablesort(table));
