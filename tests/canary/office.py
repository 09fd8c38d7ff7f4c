"""A configuration with every adapter that keeps a secret, each in a file of its own or in the environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.canary.canaries import secrets

CONFIG = """
messages = "messages"
state = "state"
language = "en"
[log]
format = "{form}"
level = "debug"
[web]
listen = "127.0.0.1:0"
[channels.so-website]
adapter = "website"
folder = "site"
base_url = "http://127.0.0.1:8080/"
site_title = "Sở Công Thương"
[channels.facebook]
adapter = "facebook_page"
page_id = "100200300"
app_id = "424242"
app_is_live = true
base_url = "{url}"
token = {{ file = "secrets/facebook_token" }}
app_secret = {{ file = "secrets/facebook_secret" }}
token_key = {{ file = "secrets/facebook_key" }}
[channels.zalo]
adapter = "zalo_oa"
app_id = "1234567890"
app_secret = {{ file = "secrets/zalo_secret" }}
token_key = {{ file = "secrets/zalo_key" }}
refresh_token = {{ file = "secrets/zalo_refresh" }}
access_token = {{ file = "secrets/zalo_access" }}
proof = true
picture_base_url = "{url}/media/"
cover_url = "{url}/bia.jpg"
api_url = "{url}"
oauth_url = "{url}"
[channels.wordpress]
adapter = "wordpress"
url = "{url}/"
api = "{url}/wp-json/"
user = "tuyen-truyen"
password = {{ file = "secrets/wordpress_password" }}
[channels.webhook]
adapter = "webhook"
url = {{ file = "secrets/webhook_url" }}
find_url = {{ file = "secrets/webhook_url" }}
secret = {{ file = "secrets/webhook_secret" }}
authorization = {{ env = "CANARY_AUTHORIZATION" }}
allow_private = true
[channels.apprise]
adapter = "apprise"
url = {{ file = "secrets/apprise_url" }}
[channels.micropub]
adapter = "micropub"
endpoint = "{url}/micropub"
token = {{ file = "secrets/micropub_token" }}
allow_private = true
[channels.letters]
adapter = "email"
host = "127.0.0.1"
port = {mail_port}
security = "tls"
certificates = "{certificates}"
username = "office"
password = {{ file = "secrets/mail_password" }}
sender = "Office <office@example.test>"
recipients = ["News <news@example.test>"]
"""

CHANNELS = ("facebook", "zalo", "wordpress", "webhook", "apprise", "micropub", "letters")
"""Those that keep a secret."""


def write_config(
    folder: Path,
    *,
    port: int,
    mail_port: int,
    certificates: Path,
    form: str = "text",
    scheme: str = "http",
) -> Mapping[str, str]:
    """Write config.toml and the secret files; gives the variables that the service must find in its environment."""
    places = folder / "secrets"
    places.mkdir(exist_ok=True)
    known = secrets(port)
    for name, secret in known.items():
        file = places / name
        file.touch(0o600)
        file.write_text(secret, "utf-8")
    text = CONFIG.format(
        form=form,
        url=f"{scheme}://127.0.0.1:{port}",
        mail_port=mail_port,
        certificates=certificates,
    )
    (folder / "config.toml").write_text(text, "utf-8")
    return {"CANARY_AUTHORIZATION": known["webhook_authorization"]}
