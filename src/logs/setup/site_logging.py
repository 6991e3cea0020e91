"""Logging of the site, written by `sitekeep logs config`: change it there, or make it your own.

Wired by one line at the end of the settings. What it writes is what `sitekeep logs errors`, `logins` and `slow` read,
in the guide's format. Passwords and query strings are never written.
"""

import logging.handlers
import time

from asgiref.local import Local

LOG_FILE = @LOG@
SLOW_SECONDS = @SLOW@

_running = Local()


class SiteLogHandler(logging.handlers.WatchedFileHandler):
    """Writes to the file by its name: logrotate may rename it under any number of workers.

    Made when Django sets its logging up, which is also when the signals can be listened to.
    """

    def __init__(self, filename):
        # Opened with the first line, so that a missing folder keeps no site from starting.
        super().__init__(filename, encoding="utf-8", delay=True)
        from django.contrib.auth.signals import user_login_failed
        from django.core.signals import request_finished, request_started

        name = "site_logging"
        user_login_failed.connect(login_failed, weak=False, dispatch_uid=name)
        request_started.connect(began, weak=False, dispatch_uid=name)
        request_finished.connect(ended, weak=False, dispatch_uid=name)


def address_of(request):
    """The visitor's address; behind a proxy of this machine, the one that it saw."""
    if request is None:
        return "unknown"
    address = request.META.get("REMOTE_ADDR", "")
    if address in ("", "127.0.0.1", "::1"):
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip()
        address = forwarded or address
    return ascii(address)[1:-1] or "unknown"


def login_failed(sender, credentials, request=None, **kwargs):
    """Logs who failed to log in and from where; of the credentials only the name."""
    name = credentials.get("username") or credentials.get("email") or ""
    logging.getLogger("django.security.login").warning(
        "Failed login for %s from %s", ascii(str(name)[:150]), address_of(request)
    )


def began(sender, environ=None, scope=None, **kwargs):
    if environ is not None:
        what = (environ.get("REQUEST_METHOD", ""), environ.get("PATH_INFO", ""))
    else:
        what = ((scope or {}).get("method", ""), (scope or {}).get("path", ""))
    _running.request = (time.monotonic(), what)


def ended(sender, **kwargs):
    """Logs a request that took long, with its method and path."""
    begun = getattr(_running, "request", None)
    if begun is None:
        return
    _running.request = None
    seconds = time.monotonic() - begun[0]
    if seconds >= SLOW_SECONDS:
        method, path = begun[1]
        logging.getLogger("django.request.slow").warning(
            "Slow request: %s %s took %.2f s", ascii(method)[1:-1], ascii(path)[1:-1], seconds
        )


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "verbose": {"format": "{levelname} {asctime} {module} {message}", "style": "{"},
    },
    "handlers": {
        "file": {"()": SiteLogHandler, "level": "INFO", "filename": LOG_FILE, "formatter": "verbose"},
    },
    "loggers": {
        "django": {"handlers": ["file"], "level": "INFO", "propagate": False},
        "django.request": {"level": "INFO", "propagate": True},
        "django.security": {"level": "INFO", "propagate": True},
    },
    # The site's own loggers.
    "root": {"handlers": ["file"], "level": "WARNING"},
}
