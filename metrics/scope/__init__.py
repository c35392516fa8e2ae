"""Scope: what was asked for, how it changed after the work had begun, and what nobody asked for."""
