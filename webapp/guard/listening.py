"""Nobody but this machine gets in as long as no password is set."""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from pathlib import Path

import click

from webapp.config import SettingError
from webapp.guard.password import Password


def kept_password(instance: Path) -> Password:
    """The password of the copy that writes to this folder."""
    return Password(instance / "password")


def is_loopback(host: str) -> bool:
    """Whether only this machine gets to an address; a name other than `localhost` may be any."""
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def refuse_open_door(hosts: Iterable[str], password: Password) -> None:
    """Raise `SettingError` if others could get to one of these hosts and no password is set."""
    others = [host for host in hosts if not is_loopback(host)]
    if others and not password.is_set:
        raise SettingError(
            f"Others can get to {others[0] or 'every address of this machine'}, and no password "
            "is set. Set one with `.venv/bin/flask set-password`, or listen on 127.0.0.1."
        )


def hosts_of_flask_run() -> list[str]:
    """Where `flask run` is about to listen, if that is what is starting."""
    context = click.get_current_context(silent=True)
    if context is None or context.info_name != "run":
        return []
    return [str(context.params.get("host"))]
