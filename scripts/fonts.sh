#!/bin/sh
# Makes the font files that we ship: the letters that Vietnamese and English take, from the whole fonts (OFL 1.1, no reserved name).
# Needs npm, and the test environment's `pyftsubset`. What it writes is committed; it runs only when a font is exchanged.
set -eu
cd "$(dirname "$0")/.."

fonts=$PWD/outreach/typesetting/fonts
subset=$PWD/.venv/bin/pyftsubset
letters="U+0020-007E,U+00A0-00FF,U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0"
letters="$letters,U+0300-0304,U+0306,U+0309,U+0323,U+1EA0-1EF9"
letters="$letters,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+2030,U+2032-2033,U+2039-203A,U+2044,U+20AB,U+2116"
letters="$letters,U+2122,U+2190-2193,U+2212,U+2215,U+2264-2265"
features=kern,liga,mark,mkmk,ccmp,locl,lnum,tnum,case

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

unpack() {
    npm pack --silent "@expo-google-fonts/$1@$2" >/dev/null
    mkdir "$1"
    tar xzf "expo-google-fonts-$1-$2.tgz" -C "$1" --strip-components=1
    cp "$1/LICENSE_FONT" "$fonts/OFL-$3.txt"
}

shrink() {
    "$subset" "$1" --unicodes="$letters" --no-hinting --layout-features="$features" --name-IDs='*' \
        --notdef-outline --no-recalc-timestamp --output-file="$fonts/$2.ttf"
}

unpack be-vietnam-pro 0.4.1 BeVietnamPro
unpack tinos 0.4.2 Tinos
for face in 400Regular 500Medium 600SemiBold 700Bold 800ExtraBold; do
    shrink "be-vietnam-pro/$face/BeVietnamPro_$face.ttf" "BeVietnamPro-$face"
done
for face in 400Regular 400Regular_Italic 700Bold 700Bold_Italic; do
    shrink "tinos/$face/Tinos_$face.ttf" "Tinos-$face"
done
