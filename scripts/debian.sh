#!/bin/sh
# Installs the Debian packages that the long tests need, if any is missing; needs root only then.
set -eu

missing=
want() {
    missing="$missing $1"
}

command -v chromium >/dev/null || want chromium
dpkg-query -W -f '${Status}' fonts-noto-core 2>/dev/null | grep -q 'ok installed' || want fonts-noto-core
for package in chromium-l10n fonts-noto-color-emoji; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || want "$package"
done
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || want postgresql
command -v pdftoppm >/dev/null || want poppler-utils
command -v strace >/dev/null || want strace
command -v systemd-analyze >/dev/null || want systemd
# php-cgi and micro-httpd satisfy what the package wordpress demands of a web server, and start none.
for package in wordpress wordpress-l10n wordpress-theme-twentytwentythree php php-cgi micro-httpd \
    php-cli php-mysql php-gd php-mbstring php-xml php-curl php-intl mariadb-server-core mariadb-client-core; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || want "$package"
done

[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "The long tests need Debian packages. Run: sudo apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
echo "Installing$missing …" >&2
apt-get update -qq
# shellcheck disable=SC2086 # a list of package names, split on purpose
DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
    install -y -qq --no-install-recommends $missing >/dev/null
