"""Knowledge base articles: read from Markdown files, shown as safe HTML, searched, and suggested during a chat."""
