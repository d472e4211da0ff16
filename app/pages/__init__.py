"""The pages: one question each. `layout(**query)` draws a page for its query string."""
