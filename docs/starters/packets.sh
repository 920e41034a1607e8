#!/bin/sh
# Starts the web form on Linux or macOS. Copy this file to the desktop, allow it to be run (chmod 700 packets.sh)
# and double-click it; on macOS name it packets.command.
# If packets is not on the PATH, write its folder here:
# PATH="/opt/packets/.venv/bin:$PATH"
# With a folder for outgoing mail: packets serve --outbox "$HOME/packets/mail"
if ! command -v packets >/dev/null 2>&1; then
    echo "Packets was not found. Write its folder into the fifth line of this file, or ask the person who installed it."
    echo "Press Enter to close this window."
    read -r _
    exit 1
fi
packets serve || { echo "Press Enter to close this window."; read -r _; }
