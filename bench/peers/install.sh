#!/bin/sh
# Unpacks rsyslog and syslog-ng from Debian below .cache/peers. Their packages exclude each other (both are the machine's
# system log), so they are not installed but unpacked, with the libraries they need.
set -e
root=$(cd "$(dirname "$0")/../.." && pwd -P)/.cache/peers
mkdir -p "$root/packages"
cd "$root/packages"
apt-get download rsyslog rsyslog-elasticsearch libestr0 libfastjson4 liblognorm5 \
  syslog-ng-core syslog-ng-mod-http libivykis0 libnet1 libpcre3 libwrap0
for package in *.deb; do dpkg -x "$package" "$root/root"; done
echo "unpacked below $root/root"
