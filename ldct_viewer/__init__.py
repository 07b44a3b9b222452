"""LDCT Viewer: low-dose CT beside its denoised twin. Research software, not for diagnosis."""

__version__ = "0.1.0"
APP_NAME = "LDCT Viewer"
RESEARCH_NOTICE = "Research use only. Not a medical device, not for diagnosis."
