#!/bin/sh
# Starts camapp by a double click: on macOS in the Finder, on Linux through camapp.desktop. Finds a Python that fits, then
# does what `python3 main.py` does, the first set-up included. Options are passed on.

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
main=$here/main.py
system=$(uname)

# Prints the first Python that fits. Apple's own in /usr/bin is too old, and may only offer to install itself.
find_python() {
    set -- python3 python3.14 python3.13 python3.12 python3.11
    if [ "$system" = Darwin ]; then # what a terminal's PATH may lack
        set -- "$@" /opt/homebrew/bin/python3 /usr/local/bin/python3 /Library/Frameworks/Python.framework/Versions/3.*/bin/python3
    fi
    for name in "$@"; do
        program=$(command -v "$name") || continue
        [ "$system" = Darwin ] && [ "$program" = /usr/bin/python3 ] && continue
        if "$program" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
            printf '%s\n' "$program"
            return 0
        fi
    done
    return 1
}

say_no_python() {
    echo "camapp needs Python 3.11 to 3.14, and there is none on this computer."
    if [ "$system" = Darwin ]; then
        echo "Get it from https://www.python.org/downloads/macos/ (take Python 3.13), then start camapp again."
    else
        echo "Install it with your system's package manager, as by: sudo apt-get install python3"
    fi
}

# Becomes a terminal that runs a command; comes back where there is none.
in_terminal() {
    for terminal in "xdg-terminal-exec" "x-terminal-emulator -e" "gnome-terminal --" "ptyxis --" "kgx --" "konsole -e" \
        "xfce4-terminal -x" "mate-terminal -x" "foot" "alacritty -e" "kitty" "xterm -e"; do
        # shellcheck disable=SC2086  # the option is a word of its own
        command -v "${terminal%% *}" >/dev/null && exec $terminal "$@"
    done
}

# Keeps what was said on the screen until it is read.
end() {
    [ "$1" = 0 ] || [ "$1" = 130 ] && exit "$1" # done, or interrupted by the person
    printf '\ncamapp ended with code %s. The lines above say why, and what to do.\n' "$1" >&2
    if [ -t 0 ]; then
        printf '\nEnter closes this window. ' >&2
        read -r _
    fi
    exit "$1"
}

if [ "$1" = --read-failure ]; then # this script's own, see below: the code and the file of what was said
    cat -- "$3"
    rm -f -- "$3"
    end "$2"
fi

python=$(find_python) || python=
if [ "$1" = --in-terminal ]; then # opened for it below
    shift
elif ! [ -t 2 ] && [ "$system" = Linux ]; then # by a double click: nobody would see the set-up's progress, or an error
    if [ -z "$python" ] || ! "$python" "$main" --is-set-up; then
        in_terminal sh "$here/start.command" --in-terminal "$@"
    else
        said=$(mktemp) || exit 5
        "$python" "$main" "$@" 2>"$said"
        code=$?
        [ "$code" = 0 ] || in_terminal sh "$here/start.command" --read-failure "$code" "$said"
        cat -- "$said" >&2
        rm -f -- "$said"
        exit "$code"
    fi
fi

if [ -z "$python" ]; then
    say_no_python >&2
    end 2
fi
"$python" "$main" "$@"
end $?
