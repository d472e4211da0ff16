"""What pages are put together from: shell, heads, badges, icons, links, empty states."""
