"""The audit under its former name."""

from app.audit import *  # noqa: F403
