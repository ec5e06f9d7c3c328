# Chromium and axe-core for the tests of the jobs page. Source packages.sh and this file, then:
#   install_browser   installs Debian's Chromium and the npm package axe-core where they are missing, and exports WORKERTRACING_AXE
#   remove_browser    removes the folder of axe-core

AXE_VERSION=4.14.1
_axe_dir=

install_browser() {
    command -v chromium >/dev/null || install_package chromium || { echo "Chromium could not be installed." >&2; return 1; }
    command -v npm >/dev/null || install_package npm || { echo "npm could not be installed." >&2; return 1; }
    _axe_dir=$(mktemp -d "${TMPDIR:-/tmp}/workertracing-axe.XXXXXX") || return 1
    npm install --prefix "$_axe_dir" --no-save --no-audit --no-fund --silent "axe-core@$AXE_VERSION" </dev/null >/dev/null \
        || { echo "axe-core could not be installed." >&2; return 1; }
    export WORKERTRACING_AXE="$_axe_dir/node_modules/axe-core/axe.min.js"
}

remove_browser() {
    unset WORKERTRACING_AXE
    [ -z "$_axe_dir" ] || rm -rf "$_axe_dir"
    _axe_dir=
}
