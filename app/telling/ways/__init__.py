"""The ways out: each sends one message once, and says in a sentence what came of it."""
