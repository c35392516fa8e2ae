"""The metrics: pure functions of frames, no I/O, no clock, no globals."""
