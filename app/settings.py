"""The settings: `load_settings(file, environment)` reads and checks them, `Settings` is what comes back."""

from __future__ import annotations

from app.configuration.model import Otlp, Owner, Settings, Source, Web
from app.configuration.problems import ConfigurationError
from app.configuration.reading import load_settings

__all__ = ["ConfigurationError", "Otlp", "Owner", "Settings", "Source", "Web", "load_settings"]
