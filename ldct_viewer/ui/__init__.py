"""The window: shows state, sends wishes, computes nothing."""
